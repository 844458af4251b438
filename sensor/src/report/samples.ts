// Durations that were taken in a window, folded into one histogram a function, and into sums an edge (caller to
// callee).
//
// Two kinds come in. Slow ones (SLOW_MS and more) are seen on every call, by the coarse tick or by the precise
// clock, and count once each. Fast ones are taken on a sample of the calls once a function is hot, and carry the
// number of calls that each stands for; at the end of the window they are scaled so that the histogram holds as
// many values as there were calls. Nothing slower than SLOW_MS is missed, and samples at random gaps make the fast
// part unbiased.
//
// A function that suspends (async, generator) may end in another window than the one it began in: each of its durations
// stands for its weight.
//
// Self time is what is left of a function's time when the time in its timed callees is taken off. Of a function
// that does not wait, that is the sum of its edges to such functions, and what those that wait did before they first
// waited (Counters.withinNs); time in awaited callees comes with the sample, because those may overlap.

import { bucketIndex, type EdgeWindow, type FunctionTotals, type SparseBuckets } from '@prodlens/protocol';
import type { Sample } from '../measure/sample-ring.js';
import { SLOW_MS } from '../measure/sampling-levels.js';

const SLOW_NS = SLOW_MS * 1e6;
/** 0 would say that self time was not measured. */
const LEAST_SELF_NS = 1;
/** Edges in a window: more are dropped and counted. */
const EDGES = 20_000;
/** Ids are below it: two of them make one key. */
const ID_RANGE = 2 ** 20;

interface Sums {
  fastWeight: number;
  fastSumNs: number;
  slowCount: number;
  slowSumNs: number;
}

interface Folded extends Sums {
  fast: Map<number, number>;
  slow: Map<number, number>;
  maxNs: number;
  calleesNs: number;
}

/** What was taken for one function. */
export type WindowDurations = Pick<FunctionTotals, 'sumNs' | 'maxNs' | 'buckets' | 'selfNs'>;

export interface Folding {
  /** By function id: by what the durations of its fast calls were multiplied. */
  factors: Map<number, number>;
  /** By function id. */
  durations: Map<number, WindowDurations>;
  edges: EdgeWindow[];
}

export class Samples {
  readonly #suspends: (id: number) => boolean;
  #functions = new Map<number, Folded>();
  #edges = new Map<number, Sums>();
  droppedEdges = 0;

  constructor(suspends: (id: number) => boolean) {
    this.#suspends = suspends;
  }

  take({ id, durationNs, weight, caller, calleesNs }: Omit<Sample, 'flow'>): void {
    let folded = this.#functions.get(id);
    if (!folded) {
      folded = { ...noSums(), fast: new Map(), slow: new Map(), maxNs: 0, calleesNs: 0 };
      this.#functions.set(id, folded);
    }
    const index = bucketIndex(durationNs);
    const isSlow = durationNs >= SLOW_NS && !this.#suspends(id);
    const counts = isSlow ? folded.slow : folded.fast;
    counts.set(index, (counts.get(index) ?? 0) + (isSlow ? 1 : weight));
    folded.maxNs = Math.max(folded.maxNs, durationNs);
    folded.calleesNs += isSlow ? calleesNs : calleesNs * weight;
    addTo(folded, durationNs, weight, isSlow);
    if (caller !== 0) this.#takeEdge(caller * ID_RANGE + id, durationNs, weight, isSlow);
  }

  /**
   * What was taken since the last call. `calls(id)` is the number of calls that a function's durations stand for,
   * `withinNs(id)` as Counters have it, since the last call.
   */
  fold(calls: (id: number) => number, withinNs: (id: number) => number): Folding {
    const factors = new Map<number, number>();
    const durations = new Map<number, WindowDurations>();
    for (const [id, folded] of this.#functions) {
      const factor = this.#suspends(id) ? 1 : factorOf(folded, calls(id));
      factors.set(id, factor);
      durations.set(id, durationsOf(folded, factor, withinNs(id)));
    }
    const edges: EdgeWindow[] = [];
    for (const [key, sums] of this.#edges) {
      const callee = key % ID_RANGE;
      const caller = (key - callee) / ID_RANGE;
      const factor = factors.get(callee)!;
      const sumNs = sums.fastSumNs * factor + sums.slowSumNs;
      edges.push({ caller, callee, calls: Math.round(sums.fastWeight * factor) + sums.slowCount, sumNs });
      const own = durations.get(caller);
      if (own && !this.#suspends(callee)) own.selfNs = Math.max(LEAST_SELF_NS, own.selfNs - sumNs);
    }
    this.#functions.clear();
    this.#edges.clear();
    return { durations, factors, edges: edges.filter((edge) => edge.calls > 0) };
  }

  #takeEdge(key: number, durationNs: number, weight: number, isSlow: boolean): void {
    let sums = this.#edges.get(key);
    if (!sums) {
      if (this.#edges.size >= EDGES) {
        this.droppedEdges++;
        return;
      }
      sums = noSums();
      this.#edges.set(key, sums);
    }
    addTo(sums, durationNs, weight, isSlow);
  }
}

function noSums(): Sums {
  return { fastWeight: 0, fastSumNs: 0, slowCount: 0, slowSumNs: 0 };
}

function addTo(sums: Sums, durationNs: number, weight: number, isSlow: boolean): void {
  if (isSlow) {
    sums.slowCount++;
    sums.slowSumNs += durationNs;
  } else {
    sums.fastWeight += weight;
    sums.fastSumNs += durationNs * weight;
  }
}

/** By what fast samples are multiplied, so that fast and slow ones together are as many as there were calls. */
function factorOf({ fastWeight, slowCount }: Sums, calls: number): number {
  return fastWeight === 0 ? 0 : Math.max(calls - slowCount, 1) / fastWeight;
}

function durationsOf(folded: Folded, factor: number, withinNs: number): WindowDurations {
  const { fast, slow, fastSumNs, slowSumNs, maxNs, calleesNs } = folded;
  const sumNs = fastSumNs * factor + slowSumNs;
  return {
    sumNs,
    maxNs,
    buckets: toSparse(scaled(fast, factor), slow),
    selfNs: Math.max(LEAST_SELF_NS, sumNs - calleesNs - withinNs),
  };
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
