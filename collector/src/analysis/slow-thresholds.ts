// From which duration on a call of a function, or a request of an endpoint, is a slow one, for sensors that keep what a slow
// one was about: twice what all but one call in a thousand, or one request in a hundred, stay below, so that what is healthy
// hardly ever has one. Only what has a baseline has a threshold, and functions that are called most come first where there
// are too many.

import { bucketsCount, type EndpointTotals } from '@prodlens/protocol';
import { quantileBucket, sumFrom } from './detectors/outliers.js';
import { clampedQuantileNs } from './detectors/regression.js';
import type { ScopeSeries } from './scope-series.js';

const LEAST_CALLS = 2_000;
const QUANTILE = 0.999;
/** There are fewer requests than calls. */
const LEAST_REQUESTS = 500;
const REQUESTS_QUANTILE = 0.99;
const FACTOR = 2;
/** A millisecond is never slow. */
const LEAST_NS = 1e6;
/** Functions of one service that are told. */
const THRESHOLDS = 2_000;

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

/** In ns; null where there is no baseline. */
export function slowEndpointNs(totals: EndpointTotals): number | null {
  if (bucketsCount(totals.buckets) < LEAST_REQUESTS) return null;
  return Math.max(LEAST_NS, Math.round(FACTOR * clampedQuantileNs(totals, REQUESTS_QUANTILE)));
}
