// Has a function become slower at a moment? Its level, the mean of log2 of its durations, after the moment is held against
// the three hours before it, and the difference against what the same difference was at every other time of the history:
// each function's own past says how much it moves by itself, with its noise, its memory and its daily load in it. The
// calls of one block are never taken for independent.

import { medianInPlace, robustScale, studentTail } from '../statistics.js';

/** Length of a time block. */
export const BLOCK_MINUTES = 5;

/**
 * A function's past in time blocks, oldest first. `level`: mean of log2 of durations in ns, the common mode of the
 * service taken out. `weight`: 0 to 1, 0 where there was no call; see `weightOf`.
 */
export interface BlockHistory {
  level: Float64Array;
  weight: Float64Array;
  length: number;
}

/** The time after the moment: weighted means of its whole and of its parts, which follow each other. */
export interface AfterLevel {
  level: number;
  weight: number;
  parts: number[];
  /** Length in blocks, of which `weight` is the sum over. */
  blocks: number;
}

export interface LevelShift {
  /** after - before in log2 units: 0.379 is 30 % slower. */
  shift: number;
  /** Standard deviation of `shift` when nothing happens, and the degrees of freedom of that estimate. */
  scale: number;
  degreesOfFreedom: number;
  /** One-sided. */
  p: number;
  /** Level before, log2 ns. */
  before: number;
}

/** Blocks that make the level before: three hours, near enough that the daily load has hardly moved. */
export const CONTROL_BLOCKS = 36;
/** Fewer blocks with calls before the moment say nothing: an hour and a half. */
export const LEAST_BLOCKS = 18;
/** Standard deviation of what buckets, relocated code and another host do to a function that nobody touched: 1.2 %. */
const LEAST_SCALE = 0.018;

/** Blocks that a block is remembered for, and what is added to the variance for what was not seen of it. */
const MEMORY_BLOCKS = 12;
const MEMORY_MARGIN = 0.15;
/** Of what few spans scatter by, what is surely so. */
const SURE_OF_SPANS = 0.8;
const FAR = 1.5;
const CALLS_OF_HALF_WEIGHT = 20;

/** What a block or minute with n timed calls counts for: noise from block to block stays however many calls there are. */
export function weightOf(calls: number): number {
  return calls / (calls + CALLS_OF_HALF_WEIGHT);
}

const scratch = new Float64Array(4_096);
const sums = new Float64Array(4_097);
const weights = new Float64Array(4_097);

/**
 * Level of the last three hours of the history, or of as many blocks as `span`: the weighted mean, blocks that are far from the median counted as at
 * FAR of their scale. NaN where there is too little.
 */
export function levelBefore({ level, weight, length }: BlockHistory, span = 0): number {
  const control = controlOf(span);
  let found = 0;
  let first = length;
  while (first > 0 && found < control) if (weight[--first]! > 0) scratch[found++] = level[first]!;
  if (found < LEAST_BLOCKS) return Number.NaN;
  const centre = medianInPlace(scratch, found);
  const far = FAR * robustScale(scratch, found, centre);
  let [sum, total] = [0, 0];
  for (let i = first; i < length; i++) {
    sum += weight[i]! * Math.max(-far, Math.min(far, level[i]! - centre));
    total += weight[i]!;
  }
  return centre + sum / total;
}

/** Blocks that a span is held against: three hours, or as long as itself. */
function controlOf(span: number): number {
  return Math.max(CONTROL_BLOCKS, span);
}

/** Level of the last ten minutes of the history; NaN where there were no calls. */
export function recentLevel({ level, weight, length }: BlockHistory): number {
  let [sum, total] = [0, 0];
  for (let i = Math.max(0, length - 2); i < length; i++) {
    sum += weight[i]! * level[i]!;
    total += weight[i]!;
  }
  return sum / total;
}

/** What is less in each call is as much as the clock and the measuring itself move by. */
const LEAST_RISE_NS = 1_000;

/** Whether the rise is long enough to be a fault's, and not the clock's. */
export function isTangible({ before, shift }: Pick<LevelShift, 'before' | 'shift'>): boolean {
  return 2 ** (before + shift) - 2 ** before >= LEAST_RISE_NS;
}

