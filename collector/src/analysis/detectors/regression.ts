// Is a function glaringly slower with a deployment while there is no baseline yet, in the first hours of a service? Pure
// arithmetic over two merged histograms, and only what hardly overlaps counts: the median two and a half times as high,
// and three quarters of the calls now above nine tenths of those before. It takes no account of time blocks, load or
// drift; once there is a baseline, the detectors decide.

import { bucketsCount, type FunctionTotals, quantileNs, type Regression } from '@prodlens/protocol';

export interface DeploymentSide {
  /** service.version */
  version: string;
  totals: FunctionTotals;
}

/** Timed calls below which a deployment says nothing about a function. */
export const MINIMUM_TIMED_CALLS = 30;
const MINIMUM_RATIO = 2.5;
const MINIMUM_RISE_NS = 1_000_000;

/** Minutes that are left out, that of the start included: what begins is slow while code is compiled and caches fill. */
export const COLD_MINUTES = 3;
/** Where there are no others yet, the median must have risen by more than a cold start makes of it. */
const COLD_RATIO = 4;

/** A deployment that has just started: `totals` of all its time, `warm` of what came after its first minutes. */
export interface StartedSide extends DeploymentSide {
  warm: FunctionTotals;
}

/**
 * The latency rise from one deployment to the next, or null: the median 2.5 times as high, by at least 1 ms, with hardly
 * any overlap, on at least 30 timed calls of each; four times as high where there were not so many after the first
 * minutes. `beforeCalls` and `afterCalls` are those that it rests on.
 */
export function findRegression(before: DeploymentSide, started: StartedSide): Regression | null {
  const isWarm = bucketsCount(started.warm.buckets) >= MINIMUM_TIMED_CALLS;
  const after: DeploymentSide = isWarm ? { version: started.version, totals: started.warm } : started;
  const leastRatio = isWarm ? MINIMUM_RATIO : COLD_RATIO;
  const beforeCalls = bucketsCount(before.totals.buckets);
  const afterCalls = bucketsCount(after.totals.buckets);
  if (Math.min(beforeCalls, afterCalls) < MINIMUM_TIMED_CALLS) return null;
  const beforeP50Ns = clampedQuantileNs(before.totals, 0.5);
  const afterP50Ns = clampedQuantileNs(after.totals, 0.5);
  // Too short for the sensor's clock: nothing can be a multiple of it.
  if (beforeP50Ns === 0) return null;
  if (afterP50Ns < leastRatio * beforeP50Ns || afterP50Ns - beforeP50Ns < MINIMUM_RISE_NS) return null;
  if (clampedQuantileNs(after.totals, 0.25) <= clampedQuantileNs(before.totals, 0.9)) return null;
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
export function clampedQuantileNs(totals: Pick<FunctionTotals, 'buckets' | 'maxNs'>, q: number): number {
  return Math.min(quantileNs(totals.buckets, q), totals.maxNs);
}

/** A baseline takes this long: earlier, there is only the glaring. */
export const BASELINE_MS = 3 * 3_600_000;
