// Durations that were taken, folded into one histogram a function and window.
//
// Two kinds come in. Slow ones (SLOW_MS and more) are seen on every call, by the coarse tick or by the precise
// clock, and count once each. Fast ones are taken on a sample of the calls once a function is hot, and carry the
// number of calls that each stands for; at the end of the window they are scaled so that the histogram holds as
// many values as there were calls. Nothing slower than SLOW_MS is missed, and samples at random gaps
// make the fast part unbiased.

import { bucketIndex, type FunctionTotals, type SparseBuckets } from '@prodlens/protocol';

/** From here on, each call is seen without sampling. Ten ticks: the tick's own error then is about a bucket's width. */
export const SLOW_MS = 20;
const SLOW_NS = SLOW_MS * 1e6;

const LOG_ENTRIES = 8192;

interface Folded {
  fast: Map<number, number>;
  fastWeight: number;
  fastSumNs: number;
  slow: Map<number, number>;
  slowCount: number;
  slowSumNs: number;
  maxNs: number;
}

export type WindowDurations = Pick<FunctionTotals, 'sumNs' | 'maxNs' | 'buckets'>;

export class Samples {
  /** Triples: id, duration in ns, weight. Folding is put off, so that taking a duration costs three stores. */
  #log = new Float64Array(LOG_ENTRIES * 3);
  #length = 0;
  #folded = new Map<number, Folded>();

  /** Takes a duration that stands for `weight` calls. */
  take(id: number, durationNs: number, weight: number): void {
    if (this.#length === this.#log.length) this.#fold();
    this.#log[this.#length++] = id;
    this.#log[this.#length++] = durationNs;
    this.#log[this.#length++] = weight;
  }

  /** Ids that have a duration in this window. */
  ids(): Iterable<number> {
    this.#fold();
    return this.#folded.keys();
  }

  /** What was taken for a function; with `calls`, scaled to hold that many values. null when nothing was taken. */
  durations(id: number, calls: number | null): WindowDurations | null {
    this.#fold();
    const folded = this.#folded.get(id);
    if (!folded) return null;
    const { fast, fastWeight, fastSumNs, slow, slowCount, slowSumNs, maxNs } = folded;
    const fastCount = calls === null ? fastWeight : Math.max(calls - slowCount, fastWeight > 0 ? 1 : 0);
    const factor = fastWeight > 0 ? fastCount / fastWeight : 0;
    const buckets = toSparse(scaled(fast, factor), slow);
    return { sumNs: fastSumNs * factor + slowSumNs, maxNs, buckets };
  }

  /** Starts a new window. */
  clear(): void {
    this.#length = 0;
    this.#folded.clear();
  }

  #fold(): void {
    for (let i = 0; i < this.#length; i += 3) {
      this.#foldOne(this.#log[i]!, this.#log[i + 1]!, this.#log[i + 2]!);
    }
    this.#length = 0;
  }

  #foldOne(id: number, durationNs: number, weight: number): void {
    let folded = this.#folded.get(id);
    if (!folded) {
      const empty = { fastWeight: 0, fastSumNs: 0, slowCount: 0, slowSumNs: 0, maxNs: 0 };
      folded = { fast: new Map(), slow: new Map(), ...empty };
      this.#folded.set(id, folded);
    }
    const index = bucketIndex(durationNs);
    folded.maxNs = Math.max(folded.maxNs, durationNs);
    if (durationNs >= SLOW_NS) {
      folded.slow.set(index, (folded.slow.get(index) ?? 0) + 1);
      folded.slowCount++;
      folded.slowSumNs += durationNs;
    } else {
      folded.fast.set(index, (folded.fast.get(index) ?? 0) + weight);
      folded.fastWeight += weight;
      folded.fastSumNs += durationNs * weight;
    }
  }
}

/** Counts times the factor, rounded so that the running total is never off by more than a half. */
function scaled(counts: Map<number, number>, factor: number): Map<number, number> {
  if (factor === 1) return counts;
  const result = new Map<number, number>();
  let exact = 0;
  let given = 0;
  for (const [index, count] of [...counts].sort((a, b) => a[0] - b[0])) {
    exact += count * factor;
    const whole = Math.round(exact) - given;
    given += whole;
    if (whole > 0) result.set(index, whole);
  }
  return result;
}

function toSparse(a: Map<number, number>, b: Map<number, number>): SparseBuckets {
  const merged = new Map(a);
  for (const [index, count] of b) merged.set(index, (merged.get(index) ?? 0) + count);
  return [...merged].sort((x, y) => x[0] - y[0]).flat();
}
