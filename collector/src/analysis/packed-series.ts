// The past of every function in rings of small numbers: time blocks of a day, minutes of an hour and a half, hours of
// eight days. A slot holds one time of all functions, so that a new time is one fill. Memory is taken for a stripe of
// slots when the first of them begins: it grows through the first eight days and no further. Levels are kept to 1/1200
// of an octave, counts to 1/8 of one.

import { createNumbering, type Numbering } from '../numbering.js';

export const DAY_BLOCKS = 288;
export const RECENT_MINUTES = 96;
export const WEEK_HOURS = 192;

/** Slots for which memory is taken at once. */
const STRIPE = 12;
const LEVEL_STEPS = 1_200;

/** 0: none. Levels from 0 to 54 (log2 ns). */
function packLevel(level: number): number {
  return Math.max(1, Math.min(65_535, Math.round(level * LEVEL_STEPS) + 1));
}
function unpackLevel(packed: number): number {
  return (packed - 1) / LEVEL_STEPS;
}

/** 0 is 0; from 1 on in steps of 9 %, up to 2^31. */
function packCount(count: number): number {
  return count < 1 ? 0 : Math.min(255, 1 + Math.round(8 * Math.log2(count)));
}
const COUNTS = Float64Array.from({ length: 256 }, (_, code) => (code === 0 ? 0 : 2 ** ((code - 1) / 8)));

type Numbers = Uint8Array | Uint16Array;

/** Slots of numbers, all 0 at first; a slot has one for each function. */
class Stripes<T extends Numbers> {
  readonly #stripes: Array<T | undefined> = [];
  readonly #make: (length: number) => T;
  #capacity: number;

  constructor(make: (length: number) => T, capacity: number) {
    this.#make = make;
    this.#capacity = capacity;
  }

  get(slot: number, index: number): number {
    const stripe = this.#stripes[Math.floor(slot / STRIPE)];
    return stripe === undefined ? 0 : stripe[(slot % STRIPE) * this.#capacity + index]!;
  }

  set(slot: number, index: number, value: number): void {
    const at = Math.floor(slot / STRIPE);
    let stripe = this.#stripes[at];
    if (stripe === undefined) {
      stripe = this.#make(STRIPE * this.#capacity);
      this.#stripes[at] = stripe;
    }
    stripe[(slot % STRIPE) * this.#capacity + index] = value;
  }

  clear(slot: number): void {
    const from = (slot % STRIPE) * this.#capacity;
    this.#stripes[Math.floor(slot / STRIPE)]?.fill(0, from, from + this.#capacity);
  }

  grow(capacity: number): void {
    for (const [at, stripe] of this.#stripes.entries()) {
      if (stripe === undefined) continue;
      const larger = this.#make(STRIPE * capacity);
      for (let slot = 0; slot < STRIPE; slot++) {
        larger.set(stripe.subarray(slot * this.#capacity, (slot + 1) * this.#capacity), slot * capacity);
      }
      this.#stripes[at] = larger;
    }
    this.#capacity = capacity;
  }

  bytes(): number {
    return this.#stripes.reduce((sum, stripe) => sum + (stripe?.byteLength ?? 0), 0);
  }
}

const bytes = (length: number) => new Uint8Array(length);
const words = (length: number) => new Uint16Array(length);

/** A ring of levels with the calls they are of. Times are whole numbers that go up; a slot is of the last time that had it. */
export class LevelRing {
  readonly #levels: Stripes<Uint16Array>;
  readonly #calls: Stripes<Uint8Array>;

  constructor(
    readonly length: number,
    capacity: number,
  ) {
    this.#levels = new Stripes(words, capacity);
    this.#calls = new Stripes(bytes, capacity);
  }

  grow(capacity: number): void {
    this.#levels.grow(capacity);
    this.#calls.grow(capacity);
  }

  /** Empties the slot of a time that begins. */
  begin(time: number): void {
    this.#levels.clear(time % this.length);
    this.#calls.clear(time % this.length);
  }

  set(time: number, index: number, level: number, calls: number): void {
    this.#levels.set(time % this.length, index, packLevel(level));
    this.#calls.set(time % this.length, index, packCount(calls));
  }

  /** log2 ns; only where `calls` is not 0. */
  level(time: number, index: number): number {
    return unpackLevel(this.#levels.get(time % this.length, index));
  }

  calls(time: number, index: number): number {
    return COUNTS[this.#calls.get(time % this.length, index)]!;
  }

  bytes(): number {
    return this.#levels.bytes() + this.#calls.bytes();
  }
}

/** A ring of counts. */
export class CountRing {
  readonly #counts: Stripes<Uint8Array>;

  constructor(
    readonly length: number,
    capacity: number,
  ) {
    this.#counts = new Stripes(bytes, capacity);
  }

  grow(capacity: number): void {
    this.#counts.grow(capacity);
  }

  begin(time: number): void {
    this.#counts.clear(time % this.length);
  }

  set(time: number, index: number, count: number): void {
    this.#counts.set(time % this.length, index, packCount(count));
  }

  get(time: number, index: number): number {
    return COUNTS[this.#counts.get(time % this.length, index)]!;
  }

  bytes(): number {
    return this.#counts.bytes();
  }
}

/**
 * A ring of whole amounts that few functions have, as errors are: it has room for those that ever had one, and the
 * slots know them by their own numbers. Exact up to 1,700, then to 1/3000.
 */
export class RareRing {
  readonly #positions: Numbering = createNumbering();
  readonly #indices: number[] = [];
  readonly #levels: Stripes<Uint16Array>;
  #capacity = FIRST_RARE;

  constructor(readonly length: number) {
    this.#levels = new Stripes(words, FIRST_RARE);
  }

  /** Of the functions that ever had an amount, in the order of their first. */
  indices(): readonly number[] {
    return this.#indices;
  }

  begin(time: number): void {
    this.#levels.clear(time % this.length);
  }

  /** `amount`: 1 or more. */
  set(time: number, index: number, amount: number): void {
    const position = this.#positions.add(index);
    if (position === this.#indices.length) this.#indices.push(index);
    if (position >= this.#capacity) {
      this.#capacity = moreThan(this.#capacity);
      this.#levels.grow(this.#capacity);
    }
    this.#levels.set(time % this.length, position, packLevel(Math.log2(amount)));
  }

  get(time: number, index: number): number {
    const position = this.#positions.positionOf(index);
    const packed = position === -1 ? 0 : this.#levels.get(time % this.length, position);
    return packed === 0 ? 0 : Math.round(2 ** unpackLevel(packed));
  }

  bytes(): number {
    return this.#levels.bytes();
  }
}

const FIRST_RARE = 16;

/** How much room the next arrays have that are made because these are full. */
export function moreThan(capacity: number): number {
  return 16 * Math.ceil((1.25 * capacity) / 16);
}

/** `to`, the larger array, with what `from` holds at its beginning. */
export function grown<T extends Uint8Array | Uint16Array | Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
