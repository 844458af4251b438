// The rule for the first three hours of a service, when nothing has a baseline: how often it tells of a function that did
// not change, with cold starts, other hosts and incidents right after the deployment, as soon as there are 30 calls of each
// version and at the end of each ten minutes after; and how often it finds one that became three times as slow.

import {
  findRegression,
  COLD_MINUTES as REGRESSION_COLD_MINUTES,
} from '../../collector/dist/analysis/detectors/regression.js';
import { bucketIndex } from '../../protocol/dist/index.js';
import { randomSource } from './random.mjs';
import { simulateService } from './simulator.mjs';

const SERVICES = 60;
const MINUTES = 60;
/** Left out after the start, at least: the minute in which it is may have been nearly over. */
const COLD_MINUTES = REGRESSION_COLD_MINUTES - 1;
/** Of more calls a minute, so many are drawn. */
const CALLS = 20;

/** `firstSeed`: of the services. */
export function measureFirstHours(firstSeed, note) {
  note('the first hours of a service');
  const counts = { unchanged: 0, false: 0, tripled: 0, found: 0 };
  for (let seed = firstSeed; seed < firstSeed + SERVICES; seed++) {
    const { functions } = simulateService(seed, { slowedShare: 0, beforeBlocks: 24 });
    const random = randomSource(seed);
    for (const [i, f] of functions.entries()) {
      const isTripled = i % 25 === 0;
      const isFound = told(f, isTripled ? Math.log2(3) : 0, random);
      counts[isTripled ? 'tripled' : 'unchanged']++;
      if (isFound) counts[isTripled ? 'found' : 'false']++;
    }
  }
  const row = (metric, unit, value) => ({
    ...{ case: 'first hours', subject: 'glaring only', metric, unit, value, node: process.versions.node },
  });
  return [
    row('functions compared', 'functions', counts.unchanged),
    row('false alerts in 1e5 functions', 'alerts', (1e5 * counts.false) / counts.unchanged),
    row('recall, three times as slow', 'share', counts.found / counts.tripled),
  ];
}

function told({ before, after, variance }, shift, random) {
  const spread = Math.sqrt(variance);
  const sides = { before: newSide(), after: newSide(), warm: newSide() };
  for (let j = before.level.length - MINUTES / 5; j < before.level.length; j++)
    addCalls([sides.before], before.level[j], spread, Math.min(5 * CALLS, before.calls[j]), random);
  const asked = { after: false, warm: false };
  for (let m = 0; m < MINUTES; m++) {
    const into = m < COLD_MINUTES ? [sides.after] : [sides.after, sides.warm];
    addCalls(into, after.level[m] + shift, spread, Math.min(CALLS, after.calls[m]), random);
    const first = ['after', 'warm'].filter((side) => sides[side].calls >= 30 && !asked[side]);
    if (first.length === 0 && m % 10 !== 9) continue;
    for (const side of first) asked[side] = true;
    const started = { ...deployed('2', sides.after), warm: deployed('2', sides.warm).totals };
    if (findRegression(deployed('1', sides.before), started) !== null) return true;
  }
  return false;
}

const newSide = () => ({ counts: new Map(), calls: 0, maxNs: 0 });

function addCalls(sides, level, spread, calls, random) {
  for (let n = 0; n < calls; n++) {
    const ns = 2 ** (level + spread * random.normal());
    for (const side of sides) {
      side.counts.set(bucketIndex(ns), (side.counts.get(bucketIndex(ns)) ?? 0) + 1);
      side.maxNs = Math.max(side.maxNs, ns);
      side.calls++;
    }
  }
}

function deployed(version, { counts, maxNs }) {
  return { version, totals: { maxNs, buckets: [...counts].sort((a, b) => a[0] - b[0]).flat() } };
}
