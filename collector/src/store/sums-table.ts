// Sums of many functions in a few typed arrays, which the fold of the current minutes is made of: 160,000 functions to
// which 60,000 rows a second are added. As objects they took three times the memory, and every histogram that grew left
// its old self to be collected among two million others. Here nothing is allocated but slabs of fixed size, and a table
// that is cleared gives them to the next one.
//
// A function is a row: six sums, and a place in a slab of buckets with room for a few more than it has. A histogram that
// outgrows its place moves to a larger one, and its place is taken by the next that needs one of that size.

import type { FunctionTotals } from '@prodlens/protocol';
import type { ScalarSums } from './scalar-sums.js';

/** Totals that are written over after the call that they are given to. */
export interface PassingTotals extends Omit<FunctionTotals, 'buckets'> {
  /** As in FunctionTotals; what lies behind the first `numbers` does not count. */
  buckets: Float64Array;
  numbers: number;
}

/** Totals by function id, made as they are asked for: they become whose asked. */
export interface FunctionTable extends Iterable<[id: number, totals: FunctionTotals]> {
  readonly size: number;
}

/** The functions of one file; it must not be used any more once its table has been cleared. */
export interface SumsOfFile extends FunctionTable {
  /** True where the function is new in the file. `totals` stay the caller's. */
  add(id: number, totals: PassingTotals): boolean;
  /** Adds all without their histograms. */
  addScalars(to: ScalarSums): void;
}

export interface SumsTable {
  file(): SumsOfFile;
  /** Of all slabs that it holds. */
  bytes(): number;
  /** Hands its slabs to the next table. */
  clear(): void;
}

const SUMS = 6;
const ROWS_OF_SLAB = 4_096;
/** Of buckets; a histogram has at most 425. */
const PLACES_OF_SLAB = 32_768;
/** Histograms take places in multiples of this. */
const STEP = 8;

interface RowSlab {
  sums: Float64Array;
  /** Of each row, where its buckets begin, over all slabs of buckets. */
  place: Uint32Array;
  used: Uint16Array;
  room: Uint16Array;
}

interface BucketSlab {
  index: Int16Array;
  count: Float64Array;
}

const ROW_BYTES = 8 * SUMS + 4 + 2 + 2;
const BUCKET_BYTES = 2 + 8;
/** Slabs that are kept for the next table, at most: two minutes of 160,000 functions. */
const SPARE_SLABS = { rows: 80, buckets: 240 };
const spareRows: RowSlab[] = [];
const spareBuckets: BucketSlab[] = [];

