// Did a share of a function's calls become slow, too small to move its percentiles? The calls beyond cuts at the
// baseline's own quantiles are counted and held against how many there were before. The cuts move with the function's
// median, so that a function that is slower as a whole, or drifts through the day, is not taken for one with outliers.

import { betaBinomialTail } from '../statistics.js';

/** Buckets that a tail keeps: eight octaves, from two below the median on. What lies outside counts at the edge. */
export const TAIL_BUCKETS = 64;
const BUCKETS_PER_OCTAVE = 8;
/** Of the cuts, on the baseline; and one guard, half an octave beyond the 99th percentile. */
const CUT_QUANTILES = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999] as const;
export const CUTS = CUT_QUANTILES.length + 1;

/** Calls by bucket, and for each cut how much more the blocks' shares beyond it scattered than chance has them. */
export interface Tail {
  counts: Float32Array;
  overdispersion: Float32Array;
}

export interface OutlierShare {
  /** Share of the calls beyond the cut, 0 to 1. */
  before: number;
  after: number;
  /** Position of the cut among the buckets. */
  bucket: number;
  p: number;
}

const LEAST_BASELINE = 2_000;
const LEAST_CALLS = 300;
const LEAST_BEYOND = 3;
const LEAST_P = 1e-9;
const LEAST_RATIO = 3;
const LEAST_RISE = 0.005;
/** Nobody minds an outlier that is hardly slower than the rest: it must lie an octave beyond the median. */
const LEAST_DISTANCE = BUCKETS_PER_OCTAVE;

/** `leastBucket`: calls below it are not slow, however much slower than the rest they are. Beyond the buckets: none is. */
export function outlierShare(baseline: Tail, now: Float32Array, leastBucket = 0): OutlierShare | null {
  const total = sumFrom(baseline.counts, 0);
  const calls = sumFrom(now, 0);
  if (total < LEAST_BASELINE || calls < LEAST_CALLS) return null;
  const median = quantileBucket(baseline.counts, total, 0.5);
  const moved = Math.max(0, quantileBucket(now, calls, 0.5) - median);
  let found: OutlierShare | null = null;
  for (const [i, quantile] of cutsOf(baseline.counts).entries()) {
    const cut = Math.max(quantile, Math.ceil(leastBucket));
    if (cut >= TAIL_BUCKETS || cut - median < LEAST_DISTANCE) continue;
    const beyond = sumFrom(now, cut + (moved === 0 ? 0 : moved + 1));
    if (beyond < LEAST_BEYOND) continue;
    const usual = sumFrom(baseline.counts, cut);
    const [before, after] = [usual / total, beyond / calls];
    if (after < LEAST_RATIO * before || after - before < LEAST_RISE) continue;
    const over = Math.max(1, baseline.overdispersion[i]!);
    const p = betaBinomialTail(beyond / over, calls / over, usual / over + 0.5, (total - usual) / over + 0.5);
    if (found === null || p < found.p) found = { before, after, bucket: cut, p };
  }
  return found !== null && CUTS * found.p < LEAST_P ? found : null;
}

/** Adds a block to the baseline: what is a day old counts for a third of what is new. */
export function addBlock(baseline: Tail, block: Float32Array): void {
  const { counts, overdispersion } = baseline;
  const total = sumFrom(counts, 0);
  const calls = sumFrom(block, 0);
  if (calls === 0) return;
  if (total >= LEAST_BASELINE) {
    for (const [i, cut] of cutsOf(counts).entries()) {
      const share = Math.min(0.999, Math.max(sumFrom(counts, cut), 0.5) / total);
      const excess = (sumFrom(block, cut) - share * calls) ** 2 / (share * (1 - share) * calls);
      overdispersion[i] = overdispersion[i]! + (Math.min(excess, 50) - overdispersion[i]!) / 144;
    }
  }
  for (let i = 0; i < TAIL_BUCKETS; i++) counts[i] = counts[i]! * (1 - 1 / 288) + block[i]!;
}

/** First bucket beyond each cut. */
function cutsOf(counts: Float32Array): number[] {
  const total = sumFrom(counts, 0);
  const cuts = CUT_QUANTILES.map((q) => quantileBucket(counts, total, q) + 1);
  return [...cuts, quantileBucket(counts, total, 0.99) + 1 + BUCKETS_PER_OCTAVE / 2];
}

/** Bucket that holds the quantile. */
export function quantileBucket(counts: Float32Array, total: number, q: number): number {
  let seen = 0;
  for (let i = 0; i < TAIL_BUCKETS; i++) {
    seen += counts[i]!;
    if (seen >= q * total) return i;
  }
  return TAIL_BUCKETS - 1;
}

/** Calls in bucket `from` of the tail and above. */
export function sumFrom(counts: Float32Array, from: number): number {
  let sum = 0;
  for (let i = from; i < TAIL_BUCKETS; i++) sum += counts[i]!;
  return sum;
}
