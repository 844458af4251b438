// What one capture holds the program's thread: looking at the values, and handing them over to the sensor's own thread,
// which does the rest. Each is the first of its kind in its process, so that many processes are asked for a few each, and
// what is measured is code that V8 has hardly seen; the first of a process takes longest. Goal: 2 ms for the typical one.

import { join } from 'node:path';
import { quantile } from '../statistics.mjs';
import { APPLICATION } from './install.mjs';
import { runProgram } from './process.mjs';
import { failures, inTurns } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const GOAL_MS = 2;
/** Captures that each process tells of, of each kind. */
const CAPTURES = 10;
/** A 99th percentile of less would be a maximum. */
const PROCESSES_A_ROUND = 4;
const KINDS = { error: 'an error in a request', slow: 'a slow request' };

export async function capture({ nodes, rounds, note, isOver }) {
  const [sensor] = subjects('prodlens');
  const subject = { ...sensor, args: ['--require', join(APPLICATION, 'capture-clock.cjs'), ...sensor.args] };
  const pairs = await inTurns({
    nodes,
    subjects: [subject],
    rounds: rounds * PROCESSES_A_ROUND,
    peerRounds: 0,
    note,
    isOver,
    run: async (node) => {
      const result = await runProgram(node, subject, 'capture.cjs', { settings: { PRODLENS_LOGS: 'true' } });
      const expected = CAPTURES * Object.keys(KINDS).length;
      if (result.captures !== expected) throw new Error(`${result.captures} captures instead of ${expected}`);
      return result;
    },
  });
  const measured = pairs.filter(({ results }) => results.length > 0);
  return [
    ...Object.keys(KINDS).flatMap((kind) => measured.flatMap((pair) => rowsOf(kind, pair))),
    ...failures('capture', pairs),
  ];
}

function rowsOf(kind, { node, subject, results }) {
  const all = results.flatMap((result) => result[kind]);
  const base = { case: `capture: ${KINDS[kind]}`, subject: subject.name, node: node.version, unit: 'ms' };
  const row = (metric, q, of) => {
    const ms = all.map(of).sort((a, b) => a - b);
    return { ...base, metric, value: quantile(ms, q) };
  };
  const held = ({ takenMs, handedOverMs }) => takenMs + handedOverMs;
  const typical = row('held, p50', 0.5, held);
  return [
    { ...typical, goal: GOAL_MS, met: typical.value <= GOAL_MS },
    row('held, p99', 0.99, held),
    row('of which handing over, p50', 0.5, ({ handedOverMs }) => handedOverMs),
  ];
}
