// What 100,000 functions cost a minute, on one core, through the path that the collector takes: a packed minute folded
// into the past, the detectors of a minute, those of a time block, and a look after a deployment.

import { packMinute } from '../../collector/dist/analysis/minute-frame.js';
import { createScopeAnalysis } from '../../collector/dist/analysis/scope-analysis.js';
import { randomSource } from './random.mjs';

const FUNCTIONS = 100_000;
const GOAL_SECONDS = 5;
/** Enough for every detector to have something to look at. */
const MINUTES = 200;

export function measureCost(note) {
  note('100,000 functions, minute by minute');
  const random = randomSource(5);
  const levels = Float64Array.from({ length: FUNCTIONS }, () => random.uniform(130, 200));
  const frame = (deploymentShift) =>
    packMinute(
      Array.from({ length: FUNCTIONS }, (_, i) => {
        const buckets = [];
        const first = Math.round(levels[i] + deploymentShift + 0.3 * random.normal());
        for (let b = 0; b < 6; b++) buckets.push(first + b, 1 + Math.floor(random.uniform(0, 8)));
        return { functionId: i + 1, totals: { calls: 25, errors: i % 50 === 0 ? 1 : 0, cpuNs: 1e6, buckets } };
      }),
    );
  const frames = [0, 0, 0, 0].map(frame);
  const analysis = createScopeAnalysis();
  const start = 29_000_000;
  analysis.deployed({ deploymentId: 1, startedMinute: start, follows: false });
  const seconds = [];
  for (let m = 0; m < MINUTES; m++) {
    const isAfter = m >= MINUTES - 30;
    if (m === MINUTES - 30) analysis.deployed({ deploymentId: 2, startedMinute: start + m, follows: true });
    const begun = process.cpuUsage();
    analysis.minute(start + m, [{ deploymentId: isAfter ? 2 : 1, frame: frames[m % frames.length] }]);
    const { user, system } = process.cpuUsage(begun);
    if (m >= 60) seconds.push((user + system) / 1e6);
  }
  const bytes = process.memoryUsage();
  const row = (metric, unit, value, goal) => ({
    ...{ case: 'cost', subject: '100,000 functions', metric, unit, value, node: process.versions.node },
    ...(goal !== undefined && { goal, met: value <= goal }),
  });
  return [
    row('a minute, mean', 's', seconds.reduce((a, b) => a + b) / seconds.length, GOAL_SECONDS),
    row('a minute, the worst', 's', Math.max(...seconds), GOAL_SECONDS),
    row('memory of the process', 'MB', bytes.rss / 1e6),
  ];
}
