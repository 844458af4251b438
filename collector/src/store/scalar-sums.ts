// Sums of many functions without histograms, in one typed array: a question about the first of 160,000 functions makes one
// of them for each deployment, and as objects they were most of the garbage of the thread that answers.

import type { FunctionScalars } from './store.js';

const SUMS = 6;
const FIRST_FUNCTIONS = 16;

type Visit = (
  id: number,
  calls: number,
  errors: number,
  sumNs: number,
  maxNs: number,
  selfNs: number,
  cpuNs: number,
) => void;

/** By function id. Iterating makes an object of each function; `visit` makes none. */
export class ScalarSums implements Iterable<[id: number, scalars: FunctionScalars]> {
  /** Where the sums of a function begin. */
  readonly #at = new Map<number, number>();
  #sums = new Float64Array(FIRST_FUNCTIONS * SUMS);

  get size(): number {
    return this.#at.size;
  }

  keys(): IterableIterator<number> {
    return this.#at.keys();
  }

  add(id: number, calls: number, errors: number, sumNs: number, maxNs: number, selfNs: number, cpuNs: number): void {
    const at = this.#at.get(id) ?? this.#newRow(id);
    const sums = this.#sums;
    sums[at]! += calls;
    sums[at + 1]! += errors;
    sums[at + 2]! += sumNs;
    if (maxNs > sums[at + 3]!) sums[at + 3] = maxNs;
    sums[at + 4]! += selfNs;
    sums[at + 5]! += cpuNs;
  }

  addTotals(id: number, { calls, errors, sumNs, maxNs, selfNs, cpuNs }: FunctionScalars): void {
    this.add(id, calls, errors, sumNs, maxNs, selfNs, cpuNs);
  }

  /** In the order of their adding, or in that of the ids that are given, all of which it has. */
  visit(visit: Visit, ids: Iterable<number> = this.#at.keys()): void {
    const sums = this.#sums;
    for (const id of ids) {
      const at = this.#at.get(id)!;
      visit(id, sums[at]!, sums[at + 1]!, sums[at + 2]!, sums[at + 3]!, sums[at + 4]!, sums[at + 5]!);
    }
  }

  *values(): Generator<FunctionScalars> {
    for (const [, scalars] of this) yield scalars;
  }

  *[Symbol.iterator](): Generator<[id: number, scalars: FunctionScalars]> {
    for (const [id, at] of this.#at) {
      const [calls, errors, sumNs, maxNs, selfNs, cpuNs] = this.#sums.subarray(at, at + SUMS) as never as number[];
      yield [id, { calls, errors, sumNs, maxNs, selfNs, cpuNs } as FunctionScalars];
    }
  }

  #newRow(id: number): number {
    const at = this.#at.size * SUMS;
    if (at === this.#sums.length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.#sums);
      this.#sums = larger;
    }
    this.#at.set(id, at);
    return at;
  }
}
