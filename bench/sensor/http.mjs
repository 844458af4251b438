// Services under load, every function of application and packages measured, reporting to a real collector. The
// services of all subjects stay up side by side, and the load goes from one to the next in short turns, so that each
// turn has its plain neighbour a moment away: what is compared are neighbours. Goal: 2 % of throughput and of p99.

import { join } from 'node:path';
import { median, summary } from '../statistics.mjs';
import { startCollector } from './collector.mjs';
import { PEERS } from './install.mjs';
import { startProgram } from './process.mjs';
import { failures } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const LONGEST_MS = 6 * 3_600_000;
const WARM_UP_SECONDS = 2;
/** Of what the plain service takes at most: busy, and not so that requests queue. */
const FIXED_LOAD = 0.3;
/** However little time there is: a ratio is the median of turns. */
const LEAST_TURNS = 2;

const METRICS = [
  { key: 'perSecond', metric: 'throughput, saturated', unit: 'requests a second', goal: 0.98, atLeast: true },
  { key: 'cpuUs', metric: 'processor', unit: 'µs a request', goal: 1.02 },
  { key: 'p50Ms', metric: 'p50 at a fixed rate', unit: 'ms' },
  { key: 'p99Ms', metric: 'p99 at a fixed rate', unit: 'ms', goal: 1.02 },
];

export async function http({ nodes, rounds, peerRounds, full, note, isOver }) {
  const own = ['plain', 'AsyncLocalStorage', 'prodlens', 'prodlens, no requests'];
  const peers = [...(full ? ['prodlens, all timed'] : []), 'OpenTelemetry', 'dd-trace', 'Istanbul', 'V8 profiler'];
  const seconds = full ? 5 : 1.5;
  const turns = { all: rounds + 1, peers: peerRounds };
  const rows = [];
  const collector = await startCollector();
  const load = startProgram(nodes[0], { args: [], env: {} }, join(PEERS, 'load.mjs'), { deadlineMs: LONGEST_MS });
  try {
    await load.message();
    const frameworks = full ? ['express', 'fastify'] : ['express'];
    for (const [f, framework] of frameworks.entries()) {
      for (const [n, node] of nodes.entries()) {
        const share = (f * nodes.length + n + 1) / (frameworks.length * nodes.length);
        const title = `http: ${framework}`;
        const settings = { PRODLENS_URL: collector.url, PRODLENS_SERVICE: `bench-${framework}-${node.major}` };
        const services = await start(subjects(...own, ...peers), node, framework, settings);
        try {
          await measure(services, {
            load,
            seconds,
            turns,
            isOver: () => isOver(share),
            note: (text) => note(`${framework}, Node ${node.major}, ${text}`),
          });
        } finally {
          for (const service of services) await service.program.stop();
        }
        rows.push(...METRICS.flatMap((metric) => rowsOf(title, node, metric, services)), ...failures(title, services));
      }
    }
  } finally {
    await load.stop();
    await collector.stop();
  }
  return rows;
}

async function start(of, node, framework, settings) {
  const services = [];
  for (const subject of of) {
    const options = { args: [framework], settings, deadlineMs: LONGEST_MS };
    const program = startProgram(node, subject, 'service.cjs', options);
    const service = { node, subject, program, port: null, results: [], failure: null };
    services.push(service);
    try {
      service.port = (await program.message()).port;
    } catch (error) {
      service.failure = error.message;
    }
  }
  return services;
}

/** Leaves in each service's `results` what each of its turns gave. */
async function measure(services, { load, seconds, turns, isOver, note }) {
  const running = () => services.filter(({ failure }) => failure === null);
  let rate = 0;
  for (const { subject, port } of running()) {
    note(`warming up ${subject.name}`);
    const { perSecond } = await load.ask({ port, seconds: WARM_UP_SECONDS });
    if (subject.name === 'plain') rate = Math.round(perSecond * FIXED_LOAD);
  }
  for (let turn = 0; turn < turns.all; turn++) {
    if (turn >= LEAST_TURNS && isOver()) break;
    note(`turn ${turn + 1} of ${turns.all}`);
    const due = running().filter(({ subject }) => subject.often || turn < turns.peers);
    for (const service of turn % 2 === 0 ? due : due.toReversed()) {
      try {
        service.results.push(await oneTurn(service, { load, seconds, rate }));
      } catch (error) {
        service.failure = error.message;
      }
    }
  }
}

async function oneTurn({ program, port }, { load, seconds, rate }) {
  const before = await program.ask('usage');
  const saturated = await load.ask({ port, seconds });
  const fixed = await load.ask({ port, seconds, rate });
  const after = await program.ask('usage');
  if (saturated.failed + fixed.failed > 0) throw new Error(`${saturated.failed + fixed.failed} requests failed`);
  const cpuUs = (after.cpuUs - before.cpuUs) / (saturated.requests + fixed.requests);
  return { perSecond: saturated.perSecond, cpuUs, p50Ms: fixed.p50Ms, p99Ms: fixed.p99Ms };
}

function rowsOf(title, node, { key, metric, unit, goal, atLeast }, services) {
  const plain = services.find(({ subject }) => subject.name === 'plain').results;
  if (plain.length === 0) return [];
  return services
    .filter(({ results }) => results.length > 0)
    .map(({ subject, results }) => {
      const row = { case: title, subject: subject.name, node: node.version, metric, unit };
      const value = summary(results.map((result) => result[key]));
      if (subject.name === 'plain') return { ...row, ...value };
      // Turn against the plain turn beside it.
      const ratio = median(results.map((result, turn) => result[key] / plain[turn]?.[key]));
      if (goal === undefined || subject.name !== 'prodlens') return { ...row, ...value, ratio };
      return { ...row, ...value, ratio, goal, goalOf: 'ratio', met: atLeast ? ratio >= goal : ratio <= goal };
    });
}
