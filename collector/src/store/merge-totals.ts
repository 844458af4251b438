// Adding up what a function did: windows into a minute, minutes into an answer.

import { mergeBuckets } from '@prodlens/protocol';
import type { FunctionTotals } from './store.js';

/** What both hold together. Neither is changed. */
export function mergeTotals(a: FunctionTotals | undefined, b: FunctionTotals): FunctionTotals {
  if (a === undefined) return b;
  return {
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    sumNs: a.sumNs + b.sumNs,
    maxNs: Math.max(a.maxNs, b.maxNs),
    buckets: b.buckets.length === 0 ? a.buckets : mergeBuckets(a.buckets, b.buckets),
  };
}
