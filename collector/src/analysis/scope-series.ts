// What is remembered of one service in one environment: the past of its functions, filled minute by minute. Minutes that
// arrive are added to the running time block; a block that has ended goes into the rings with what most functions had in
// common. What instances of an older version do beside the current one is kept apart. Nothing is judged here.

import type { BlockHistory } from './detectors/level-shift.js';
import { BLOCK_MINUTES, levelBefore, weightOf } from './detectors/level-shift.js';
import { LEAST_FOR_COMMON_MODE } from './detectors/slower-since.js';
import { Tails } from './detectors/tails.js';
import { type FunctionMinute, forEachFunction } from './minute-frame.js';
import {
  CountRing,
  DAY_BLOCKS,
  grown,
  LevelRing,
  moreThan,
  RareRing,
  RECENT_MINUTES,
  WEEK_HOURS,
} from './packed-series.js';
import { medianInPlace } from './statistics.js';

/** Functions of one service; of those that come later nothing is analysed. */
const SCOPE_FUNCTIONS = 262_144;

const FIRST_CAPACITY = 64;
/** Blocks that are looked through for the level before. */
const NEAR_BLOCKS = 72;
const CENTRE_KEEPS = 0.99;
/** Timed calls of a block from which on its tail is kept. */
const TAIL_CALLS = 20;

export class ScopeSeries {
  readonly ids: number[] = [];
  readonly #indices = new Map<number, number>();
  #capacity = FIRST_CAPACITY;
  readonly blocks = new LevelRing(DAY_BLOCKS, FIRST_CAPACITY);
  readonly minutes = new LevelRing(RECENT_MINUTES, FIRST_CAPACITY);
  readonly hours = new LevelRing(WEEK_HOURS, FIRST_CAPACITY);
  readonly calls = new CountRing(DAY_BLOCKS, FIRST_CAPACITY);
  readonly errors = new RareRing(DAY_BLOCKS);
  readonly cpuNs = new RareRing(DAY_BLOCKS);
  readonly tails = new Tails();
  /** Levels of an older version in the same minutes, by index; RECENT_MINUTES of [level, calls]. */
  readonly #besides = new Map<number, Float32Array>();
  /** Minutes of each block in which the service reported. */
  readonly reported = new Uint8Array(DAY_BLOCKS);
  /** What most functions had in common, log2 units, by slot. */
  readonly common = new Float64Array(DAY_BLOCKS);
  /** Slow mean of each function's level. 0: none yet. */
  centre = new Float32Array(FIRST_CAPACITY);
  /** Minutes with an error, of the block before (times 16) and of the running one. */
  #errorMinutes = new Uint8Array(FIRST_CAPACITY);
  /** The first block of which there is anything. */
  firstBlock = Number.NaN;
  /** The running block, hour and minute; NaN before the first. */
  block = Number.NaN;
  #hour = Number.NaN;
  #isOpen = false;
  minute = Number.NaN;
  #sums = newSums(FIRST_CAPACITY);

  get count(): number {
    return this.ids.length;
  }

  indexOf(functionId: number): number | undefined {
    return this.#indices.get(functionId);
  }

