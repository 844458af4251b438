// Until an application with a large tree of dependencies listens, and the memory that it then holds. `prodlens, cold`
// instruments everything anew, `prodlens` finds its text in the cache. The sensor's fixed part is what a program
// without functions of its own takes more; what the application takes beyond that is shared out among its functions.
// Goals: 1.3 times the start-up with a warm cache, 150 bytes a function.

import { median, summary } from '../statistics.mjs';
import { prepareIstanbul } from './istanbul.mjs';
import { startProgram } from './process.mjs';
import { measuredRows, startRecorder } from './recorder.mjs';
import { failures, inTurns, on } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const GOAL_RATIO = 1.3;
const GOAL_BYTES = 150;
const TITLE = 'start-up';
const DEADLINE_MS = 120_000;
/** Peers as in production: what wraps by hand has nothing to wrap here and only loads; AppMap records requests. */
const PEERS = ['OpenTelemetry', 'dd-trace', 'Istanbul', 'V8 profiler', 'V8 coverage'];

export async function startUp({ nodes, rounds, peerRounds, note, isOver }) {
  const recorder = await startRecorder();
  const service = (node) => `start-up on ${node.version}`;
  const run = async (node, subject, args) => {
    const settings = { PRODLENS_URL: recorder.url, PRODLENS_SERVICE: args.length > 0 ? 'empty' : service(node) };
    const collected = { ...subject, args: ['--expose-gc', ...subject.args] };
    const program = startProgram(node, collected, 'start-up.cjs', { args, settings, deadlineMs: DEADLINE_MS });
    const { elapsedMs, cpuMs, modules } = await program.message();
    const memory = await program.ask('memory');
    await program.exited;
    return { elapsedMs, cpuMs, modules, rss: memory.rss, heap: memory.heap };
  };
  await prepareIstanbul(nodes[0], 'start-up.cjs', note);
  // Fills the cache of instrumented text and the system's own of files.
  for (const subject of subjects('prodlens', 'plain')) {
    for (const node of nodes) {
      note(`once before, ${subject.name} on Node ${node.major}`);
      await run(node, subject, []).catch(() => {});
    }
  }
  const pairs = await inTurns({
    nodes,
    subjects: subjects('plain', 'prodlens', 'prodlens, cold', ...PEERS),
    rounds,
    peerRounds,
    note,
    isOver,
    run: async (node, subject) => ({
      full: await run(node, subject, []),
      empty: subject.often ? await run(node, subject, ['--empty']) : undefined,
    }),
  });
  recorder.stop();
  return [
    ...nodes.flatMap((node) => [...timeRows(pairs, node), ...memoryRows(pairs, node, recorder.facts(service(node)))]),
    ...failures(TITLE, pairs),
  ];
}

function timeRows(pairs, node) {
  const measured = pairs.filter((pair) => pair.node === node && pair.results.length > 0);
  const plain = on(measured, node, 'plain');
  if (plain === undefined) return [];
  const base = { case: TITLE, node: node.version };
  const rows = [{ ...base, subject: 'plain', metric: 'size', unit: 'modules', value: plain.results[0].full.modules }];
  for (const [key, metric, unit] of [
    ['elapsedMs', 'until it listens', 'ms'],
    ['cpuMs', 'until it listens', 'ms of processor'],
  ]) {
    const times = ({ results }) => results.map(({ full }) => full[key]);
    for (const pair of measured) {
      const value = summary(times(pair));
      const ratio = pair === plain ? undefined : value.value / median(times(plain));
      const isGoal = pair.subject.name === 'prodlens' && key === 'elapsedMs';
      const goal = isGoal ? { goal: GOAL_RATIO, goalOf: 'ratio', met: ratio <= GOAL_RATIO } : {};
      rows.push({ ...base, subject: pair.subject.name, metric, unit, ...value, ratio, ...goal });
    }
  }
  return rows;
}

function memoryRows(pairs, node, facts) {
  const plain = on(pairs, node, 'plain');
  const base = { case: 'memory', subject: 'prodlens', node: node.version };
  const rows = measuredRows(base, facts);
  if (plain.results.length === 0) return rows;
  for (const [key, what] of [
    ['rss', 'resident'],
    ['heap', 'heap and external'],
  ]) {
    const medianOf = (pair, part) => median(pair.results.map((result) => result[part][key]));
    const more = (pair, part) => medianOf(pair, part) - medianOf(plain, part);
    for (const pair of pairs.filter(({ node: of, results }) => of === node && results.length > 0)) {
      const row = { ...base, subject: pair.subject.name, metric: what, unit: 'MiB' };
      const ratio = pair === plain ? {} : { ratio: medianOf(pair, 'full') / medianOf(plain, 'full') };
      rows.push({ ...row, ...summary(pair.results.map(({ full }) => full[key] / 2 ** 20)), ...ratio });
    }
    const own = on(pairs, node, 'prodlens');
    if (facts === undefined || own.results.length === 0) continue;
    const fixed = more(own, 'empty');
    const bytes = (more(own, 'full') - fixed) / facts.functions;
    rows.push({ ...base, metric: `fixed part, ${what}`, unit: 'MiB', value: fixed / 2 ** 20 });
    const metric = `beyond the fixed part, ${what}`;
    rows.push({ ...base, metric, unit: 'bytes a function', value: bytes, goal: GOAL_BYTES, met: bytes <= GOAL_BYTES });
  }
  return rows;
}