/** null where the history is too short. O(length of the history). */
export function levelShift(history: BlockHistory, after: AfterLevel): LevelShift | null {
  const before = levelBefore(history, after.blocks);
  if (Number.isNaN(before) || !(after.weight > 0)) return null;
  const { scale, degreesOfFreedom } = nullScale(history, after);
  const shift = after.level - before;
  const p = studentTail(shift / scale, degreesOfFreedom);
  return { shift, scale, degreesOfFreedom, p, before };
}

/** How much the level of so many blocks differed from that of the three hours before them, all through the history. */
function nullScale(history: BlockHistory, after: AfterLevel) {
  const { weight, length } = history;
  const span = Math.max(1, Math.round(after.blocks));
  const { scale: ofSpans, independent, usual } = scaleOfSpans(history, span);
  const thin = Math.sqrt(Math.max(1, (usual * after.blocks) / after.weight));
  let blocks = 0;
  for (let i = 0; i < length; i++) if (weight[i]! > 0) blocks++;
  const ofBlocks = scaleOfBlocks(history, span) * Math.sqrt(1 / span + 1 / controlOf(span));
  // Spans show everything that a function does by itself, but a day has few of the long ones; blocks are many, and show
  // what they are remembered for.
  const [freeSpans, freeBlocks] = [independent / 1.5, blocks / 3];
  const pooled = Math.sqrt((freeSpans * ofSpans ** 2 + freeBlocks * ofBlocks ** 2) / (freeSpans + freeBlocks));
  const scale = Math.hypot(LEAST_SCALE, Math.max(pooled, SURE_OF_SPANS * ofSpans) * thin);
  return { scale, degreesOfFreedom: freeSpans + freeBlocks };
}

function scaleOfSpans({ level, weight, length }: BlockHistory, span: number) {
  for (let i = 0; i < length; i++) {
    weights[i + 1] = weights[i]! + weight[i]!;
    sums[i + 1] = sums[i]! + weight[i]! * level[i]!;
  }
  const usual = weights[length]! / length;
  const mean = (from: number, to: number) => (sums[to]! - sums[from]!) / (weights[to]! - weights[from]!);
  const enough = (from: number, to: number) => weights[to]! - weights[from]! > 0.5 * usual * (to - from);
  let found = 0;
  const stride = Math.max(1, span >> 1);
  for (let end = LEAST_BLOCKS + span; end <= length; end += stride) {
    const middle = end - span;
    const start = Math.max(0, middle - controlOf(span));
    if (!enough(middle, end) || !enough(start, middle)) continue;
    scratch[found++] = mean(middle, end) - mean(start, middle);
  }
  return { scale: found >= 4 ? robustScale(scratch, found, 0) : 0, independent: (found * stride) / span, usual };
}

/** Of one block, times the root of how much more the mean of `span` blocks moves than that of as many independent ones. */
function scaleOfBlocks({ level, weight, length }: BlockHistory, span: number): number {
  let blocks = 0;
  for (let i = 0; i < length; i++) if (weight[i]! > 0) scratch[blocks++] = level[i]!;
  const centre = medianInPlace(scratch, blocks);
  const scale = robustScale(scratch, blocks, centre);
  if (scale === 0) return 0;
  const apart = (i: number) => Math.max(-3, Math.min(3, (level[i]! - centre) / scale));
  const lags = Math.min(MEMORY_BLOCKS, span - 1, length >> 2);
  let memory = 1;
  for (let lag = 1; lag <= lags; lag++) {
    let [product, square, pairs] = [0, 0, 0];
    for (let i = lag; i < length; i++) {
      if (weight[i] === 0 || weight[i - lag] === 0) continue;
      product += apart(i) * apart(i - lag);
      square += (apart(i) ** 2 + apart(i - lag) ** 2) / 2;
      pairs++;
    }
    if (pairs < LEAST_BLOCKS) break;
    memory += 2 * (1 - lag / span) * (product / square);
  }
  return scale * Math.sqrt(Math.max(1, memory) + MEMORY_MARGIN);
}
