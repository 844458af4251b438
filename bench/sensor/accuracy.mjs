// What the collector answers about functions whose durations are known, against those durations. Goals: every call
// counted; percentiles within the histogram's stated error; sums within 5 %. A duration is known as seen from outside
// the call, and includes what the sensor does in it.

import { summary } from '../statistics.mjs';
import { startCollector } from './collector.mjs';
import { startProgram } from './process.mjs';
import { failures, inTurns } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const METRICS = [
  { key: 'calls', metric: 'count', goal: 0 },
  { key: 'p50Ns', metric: 'p50', goal: 4.4 },
  { key: 'p95Ns', metric: 'p95', goal: 4.4 },
  { key: 'totalNs', metric: 'sum', goal: 5 },
];

export async function accuracy({ nodes, rounds, note, isOver }) {
  const collector = await startCollector();
  try {
    const run = (node, subject, round) => compare(node, subject, `accuracy-${node.major}-${round}`, collector.url);
    const pairs = await inTurns({
      nodes,
      subjects: subjects('prodlens'),
      rounds,
      peerRounds: rounds,
      run,
      note,
      isOver,
    });
    const names = Object.keys(pairs.find(({ results }) => results.length > 0)?.results[0] ?? {});
    return [...names.flatMap((name) => pairs.flatMap((pair) => rowsOf(name, pair))), ...failures('accuracy', pairs)];
  } finally {
    await collector.stop();
  }
}

/** By name of function: { known, seen }, the truth and what the collector answers; `seen` undefined for nothing. */
async function compare(node, subject, service, url) {
  const settings = { PRODLENS_URL: url, PRODLENS_SERVICE: service };
  const program = startProgram(node, subject, 'durations.cjs', { settings });
  await program.message();
  const { truth } = await program.ask('measure');
  const query = new URLSearchParams({ service, file: 'durations.cjs', window: '1h' });
  const response = await fetch(`${url}/api/v1/functions?${query}`);
  const { functions = [] } = await response.json();
  await program.stop();
  const seenOf = (name) => functions.find((one) => one.name === name);
  return Object.fromEntries(Object.entries(truth).map(([name, known]) => [name, { known, seen: seenOf(name) }]));
}

function rowsOf(name, { node, subject, results }) {
  const base = { case: `accuracy: ${name}`, subject: subject.name, node: node.version, unit: '% off' };
  return METRICS.map(({ key, metric, goal }) => {
    const off = results.map(
      ({ [name]: { known, seen } }) => (100 * ((seen?.[key] ?? Number.NaN) - known[key])) / known[key],
    );
    const errors = summary(off);
    if (errors === null) return { ...base, metric, value: null, reason: 'the collector knows nothing of it' };
    return { ...base, metric, ...errors, goal, met: Math.abs(errors.value) <= goal };
  });
}
