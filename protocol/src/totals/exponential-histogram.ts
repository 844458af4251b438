// Base-2 exponential histograms of durations in nanoseconds, at one fixed scale, so that any two of them add
// up bucket by bucket: windows merge in the sensor, instances merge in the collector, minutes merge in a query.
// Sparse buckets are a flat array of pairs, ascending by index: [index, count, index, count, ...].
// Meaning of index and scale: OpenTelemetry data model, ExponentialHistogram.

/** Buckets per doubling are 2^SCALE. At scale 3 a quantile is off by at most 4.4 % of its value. */
export const SCALE = 3;

/** Largest index that is accepted: 2^53 ns, 104 days. */
export const MAXIMUM_BUCKET_INDEX = 53 * 2 ** SCALE - 1;

/** Smallest index: everything up to 1 ns. */
export const MINIMUM_BUCKET_INDEX = -1;

/** [index, count, ...], ascending by index, counts above 0. */
export type SparseBuckets = number[];

const BUCKETS_PER_DOUBLING = 2 ** SCALE;
const BASE = 2 ** (1 / BUCKETS_PER_DOUBLING);

/** Index of the bucket (base^index, base^(index+1)] that holds the duration; clamped to the accepted range. */
export function bucketIndex(durationNs: number): number {
  if (!(durationNs > 1)) return MINIMUM_BUCKET_INDEX;
  const index = Math.ceil(Math.log2(durationNs) * BUCKETS_PER_DOUBLING) - 1;
  return Math.min(index, MAXIMUM_BUCKET_INDEX);
}

/** Lower bound in ns, exclusive, of a bucket. Its upper bound, inclusive, is the lower bound of index + 1. */
export function bucketLowerBoundNs(index: number): number {
  return 2 ** (index / BUCKETS_PER_DOUBLING);
}

/** Number of values in the buckets. */
export function bucketsCount(buckets: SparseBuckets): number {
  let count = 0;
  for (let i = 1; i < buckets.length; i += 2) count += buckets[i]!;
  return count;
}

/** A new histogram that holds what both hold. O(a + b). */
export function mergeBuckets(a: SparseBuckets, b: SparseBuckets): SparseBuckets {
  const merged: SparseBuckets = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const indexA = i < a.length ? a[i]! : Number.POSITIVE_INFINITY;
    const indexB = j < b.length ? b[j]! : Number.POSITIVE_INFINITY;
    const index = Math.min(indexA, indexB);
    let count = 0;
    if (indexA === index) {
      count += a[i + 1]!;
      i += 2;
    }
    if (indexB === index) {
      count += b[j + 1]!;
      j += 2;
    }
    merged.push(index, count);
  }
  return merged;
}

/** As mergeBuckets, in place as far as `into` has the buckets already: what is returned takes its place. */
export function addBuckets(into: SparseBuckets, more: SparseBuckets): SparseBuckets {
  let i = 0;
  for (let j = 0; j < more.length; j += 2) {
    while (i < into.length && into[i]! < more[j]!) i += 2;
    if (into[i] !== more[j]) return [...into.slice(0, i), ...mergeBuckets(into.slice(i), more.slice(j))];
    into[i + 1]! += more[j + 1]!;
  }
  return into;
}

/**
 * Value in ns at quantile q in [0, 1]; relative error <= (base - 1) / (base + 1) = 4.4 %. NaN when there is no value.
 * Nearest rank. OpenTelemetry data model, ExponentialHistogram.
 */
export function quantileNs(buckets: SparseBuckets, q: number): number {
  const count = bucketsCount(buckets);
  if (count === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(q * count));
  let seen = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    seen += buckets[i + 1]!;
    if (seen >= rank) return bucketMidpointNs(buckets[i]!);
  }
  return bucketMidpointNs(buckets[buckets.length - 2]!);
}

/** The value whose relative error to both bounds of the bucket is the same: 2·lower·upper / (lower + upper). */
function bucketMidpointNs(index: number): number {
  return (bucketLowerBoundNs(index) * 2 * BASE) / (1 + BASE);
}
