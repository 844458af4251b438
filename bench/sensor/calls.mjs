// What one call costs more than it does without anybody watching, in a tight loop, by kind of function. The loop
// flatters and slanders at once: V8 inlines what it would not inline in a large program, and does nothing else.
// Goal: a tenth of what the cheapest peer costs that sees every function, those that only count them apart.

import { median, summary } from '../statistics.mjs';
import { runProgram } from './process.mjs';
import { failures, inTurns, on } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const TENFOLD = 10;
/** A difference below this cannot be told from none. */
const RESOLUTION_NS = 0.1;

export async function calls({ nodes, rounds, peerRounds, full, note, isOver }) {
  const own = ['plain', 'prodlens', 'prodlens, all timed'];
  const peers = ['OpenTelemetry', 'dd-trace', 'AppMap', 'Istanbul', 'V8 coverage', 'V8 profiler'];
  const args = [full ? '400' : '120'];
  const pairs = await inTurns({
    nodes,
    subjects: subjects(...own, ...peers),
    rounds,
    peerRounds,
    note,
    isOver,
    run: async (node, subject) => (await runProgram(node, subject, 'calls.cjs', { args })).nanoseconds,
  });
  const kinds = Object.keys(pairs.find(({ results }) => results.length > 0)?.results[0] ?? {});
  return [...kinds.flatMap((kind) => nodes.flatMap((node) => rowsOf(kind, pairs, node))), ...failures('calls', pairs)];
}

function rowsOf(kind, pairs, node) {
  const measured = pairs.filter((pair) => pair.node === node && pair.results.length > 0);
  const plain = on(measured, node, 'plain');
  if (plain === undefined) return [];
  const plainNs = median(plain.results.map((result) => result[kind]));
  const overhead = ({ results }) => summary(results.map((result) => result[kind] - plainNs));
  const base = { case: `calls: ${kind}`, node: node.version };
  const timing = measured.filter(({ subject }) => subject.sees === 'durations').map((pair) => overhead(pair).value);
  const goal = timing.length > 0 ? Math.min(...timing) / TENFOLD : undefined;
  return measured.flatMap((pair) => {
    const row = { ...base, subject: pair.subject.name, unit: 'ns a call' };
    if (pair === plain) return [{ ...row, metric: 'as it is', ...summary(plain.results.map((r) => r[kind])) }];
    const more = overhead(pair);
    const withRatio = { ...row, metric: 'overhead', ...more, ratio: (more.value + plainNs) / plainNs };
    if (pair.subject.name !== 'prodlens' || goal === undefined) return [withRatio];
    const counting = measured.filter(({ subject }) => subject.sees === 'calls');
    const shares = counting.map((peer) => ({ ...base, ...share(more.value, peer.subject.name, overhead(peer).value) }));
    return [{ ...withRatio, goal, met: more.value <= goal }, ...shares];
  });
}

/** The sensor's overhead beside that of a peer that counts calls and times nothing. */
function share(own, peer, overhead) {
  const row = { subject: 'prodlens', metric: `share of what ${peer} takes`, unit: '×' };
  if (overhead < RESOLUTION_NS) return { ...row, value: null, reason: `${peer} takes nothing that can be measured` };
  const value = Math.max(own, 0) / overhead;
  return { ...row, value, goal: 1 / TENFOLD, met: value <= 1 / TENFOLD };
}
