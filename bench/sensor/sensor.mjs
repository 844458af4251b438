// What the sensor costs, beside what peers cost: everything in one run, in turns. docs/cost.md says what each case
// measures and how to read it. A case is shown as it ends, and may take so many minutes: then its rounds end.

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

/** The case, and the minutes that its quick form may take on each Node. A round that has begun is not broken off. */
const CASES = {
  requests: { run: requests, minutes: 1.5 },
  http: { run: http, minutes: 4 },
  calls: { run: calls, minutes: 2.5 },
  programs: { run: programs, minutes: 6 },
  'start-up': { run: startUp, minutes: 3 },
  accuracy: { run: accuracy, minutes: 1 },
  threads: { run: threads, minutes: 1 },
  capture: { run: capture, minutes: 1 },
};
const NODES = '20,22,24';
const ROUNDS = { quick: 3, full: 11 };
const PEER_ROUNDS = { quick: 1, full: 5 };
/** How much longer the full form may take. */
const FULL_TIMES = 10;

export const HELP = `sensor: what the sensor costs, against no sensor and against peers
  --case NAME    one of ${Object.keys(CASES).join(', ')}; may be repeated
                 minutes on each Node: ${Object.values(CASES)
                   .map(({ minutes }) => minutes)
                   .join(', ')}
  --node 20,24   releases of Node, by major version; ${NODES} when not given
  --rounds N     turns of each subject; ${ROUNDS.quick} when not given, and ${PEER_ROUNDS.quick} for peers
  --full         ${ROUNDS.full} turns, ${PEER_ROUNDS.full} for peers, longer ones, more peers: hours instead of minutes`;

/** Rows as table.mjs has them; `show` gets those of each case as it ends. */
export async function run({ note, show, options }) {
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
  const longer = (full ? FULL_TIMES : 1) * Math.max(rounds / (full ? ROUNDS.full : ROUNDS.quick), 1);
  const minutesOf = (name) => Math.ceil(CASES[name].minutes * nodes.length * longer);
  const minutes = names.map((name) => `${name} ${minutesOf(name)}`).join(', ');
  note(`minutes at most: ${minutes}; together ${names.reduce((sum, name) => sum + minutesOf(name), 0)}`);
  show(machineRows('before'));
  for (const name of names) {
    const startMs = performance.now();
    const spent = () => (performance.now() - startMs) / 60_000;
    const settings = {
      nodes,
      rounds,
      peerRounds,
      full,
      note: (text) => note(`${name}, ${spent().toFixed(1)} of ${minutesOf(name)} min: ${text}`),
      /** Whether this share of the case's time is over. */
      isOver: (share = 1) => spent() >= minutesOf(name) * share,
    };
    // What was measured before is not lost with a case that cannot be.
    const rows = await CASES[name].run(settings).catch((error) => [unmeasured(name, error)]);
    show([...rows, { ...tookRow(name, spent()), goal: minutesOf(name), met: spent() <= minutesOf(name) }]);
  }
  return machineRows('after');
}

function tookRow(name, minutes) {
  return { case: name, subject: 'all', node: null, metric: 'the case took', unit: 'minutes', value: minutes };
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
