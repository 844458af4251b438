// The recorded windows of the example service, replayed through everything that the collector runs: a day of its first
// version, then a deployment of the same code, cold at first, in which some functions are made slower or to fail; and the
// two deployments as they really were, of the same code in another process and of 2.0.0. A window stands for a minute. Days
// are put together of stretches of the recording, each in its own order, so that what follows in a moment of the real
// machine still follows; they hold no more than the recording, so few false alerts here say less than the simulator's.

import { packMinute } from '../../collector/dist/analysis/minute-frame.js';
import { createScopeAnalysis } from '../../collector/dist/analysis/scope-analysis.js';
import { quantile } from '../statistics.mjs';
import { randomSource } from './random.mjs';
import { readRecording } from './recording.mjs';
import { RULES } from './rules.mjs';

const REPLAYS = 20;
const DAY = 1_440;
const AFTER_MINUTES = 180;
const STRETCH = 20;
/** Windows at the start of a version that are not used again, as it was cold. */
const COLD = 6;
const START = 29_000_000;
/** Calls a window, and the level of log2 ns (8 µs), from which on a function is given a fault. */
const LEAST_CALLS = 10;
const LEAST_LEVEL = 13;

/** What is done to one function each, and the subject of the alert that should come of it. */
const FAULTS = [
  { name: '+30 %', subject: 'latency', shift: Math.log2(1.3) },
  { name: '+50 %', subject: 'latency', shift: Math.log2(1.5) },
  { name: 'twice as slow', subject: 'latency', shift: 1 },
  { name: '5 % of the calls fail', subject: 'errors', errorRate: 0.05 },
];

export function measureReplay(firstSeed, note, replays = REPLAYS) {
  const { functions, deployments } = readRecording();
  const [first, again, second] = deployments.map(({ minutes }) => minutes);
  const delays = new Map(FAULTS.map(({ name }) => [name, []]));
  const falseByKind = new Map();
  const peers = Object.fromEntries(Object.keys(RULES).map((name) => [name, { false: 0, found: 0, made: 0 }]));
  let unchanged = 0;
  for (let i = 0; i < replays; i++) {
    if (i % 5 === 0) note(`the recorded service, replay ${i + 1} of ${replays}`);
    const random = randomSource(firstSeed + i);
    const before = stretches(first, DAY, random);
    const faults = chosen(series(functions.length, before, []), DAY, random);
    // A cold start of a minute is six windows of the recording: the first two stand for it.
    const after = stretches(first, AFTER_MINUTES, random, again.slice(0, 2)).map((rows) =>
      rows.map((row) => faulty(row, faults.get(row[0]), random)),
    );
    const told = analysed(before, after);
    unchanged += new Set(after.flat().map(([index]) => index)).size - faults.size;
    for (const [index, { name, subject }] of faults)
      delays.get(name).push(told.get(`${subject} ${index}`)?.minutes ?? Number.POSITIVE_INFINITY);
    for (const [key, { kind, index }] of told)
      if (!faults.has(index)) falseByKind.set(kind, [...(falseByKind.get(kind) ?? []), key]);
    tallyPeers(peers, series(functions.length, before, after), faults);
  }
  const row = (subject, metric, unit, value) => ({
    ...{ case: 'recorded service', subject, metric, unit, value, node: process.versions.node },
  });
  const allFalse = [...falseByKind.values()].flat().length;
  const rows = [
    row('prodlens', 'functions that did not change', 'functions', unchanged),
    row('prodlens', 'false alerts', 'alerts', allFalse),
    ...[...falseByKind].map(([kind, keys]) => row('prodlens', `false alerts: ${kind}`, 'alerts', keys.length)),
  ];
  for (const [name, found] of delays) {
    const told = found.filter(Number.isFinite);
    rows.push(row(name, 'recall', 'share', told.length / found.length));
    if (told.length === 0) continue;
    const sorted = told.sort((a, b) => a - b);
    rows.push(row(name, 'delay, median', 'min', quantile(sorted, 0.5)));
    rows.push(row(name, 'delay, 90th percentile', 'min', quantile(sorted, 0.9)));
  }
  for (const [name, peer] of Object.entries(peers)) {
    rows.push(row(name, 'false alerts', 'alerts', peer.false));
    rows.push(row(name, 'recall, +30 to +100 %', 'share', peer.found / peer.made));
  }
  const asItWas = (minutes) => {
    const random = randomSource(firstSeed);
    return analysed(stretches(first, DAY, random), stretches(minutes, AFTER_MINUTES, random, minutes));
  };
  rows.push(row('the same code in another process', 'functions told of', 'functions', asItWas(again).size));
  const told = asItWas(second);
  for (const [name, subject] of [
    ['applyDiscounts', 'latency'],
    ['reserveStock', 'errors'],
  ]) {
    const index = functions.findIndex(([, of]) => of.endsWith(name));
    const minutes = told.get(`${subject} ${index}`)?.minutes ?? Number.POSITIVE_INFINITY;
    rows.push(row(`2.0.0, ${name}`, 'delay', 'min', minutes));
  }
  return rows;
}

