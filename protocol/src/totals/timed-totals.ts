// What one thing that takes time did within some time, be it a function or an endpoint: how often, how often it went wrong,
// how long it took; and how two such times add up.

import { array, fail, integer, number } from '../check.js';
import {
  MAXIMUM_BUCKET_INDEX,
  MINIMUM_BUCKET_INDEX,
  mergeBuckets,
  type SparseBuckets,
} from './exponential-histogram.js';

export interface TimedTotals {
  calls: number;
  errors: number;
  /** Sum and maximum of the durations that ended in the time, and the durations. */
  sumNs: number;
  maxNs: number;
  buckets: SparseBuckets;
}

export const NO_TIMED_TOTALS: Readonly<TimedTotals> = { calls: 0, errors: 0, sumNs: 0, maxNs: 0, buckets: [] };

/** What both hold together. Neither is changed. */
export function mergeTimedTotals(a: TimedTotals, b: TimedTotals): TimedTotals {
  return {
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    sumNs: a.sumNs + b.sumNs,
    maxNs: Math.max(a.maxNs, b.maxNs),
    buckets: mergeBuckets(a.buckets, b.buckets),
  };
}

/** Throws DecodeError. */
export function decodeTimedTotals(row: Record<string, unknown>, at: string): TimedTotals {
  return {
    calls: integer(row.calls, `${at}.calls`),
    errors: integer(row.errors, `${at}.errors`),
    sumNs: number(row.sumNs, `${at}.sumNs`),
    maxNs: number(row.maxNs, `${at}.maxNs`),
    buckets: decodeBuckets(row.buckets, `${at}.buckets`),
  };
}

function decodeBuckets(value: unknown, at: string): SparseBuckets {
  const flat = array(value, at, 2 * (MAXIMUM_BUCKET_INDEX + 2), (n, where) => {
    if (!Number.isSafeInteger(n)) fail(where, 'is not an integer');
    return n as number;
  });
  if (flat.length % 2 !== 0) fail(at, 'has an index without a count');
  let previous = MINIMUM_BUCKET_INDEX - 1;
  for (let i = 0; i < flat.length; i += 2) {
    if (flat[i]! <= previous || flat[i]! > MAXIMUM_BUCKET_INDEX) fail(`${at}[${i}]`, 'is out of order or out of range');
    if (flat[i + 1]! < 1) fail(`${at}[${i + 1}]`, 'is not a count');
    previous = flat[i]!;
  }
  return flat;
}
