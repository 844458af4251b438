// From which duration on a call of a function is a slow one, for sensors that keep what a slow call was about: twice what
// all but one call in a thousand stay below, so that a healthy function hardly ever has one. Only functions with a
// baseline have a threshold, and those that are called most come first where there are too many.

import { quantileBucket, sumFrom } from './outliers.js';
import type { ScopeSeries } from './scope-series.js';

const LEAST_CALLS = 2_000;
const QUANTILE = 0.999;
const FACTOR = 2;
/** A millisecond is never slow. */
const LEAST_NS = 1e6;
/** Functions of one service that are told. */
export const THRESHOLDS = 2_000;

/** Function id and duration in ns. */
export function slowThresholds({ tails, ids }: ScopeSeries): Array<[functionId: number, slowNs: number]> {
  const found: Array<{ calls: number; of: [number, number] }> = [];
  for (const [index, { counts, first }] of tails) {
    const calls = sumFrom(counts, 0);
    if (calls < LEAST_CALLS) continue;
    const bucket = quantileBucket(counts, calls, QUANTILE);
    const slowNs = Math.max(LEAST_NS, Math.round(FACTOR * 2 ** ((first + bucket + 1) / 8)));
    found.push({ calls, of: [ids[index]!, slowNs] });
  }
  found.sort((a, b) => b.calls - a.calls);
  return found.slice(0, THRESHOLDS).map(({ of }) => of);
}