/** An empty table; what it needs more is taken from slabs that cleared tables have left. */
export function createSumsTable(): SumsTable {
  let rowSlabs: RowSlab[] = [];
  let bucketSlabs: BucketSlab[] = [];
  let cleared = 0;
  let rows = 0;
  /** The first place of the last slab of buckets that was never taken, over all slabs. */
  let next = 0;
  /** Places that were left, by their size in steps. */
  let left: number[][] = [];

  function newRow(): number {
    if (rows === rowSlabs.length * ROWS_OF_SLAB) rowSlabs.push(spareRows.pop() ?? newRowSlab());
    const slab = rowSlabs.at(-1)!;
    const at = rows % ROWS_OF_SLAB;
    slab.sums.fill(0, at * SUMS, (at + 1) * SUMS);
    slab.used[at] = 0;
    slab.room[at] = 0;
    return rows++;
  }

  function takePlace(room: number): number {
    const again = left[room / STEP]?.pop();
    if (again !== undefined) return again;
    const isRoom = (next % PLACES_OF_SLAB) + room <= PLACES_OF_SLAB && next < bucketSlabs.length * PLACES_OF_SLAB;
    if (!isRoom) {
      next = bucketSlabs.length * PLACES_OF_SLAB;
      bucketSlabs.push(spareBuckets.pop() ?? newBucketSlab());
    }
    next += room;
    return next - room;
  }

  function leave(place: number, room: number): void {
    const places = left[room / STEP];
    if (places === undefined) left[room / STEP] = [place];
    else places.push(place);
  }

  /** Gives the row a place for so many buckets, and takes there what it has. */
  function move(slab: RowSlab, at: number, buckets: number): void {
    const room = Math.ceil(buckets / STEP) * STEP;
    const place = takePlace(room);
    if (slab.room[at]! > 0) {
      const before = slab.place[at]!;
      const [from, to] = [
        bucketSlabs[Math.floor(before / PLACES_OF_SLAB)]!,
        bucketSlabs[Math.floor(place / PLACES_OF_SLAB)]!,
      ];
      const start = before % PLACES_OF_SLAB;
      const end = start + slab.used[at]!;
      to.index.set(from.index.subarray(start, end), place % PLACES_OF_SLAB);
      to.count.set(from.count.subarray(start, end), place % PLACES_OF_SLAB);
      leave(before, slab.room[at]!);
    }
    slab.place[at] = place;
    slab.room[at] = room;
  }

  function addBuckets(slab: RowSlab, at: number, buckets: Float64Array, numbers: number): void {
    if (numbers === 0) return;
    const fresh = countNew(slab, at, buckets, numbers);
    const used = slab.used[at]!;
    if (used + fresh > slab.room[at]!) move(slab, at, used + fresh);
    const place = slab.place[at]!;
    const { index, count } = bucketSlabs[Math.floor(place / PLACES_OF_SLAB)]!;
    const start = place % PLACES_OF_SLAB;
    slab.used[at] = used + fresh;
    // From the last to the first, so that what is there makes room before it is written over.
    let from = start + used - 1;
    let to = start + used + fresh - 1;
    for (let i = numbers - 2; i >= 0; to--) {
      if (from >= start && index[from]! > buckets[i]!) {
        index[to] = index[from]!;
        count[to] = count[from]!;
        from--;
        continue;
      }
      const isThere = from >= start && index[from] === buckets[i];
      count[to] = buckets[i + 1]! + (isThere ? count[from]! : 0);
      index[to] = buckets[i]!;
      if (isThere) from--;
      i -= 2;
    }
  }

  /** Of the buckets, those that the row has not. */
  function countNew(slab: RowSlab, at: number, buckets: Float64Array, numbers: number): number {
    const used = slab.used[at]!;
    if (used === 0) return numbers / 2;
    const place = slab.place[at]!;
    const { index } = bucketSlabs[Math.floor(place / PLACES_OF_SLAB)]!;
    let from = place % PLACES_OF_SLAB;
    const end = from + used;
    let fresh = 0;
    for (let i = 0; i < numbers; i += 2) {
      while (from < end && index[from]! < buckets[i]!) from++;
      if (from === end || index[from] !== buckets[i]) fresh++;
    }
    return fresh;
  }

  function add(row: number, totals: PassingTotals): void {
    const slab = rowSlabs[Math.floor(row / ROWS_OF_SLAB)]!;
    const at = row % ROWS_OF_SLAB;
    const { sums } = slab;
    const first = at * SUMS;
    sums[first]! += totals.calls;
    sums[first + 1]! += totals.errors;
    sums[first + 2]! += totals.sumNs;
    if (totals.maxNs > sums[first + 3]!) sums[first + 3] = totals.maxNs;
    sums[first + 4]! += totals.selfNs;
    sums[first + 5]! += totals.cpuNs;
    addBuckets(slab, at, totals.buckets, totals.numbers);
  }

  function totalsOf(row: number): FunctionTotals {
    const slab = rowSlabs[Math.floor(row / ROWS_OF_SLAB)]!;
    const at = row % ROWS_OF_SLAB;
    const [calls, errors, sumNs, maxNs, selfNs, cpuNs] = slab.sums.subarray(
      at * SUMS,
      (at + 1) * SUMS,
    ) as never as number[];
    const buckets: number[] = [];
    if (slab.used[at]! > 0) {
      const { index, count } = bucketSlabs[Math.floor(slab.place[at]! / PLACES_OF_SLAB)]!;
      const start = slab.place[at]! % PLACES_OF_SLAB;
      for (let i = start; i < start + slab.used[at]!; i++) buckets.push(index[i]!, count[i]!);
    }
    return { calls, errors, sumNs, maxNs, buckets, selfNs, cpuNs } as FunctionTotals;
  }

  function addScalars(row: number, id: number, to: ScalarSums): void {
    const { sums } = rowSlabs[Math.floor(row / ROWS_OF_SLAB)]!;
    const at = (row % ROWS_OF_SLAB) * SUMS;
    to.add(id, sums[at]!, sums[at + 1]!, sums[at + 2]!, sums[at + 3]!, sums[at + 4]!, sums[at + 5]!);
  }

  const table = { newRow, add, totalsOf, addScalars, cleared: () => cleared };
  return {
    file: () => new FileSums(table),

    bytes: () => rowSlabs.length * ROWS_OF_SLAB * ROW_BYTES + bucketSlabs.length * PLACES_OF_SLAB * BUCKET_BYTES,

    clear() {
      cleared++;
      spareRows.push(...rowSlabs.slice(0, SPARE_SLABS.rows - spareRows.length));
      spareBuckets.push(...bucketSlabs.slice(0, SPARE_SLABS.buckets - spareBuckets.length));
      rowSlabs = [];
      bucketSlabs = [];
      left = [];
      rows = 0;
      next = 0;
    },
  };
}

