// The numbers of one thing that is called, made of its merged totals. The only place where percentiles and rates of
// answers are computed.

import { bucketsCount, type CallStats, type SparseBuckets } from '@prodlens/protocol';
import { clampedQuantileNs } from '../analysis/detectors/regression.js';

interface Totals {
  calls: number;
  errors: number;
  sumNs: number;
  maxNs: number;
  buckets: SparseBuckets;
}

const NOTHING: Totals = { calls: 0, errors: 0, sumNs: 0, maxNs: 0, buckets: [] };

/** `minutes`: in which the service reported; null: in none. */
export function callStats(totals: Totals | undefined, minutes: number | null): CallStats {
  const { calls, errors, sumNs, maxNs, buckets } = totals ?? NOTHING;
  const isTimed = bucketsCount(buckets) > 0;
  const quantileNs = (q: number) => (isTimed ? clampedQuantileNs({ maxNs, buckets }, q) : null);
  return {
    calls,
    errors,
    callsPerMinute: minutes === null ? null : calls / minutes,
    // A call may begin in the window before the one in which it fails.
    errorRate: calls === 0 ? null : Math.min(1, errors / calls),
    p50Ns: quantileNs(0.5),
    p95Ns: quantileNs(0.95),
    p99Ns: quantileNs(0.99),
    maxNs: isTimed ? maxNs : null,
    totalNs: isTimed ? sumNs : null,
  };
}
