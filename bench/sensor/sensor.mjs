// What the sensor costs, beside what peers cost: everything in one run, in turns. docs/cost.md says what each case
// measures and how to read it.

import { rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../scripts/progress.mjs';
import { accuracy } from './accuracy.mjs';
import { calls } from './calls.mjs';
import { capture } from './capture.mjs';
import { http } from './http.mjs';
import { APPLICATION, installNodes, installPrograms, PEERS } from './install.mjs';
import { programs } from './programs.mjs';
import { requests } from './requests.mjs';
import { startUp } from './start-up.mjs';
import { SENSOR_CACHE } from './subjects.mjs';
import { threads } from './threads.mjs';

const CASES = { calls, programs, http, requests, 'start-up': startUp, accuracy, threads, capture };
const NODES = '20,22,24';
const ROUNDS = { quick: 3, full: 11 };
const PEER_ROUNDS = { quick: 1, full: 5 };

export const HELP = `sensor: what the sensor costs, against no sensor and against peers
  --case NAME    one of ${Object.keys(CASES).join(', ')}; may be repeated
  --node 20,24   releases of Node, by major version; ${NODES} when not given
  --rounds N     turns of each subject; ${ROUNDS.quick} when not given, and ${PEER_ROUNDS.quick} for peers
  --full         ${ROUNDS.full} turns, ${PEER_ROUNDS.full} for peers, longer ones, more peers: hours instead of minutes`;

/** Rows as contract, and with them { node, low, high, runs, reason }: see table.mjs. */
export async function run({ note, options }) {
  const names = options.case ?? Object.keys(CASES);
  const unknown = names.filter((name) => !(name in CASES));
  if (unknown.length > 0) {
    throw new Failure(`No such case: ${unknown.join(', ')}. There is ${Object.keys(CASES).join(', ')}.`);
  }
  const full = options.full === true;
  const rounds = number(options.rounds) ?? (full ? ROUNDS.full : ROUNDS.quick);
  const peerRounds = Math.min(rounds, number(options.rounds) ?? (full ? PEER_ROUNDS.full : PEER_ROUNDS.quick));
  const nodes = await installNodes((options.node ?? NODES).split(',').map(Number), note);
  await installPrograms(note);
  const left = [SENSOR_CACHE, join(APPLICATION, 'tmp'), join(PEERS, 'profiles')];
  for (const folder of left) await rm(folder, { recursive: true, force: true });
  const rows = machineRows('before');
  for (const name of names) {
    const settings = { nodes, rounds, peerRounds, full, note: (text) => note(`${name}: ${text}`) };
    // What was measured before is not lost with a case that cannot be.
    rows.push(...(await CASES[name](settings).catch((error) => [unmeasured(name, error)])));
  }
  return [...rows, ...machineRows('after')];
}

function unmeasured(name, error) {
  return {
    case: name,
    subject: 'all',
    node: null,
    metric: 'not measured',
    unit: '',
    value: null,
    reason: error.message,
  };
}

/** How much the figures are worth: a load above the number of processors says that others were at work. */
function machineRows(when) {
  const base = { case: 'machine', subject: when, node: null };
  const reason = `${availableParallelism()} processors, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform}`;
  return [{ ...base, metric: 'load average of a minute', unit: 'processes', value: loadavg()[0], reason }];
}

function number(text) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Failure(`--rounds takes a number from 1 up, not ${text}.`);
}