interface Rows {
  newRow(): number;
  add(row: number, totals: PassingTotals): void;
  totalsOf(row: number): FunctionTotals;
  addScalars(row: number, id: number, to: ScalarSums): void;
  /** How often. */
  cleared(): number;
}

/** There are tens of thousands: a class, so that they have no functions of their own. */
class FileSums implements SumsOfFile {
  /** By function id. */
  #rows = new Map<number, number>();
  readonly #table: Rows;
  readonly #cleared: number;

  constructor(table: Rows) {
    this.#table = table;
    this.#cleared = table.cleared();
  }

  get size(): number {
    return this.#known().size;
  }

  add(id: number, totals: PassingTotals): boolean {
    const known = this.#known().get(id);
    const row = known ?? this.#table.newRow();
    if (known === undefined) this.#rows.set(id, row);
    this.#table.add(row, totals);
    return known === undefined;
  }

  addScalars(to: ScalarSums): void {
    for (const [id, row] of this.#known()) this.#table.addScalars(row, id, to);
  }

  *[Symbol.iterator](): Generator<[id: number, totals: FunctionTotals]> {
    for (const [id, row] of this.#known()) yield [id, this.#table.totalsOf(row)];
  }

  /** Nothing where its table was cleared, rather than what others have put there since. */
  #known(): ReadonlyMap<number, number> {
    if (this.#table.cleared() !== this.#cleared && this.#rows.size > 0) this.#rows = new Map();
    return this.#rows;
  }
}

/** Totals as a table hands them out and takes them: with buckets in typed memory. */
export function passing({ buckets, ...sums }: FunctionTotals): PassingTotals {
  return { ...sums, buckets: Float64Array.from(buckets), numbers: buckets.length };
}

function newRowSlab(): RowSlab {
  return {
    sums: new Float64Array(ROWS_OF_SLAB * SUMS),
    place: new Uint32Array(ROWS_OF_SLAB),
    used: new Uint16Array(ROWS_OF_SLAB),
    room: new Uint16Array(ROWS_OF_SLAB),
  };
}

function newBucketSlab(): BucketSlab {
  return { index: new Int16Array(PLACES_OF_SLAB), count: new Float64Array(PLACES_OF_SLAB) };
}
