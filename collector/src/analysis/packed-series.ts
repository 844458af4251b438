// The past of every function in rings of small numbers: time blocks of a day, minutes of an hour and a half, hours of
// eight days. A slot holds one time of all functions, so that a new time is one fill, and 100,000 functions take about
// 210 MB. Levels are kept to 1/1200 of an octave, counts to 1/8 of one.

export const DAY_BLOCKS = 288;
export const RECENT_MINUTES = 96;
export const WEEK_HOURS = 192;

const LEVEL_STEPS = 1_200;

/** 0: none. Levels from 0 to 54 (log2 ns). */
export function packLevel(level: number): number {
  return Math.max(1, Math.min(65_535, Math.round(level * LEVEL_STEPS) + 1));
}
export function unpackLevel(packed: number): number {
  return (packed - 1) / LEVEL_STEPS;
}

/** 0 is 0; from 1 on in steps of 9 %, up to 2^31. */
export function packCount(count: number): number {
  return count < 1 ? 0 : Math.min(255, 1 + Math.round(8 * Math.log2(count)));
}
const COUNTS = Float64Array.from({ length: 256 }, (_, code) => (code === 0 ? 0 : 2 ** ((code - 1) / 8)));
export function unpackCount(code: number): number {
  return COUNTS[code]!;
}

/** A ring of levels with the calls they are of. Times are whole numbers that go up; a slot is of the last time that had it. */
export class LevelRing {
  readonly #levels: Uint16Array[];
  readonly #calls: Uint8Array[];

  constructor(
    readonly length: number,
    capacity: number,
  ) {
    this.#levels = Array.from({ length }, () => new Uint16Array(capacity));
    this.#calls = Array.from({ length }, () => new Uint8Array(capacity));
  }

  grow(capacity: number): void {
    for (let slot = 0; slot < this.length; slot++) {
      this.#levels[slot] = grown(this.#levels[slot]!, new Uint16Array(capacity));
      this.#calls[slot] = grown(this.#calls[slot]!, new Uint8Array(capacity));
    }
  }

  /** Empties the slot of a time that begins. */
  begin(time: number): void {
    this.#levels[time % this.length]!.fill(0);
    this.#calls[time % this.length]!.fill(0);
  }

  set(time: number, index: number, level: number, calls: number): void {
    this.#levels[time % this.length]![index] = packLevel(level);
    this.#calls[time % this.length]![index] = packCount(calls);
  }

  /** log2 ns; only where `calls` is not 0. */
  level(time: number, index: number): number {
    return unpackLevel(this.#levels[time % this.length]![index]!);
  }

  calls(time: number, index: number): number {
    return COUNTS[this.#calls[time % this.length]![index]!]!;
  }
}

/** A ring of counts. */
export class CountRing {
  readonly #counts: Uint8Array[];

  constructor(
    readonly length: number,
    capacity: number,
  ) {
    this.#counts = Array.from({ length }, () => new Uint8Array(capacity));
  }

  grow(capacity: number): void {
    for (let slot = 0; slot < this.length; slot++) {
      this.#counts[slot] = grown(this.#counts[slot]!, new Uint8Array(capacity));
    }
  }

  begin(time: number): void {
    this.#counts[time % this.length]!.fill(0);
  }

  set(time: number, index: number, count: number): void {
    this.#counts[time % this.length]![index] = packCount(count);
  }

  get(time: number, index: number): number {
    return COUNTS[this.#counts[time % this.length]![index]!]!;
  }
}

export function grown<T extends Uint8Array | Uint16Array | Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
