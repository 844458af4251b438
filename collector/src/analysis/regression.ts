// Is a function slower since a deployment? Pure arithmetic over two merged histograms. It takes no account of
// time blocks, load or drift: a single comparison of two deployments, strict enough to stay silent when in doubt.

import { bucketsCount, type FunctionTotals, quantileNs, type Regression } from '@prodlens/protocol';

export interface DeploymentSide {
  /** service.version */
  version: string;
  totals: FunctionTotals;
}

/** Timed calls below which a deployment says nothing about a function. */
export const MINIMUM_TIMED_CALLS = 30;
const MINIMUM_RATIO = 2;
const MINIMUM_RISE_NS = 1_000_000;

/**
 * The latency rise from one deployment to the next, or null. Provisional and deliberately conservative: the median
 * at least doubled, by at least 1 ms; the 95th percentile not lower; at least 30 timed calls on each side.
 * `beforeCalls` and `afterCalls` are the timed calls that the comparison rests on.
 */
export function findRegression(before: DeploymentSide, after: DeploymentSide): Regression | null {
  const beforeCalls = bucketsCount(before.totals.buckets);
  const afterCalls = bucketsCount(after.totals.buckets);
  if (Math.min(beforeCalls, afterCalls) < MINIMUM_TIMED_CALLS) return null;
  const beforeP50Ns = clampedQuantileNs(before.totals, 0.5);
  const afterP50Ns = clampedQuantileNs(after.totals, 0.5);
  // Too short for the sensor's clock: nothing can be a multiple of it.
  if (beforeP50Ns === 0) return null;
  if (afterP50Ns < MINIMUM_RATIO * beforeP50Ns || afterP50Ns - beforeP50Ns < MINIMUM_RISE_NS) return null;
  const beforeP95Ns = clampedQuantileNs(before.totals, 0.95);
  const afterP95Ns = clampedQuantileNs(after.totals, 0.95);
  if (afterP95Ns < beforeP95Ns) return null;
  return {
    version: after.version,
    previousVersion: before.version,
    slowdown: (afterP50Ns - beforeP50Ns) / beforeP50Ns,
    beforeP50Ns,
    afterP50Ns,
    beforeP95Ns,
    afterP95Ns,
    beforeCalls,
    afterCalls,
  };
}

/** Value in ns at quantile q, never above the measured maximum, which is exact. NaN without a timed call. */
export function clampedQuantileNs(totals: FunctionTotals, q: number): number {
  return Math.min(quantileNs(totals.buckets, q), totals.maxNs);
}
