// The tails of the functions of one service (outliers.ts): which of their calls took how long, over the past day and since
// the last judgement. A tail lies in a slab with 255 others: as objects with arrays of their own they took four times the
// memory.

import { createNumbering } from '../../numbering.js';
import { addBlock, CUTS, TAIL_BUCKETS, type Tail } from './outliers.js';

/** A look at one, to be used before the next is begun. */
export interface FunctionTail extends Tail {
  /** Bucket index of the first of the counts. */
  first: number;
  /** Calls by bucket since the last judgement, and the time blocks that have ended since. */
  window: Float32Array;
  windowBlocks: number;
}

const TAILS_OF_SLAB = 256;
/** Of each in turn: baseline, window, overdispersion, first bucket, blocks of the window. */
const WINDOW = TAIL_BUCKETS;
const OVERDISPERSION = 2 * TAIL_BUCKETS;
const FIRST = OVERDISPERSION + CUTS;
const BLOCKS = FIRST + 1;
const NUMBERS = BLOCKS + 1;

export class Tails {
  readonly #positions = createNumbering();
  readonly #indices: number[] = [];
  readonly #slabs: Float32Array[] = [];

  has(index: number): boolean {
    return this.#positions.positionOf(index) !== -1;
  }

  /** `level`: log2 ns; the buckets that are kept begin two octaves below it. */
  begin(index: number, level: number): void {
    const position = this.#positions.add(index);
    this.#indices.push(index);
    if (position === this.#slabs.length * TAILS_OF_SLAB) this.#slabs.push(new Float32Array(TAILS_OF_SLAB * NUMBERS));
    const { slab, at } = this.#placeOf(position);
    slab.fill(2, at + OVERDISPERSION, at + FIRST);
    slab[at + FIRST] = Math.floor(level * 8) - 16;
  }

  /** Calls of a bucket, by its index; nothing where the function has no tail. */
  add(index: number, pairs: Float64Array, from: number, to: number): void {
    const position = this.#positions.positionOf(index);
    if (position === -1) return;
    const { slab, at } = this.#placeOf(position);
    const first = slab[at + FIRST]!;
    for (let i = from; i < to; i += 2) {
      slab[at + WINDOW + Math.max(0, Math.min(TAIL_BUCKETS - 1, pairs[i]! - first))]! += pairs[i + 1]!;
    }
  }

  endBlock(): void {
    for (let position = 0; position < this.#indices.length; position++) {
      const { slab, at } = this.#placeOf(position);
      slab[at + BLOCKS]!++;
    }
  }

  /** After a window has been judged: into the baseline, unless it was found to be another. */
  closeWindow(index: number, isUsual: boolean): void {
    const position = this.#positions.positionOf(index);
    const tail = this.#tailAt(position);
    if (isUsual) addBlock(tail, tail.window);
    tail.window.fill(0);
    const { slab, at } = this.#placeOf(position);
    slab[at + BLOCKS] = 0;
  }

  *[Symbol.iterator](): Generator<[index: number, tail: FunctionTail]> {
    for (const [position, index] of this.#indices.entries()) yield [index, this.#tailAt(position)];
  }

  bytes(): number {
    return this.#slabs.length * TAILS_OF_SLAB * NUMBERS * Float32Array.BYTES_PER_ELEMENT;
  }

  #placeOf(position: number): { slab: Float32Array; at: number } {
    return { slab: this.#slabs[Math.floor(position / TAILS_OF_SLAB)]!, at: (position % TAILS_OF_SLAB) * NUMBERS };
  }

  #tailAt(position: number): FunctionTail {
    const { slab, at } = this.#placeOf(position);
    return {
      counts: slab.subarray(at, at + WINDOW),
      window: slab.subarray(at + WINDOW, at + OVERDISPERSION),
      overdispersion: slab.subarray(at + OVERDISPERSION, at + FIRST),
      first: slab[at + FIRST]!,
      windowBlocks: slab[at + BLOCKS]!,
    };
  }
}