  /** Begins a minute, which must be later than the one before. */
  begin(minute: number): void {
    const block = Math.floor(minute / BLOCK_MINUTES);
    const hour = Math.floor(minute / 60);
    if (block !== this.block) {
      if (Number.isNaN(this.block)) this.firstBlock = block;
      else {
        // Where minutes are missing, as after a pause.
        this.endBlock();
        for (let t = Math.max(this.block + 1, block - DAY_BLOCKS); t < block; t++) this.#beginBlock(t);
      }
      this.#beginBlock(block);
      this.block = block;
      this.#isOpen = true;
    }
    if (hour !== this.#hour) {
      if (!Number.isNaN(this.#hour)) {
        this.#endHour();
        for (let t = Math.max(this.#hour + 1, hour - WEEK_HOURS); t < hour; t++) this.hours.begin(t);
      }
      this.hours.begin(hour);
      this.#hour = hour;
    }
    const first = Number.isNaN(this.minute) ? minute : Math.max(this.minute + 1, minute - RECENT_MINUTES + 1);
    for (let t = first; t <= minute; t++) {
      this.minutes.begin(t);
      for (const ring of this.#besides.values()) ring.fill(0, 2 * (t % RECENT_MINUTES), 2 * (t % RECENT_MINUTES) + 2);
    }
    this.minute = minute;
  }

  /** Adds what a deployment did in the running minute. */
  add(frame: Float64Array, isOlderVersion: boolean): void {
    const slot = this.block % DAY_BLOCKS;
    const minuteInBlock = this.minute % BLOCK_MINUTES;
    this.reported[slot] = Math.max(this.reported[slot]!, 0) | (1 << minuteInBlock);
    forEachFunction(frame, (row) => {
      const index = this.#indexFor(row.functionId);
      if (index === -1) return;
      const sums = this.#sums;
      sums.calls[index]! += row.calls;
      sums.cpu[index]! += row.cpuNs;
      if (row.errors > 0) {
        sums.errors[index]! += row.errors;
        if (this.#errorMinutes[index]! % 16 < 15) this.#errorMinutes[index]!++;
      }
      if (row.timed === 0) return;
      if (isOlderVersion) this.#addBesides(index, row);
      else this.#addTimed(index, row, frame);
    });
  }

  /** In how many minutes of the last two blocks it failed. */
  errorMinutes(index: number): number {
    const both = this.#errorMinutes[index]!;
    return (both >> 4) + (both % 16);
  }

  /** What is remembered of all functions, without the running block. */
  bytes(): number {
    const parts = [this.blocks, this.minutes, this.hours, this.calls, this.errors, this.cpuNs, this.tails];
    return parts.reduce((sum, part) => sum + part.bytes(), 0);
  }

  /** An hour that is older than the minutes: `level` of so many calls. For the start. */
  setHour(hour: number, functionId: number, level: number, calls: number): void {
    const index = this.#indexFor(functionId);
    if (index !== -1) this.hours.set(hour, index, level, calls);
  }

  /** The blocks before `end`, exclusive, at most `most` of them, with the common mode taken out; without those before the first. */
  history(index: number, end: number, into: BlockHistory, most = DAY_BLOCKS - 1): BlockHistory {
    const start = Math.max(end - most, this.firstBlock, this.block - DAY_BLOCKS + 1);
    into.length = Math.max(0, end - start);
    for (let i = 0, t = start; t < end; i++, t++) {
      const calls = this.blocks.calls(t, index);
      into.weight[i] = calls === 0 ? 0 : weightOf(calls);
      into.level[i] = calls === 0 ? 0 : this.blocks.level(t, index) - this.common[t % DAY_BLOCKS]!;
    }
    return into;
  }

  /** By the `most` blocks before `end`, or more where too few of them have calls; else NaN. `scratch` is overwritten. */
  levelBefore(index: number, end: number, scratch: BlockHistory, most = NEAR_BLOCKS): number {
    const level = levelBefore(this.history(index, end, scratch, most));
    if (!Number.isNaN(level) || most === NEAR_BLOCKS) return level;
    return levelBefore(this.history(index, end, scratch, NEAR_BLOCKS));
  }

  /** Level of an older version in minutes [from, to), weighted as levels are; NaN where it did not run. */
  besides(index: number, from: number, to: number): number {
    const ring = this.#besides.get(index);
    let [sum, total] = [0, 0];
    for (let t = from; ring !== undefined && t < to; t++) {
      const weight = weightOf(ring[2 * (t % RECENT_MINUTES) + 1]!);
      sum += weight * ring[2 * (t % RECENT_MINUTES)]!;
      total += weight;
    }
    return sum / total;
  }

  forgetBesides(): void {
    this.#besides.clear();
  }

  #addBesides(index: number, row: FunctionMinute): void {
    let ring = this.#besides.get(index);
    if (ring === undefined) {
      ring = new Float32Array(2 * RECENT_MINUTES);
      this.#besides.set(index, ring);
    }
    const at = 2 * (this.minute % RECENT_MINUTES);
    const before = ring[at + 1]!;
    ring[at] = (ring[at]! * before + row.logSum) / (before + row.timed);
    ring[at + 1] = before + row.timed;
  }

  #addTimed(index: number, row: FunctionMinute, frame: Float64Array): void {
    const { timed, logSum } = this.#sums;
    const before = this.minutes.calls(this.minute, index);
    const sum = before === 0 ? 0 : before * this.minutes.level(this.minute, index);
    this.minutes.set(this.minute, index, (sum + row.logSum) / (before + row.timed), before + row.timed);
    timed[index]! += row.timed;
    logSum[index]! += row.logSum;
    this.tails.add(index, frame, row.bucketsAt, row.bucketsAt + 2 * row.pairs);
  }

  #beginBlock(block: number): void {
    const slot = block % DAY_BLOCKS;
    this.blocks.begin(block);
    this.calls.begin(block);
    this.reported[slot] = 0;
    this.common[slot] = 0;
    this.errors.begin(block);
    this.cpuNs.begin(block);
  }

  /** Puts what the running block gathered into the rings; nothing when that has been done. */
  endBlock(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const slot = this.block % DAY_BLOCKS;
    const { calls, errors, cpu, timed, logSum, hourTimed, hourLogSum } = this.#sums;
    const apart = new Float64Array(this.count);
    let compared = 0;
    for (let index = 0; index < this.count; index++) {
      if (calls[index]! > 0) this.calls.set(this.block, index, calls[index]!);
      if (errors[index]! > 0) this.errors.set(this.block, index, errors[index]!);
      if (cpu[index]! > 0) this.cpuNs.set(this.block, index, cpu[index]!);
      const n = timed[index]!;
      if (n === 0) continue;
      const level = logSum[index]! / n;
      this.blocks.set(this.block, index, level, n);
      hourTimed[index]! += n;
      hourLogSum[index]! += logSum[index]!;
      const centre = this.centre[index]!;
      if (centre === 0) this.centre[index] = level;
      else {
        if (n >= 5) apart[compared++] = level - centre;
        const near = Math.max(centre - 0.5, Math.min(centre + 0.5, level));
        this.centre[index] = CENTRE_KEEPS * centre + (1 - CENTRE_KEEPS) * near;
      }
      if (n >= TAIL_CALLS && !this.tails.has(index)) this.tails.begin(index, level);
    }
    this.common[slot] = compared >= LEAST_FOR_COMMON_MODE ? medianInPlace(apart, compared) : 0;
    this.tails.endBlock();
    for (let index = 0; index < this.count; index++) this.#errorMinutes[index]! <<= 4;
    for (const sums of [calls, errors, cpu, timed, logSum]) sums.fill(0);
  }

  #endHour(): void {
    const { hourTimed, hourLogSum } = this.#sums;
    for (let index = 0; index < this.count; index++) {
      if (hourTimed[index]! > 0)
        this.hours.set(this.#hour, index, hourLogSum[index]! / hourTimed[index]!, hourTimed[index]!);
    }
    hourTimed.fill(0);
    hourLogSum.fill(0);
  }

  #indexFor(functionId: number): number {
    const known = this.#indices.get(functionId);
    if (known !== undefined) return known;
    if (this.count >= SCOPE_FUNCTIONS) return -1;
    if (this.count === this.#capacity) this.#grow();
    this.#indices.set(functionId, this.count);
    return this.ids.push(functionId) - 1;
  }

  #grow(): void {
    this.#capacity = moreThan(this.#capacity);
    for (const ring of [this.blocks, this.minutes, this.hours, this.calls]) ring.grow(this.#capacity);
    this.centre = grown(this.centre, new Float32Array(this.#capacity));
    this.#errorMinutes = grown(this.#errorMinutes, new Uint8Array(this.#capacity));
    const sums = newSums(this.#capacity);
    for (const key of Object.keys(sums) as Array<keyof typeof sums>) grown(this.#sums[key], sums[key]);
    this.#sums = sums;
  }
}

function newSums(capacity: number) {
  const zeros = () => new Float64Array(capacity);
  return {
    calls: zeros(),
    errors: zeros(),
    cpu: zeros(),
    timed: zeros(),
    logSum: zeros(),
    hourTimed: zeros(),
    hourLogSum: zeros(),
  };
}