/** So many windows: `lead` first, if any, then stretches of the others. */
function stretches(minutes, length, random, lead = []) {
  const made = lead.slice(0, length);
  while (made.length < length) {
    const at = COLD + Math.floor(random.uniform(0, minutes.length - COLD - STRETCH + 1));
    made.push(...minutes.slice(at, at + STRETCH));
  }
  return made.slice(0, length);
}

/** A function for each fault, of those that are called often enough and take long enough. */
function chosen({ functions }, windows, random) {
  const often = [...functions.keys()].filter((index) => {
    const { calls, level } = functions[index].before;
    const [n, sum] = [calls.reduce((a, b) => a + b), level.reduce((total, l, j) => total + l * calls[j], 0)];
    return n >= LEAST_CALLS * windows && sum / n >= LEAST_LEVEL;
  });
  return new Map(FAULTS.map((fault) => [often.splice(Math.floor(random.uniform(0, often.length)), 1)[0], fault]));
}

/** What the function does in the window instead. */
function faulty(row, fault, { uniform, poisson }) {
  if (fault === undefined) return row;
  const [index, calls, errors, cpuNs, ...buckets] = row;
  const { shift = 0, errorRate = 0 } = fault;
  const counts = new Map();
  for (let i = 0; i < buckets.length; i += 2) {
    for (let n = 0; n < buckets[i + 1]; n++) {
      const moved = Math.floor(buckets[i] + 8 * shift + (shift === 0 ? 0 : uniform(0, 1)));
      counts.set(moved, (counts.get(moved) ?? 0) + 1);
    }
  }
  const failed = Math.min(calls, errors + (errorRate > 0 ? poisson(calls * errorRate) : 0));
  return [index, calls, failed, cpuNs, ...[...counts].sort((a, b) => a[0] - b[0]).flat()];
}

/** "subject index" -> the first that was said after the deployment. */
function analysed(before, after) {
  const analysis = createScopeAnalysis();
  analysis.deployed({ deploymentId: 1, startedMinute: START, follows: false });
  const told = new Map();
  for (const [i, rows] of [...before, ...after].entries()) {
    const minute = START + i;
    const isAfter = i >= before.length;
    if (i === before.length) analysis.deployed({ deploymentId: 2, startedMinute: minute, follows: true });
    const frame = packMinute(
      rows.map(([index, calls, errors, cpuNs, ...buckets]) => ({
        functionId: index + 1,
        totals: { calls, errors, cpuNs, buckets },
      })),
    );
    for (const { subject, kind, functionId } of analysis.minute(minute, [{ deploymentId: isAfter ? 2 : 1, frame }])) {
      if (!isAfter || functionId === null) continue;
      const key = `${subject} ${functionId - 1}`;
      if (!told.has(key)) told.set(key, { kind, index: functionId - 1, minutes: i - before.length + 1 });
    }
  }
  return told;
}

/** As the rules of others read a service: levels and calls, by time block before and by minute after. */
function series(count, before, after) {
  const functions = Array.from({ length: count }, () => ({
    before: side(before.length / 5),
    after: side(after.length),
  }));
  const add = (at, block, [, , , , ...buckets]) => {
    for (let i = 0; i < buckets.length; i += 2) {
      at.calls[block] += buckets[i + 1];
      at.level[block] += buckets[i + 1] * ((buckets[i] + 0.5) / 8);
    }
  };
  for (const [i, rows] of before.entries())
    for (const row of rows) add(functions[row[0]].before, Math.floor(i / 5), row);
  for (const [i, rows] of after.entries()) for (const row of rows) add(functions[row[0]].after, i, row);
  for (const f of functions)
    for (const { level, calls } of [f.before, f.after])
      for (const i of level.keys()) if (calls[i] > 0) level[i] /= calls[i];
  return { functions };
}

function side(length) {
  return { level: new Float64Array(length), calls: new Float64Array(length) };
}

function tallyPeers(peers, service, faults) {
  for (const [name, rule] of Object.entries(RULES)) {
    const told = new Set(rule(service).map(({ index }) => index));
    for (const index of told) if (faults.get(index)?.shift === undefined) peers[name].false++;
    for (const [index, { shift }] of faults) {
      if (shift === undefined) continue;
      peers[name].made++;
      if (told.has(index)) peers[name].found++;
    }
  }
}
