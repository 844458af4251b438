// Has a function become slower at a moment? Its level, the mean of log2 of its durations, after the moment is held against
// the three hours before it, and the difference against what the same difference was at every other time of the history:
// each function's own past says how much it moves by itself, with its noise, its memory and its daily load in it. The
// calls of one block are never taken for independent.

import { medianInPlace, robustScale, studentTail } from './statistics.js';

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
  /** One-sided, of a shift above NEGLIGIBLE_SHIFT. */
  p: number;
  /** Level before, log2 ns. */
  before: number;
}

/** Blocks that make the level before: three hours, near enough that the daily load has hardly moved. */
const CONTROL_BLOCKS = 36;
/** Fewer blocks with calls before the moment say nothing: an hour and a half. */
export const LEAST_BLOCKS = 18;
/** What buckets, relocated code and another host do to a function that nobody touched. */
export const NEGLIGIBLE_SHIFT = Math.log2(1.03);
/** No function keeps steadier than this. */
const LEAST_SCALE = 0.008;

const CALLS_OF_HALF_WEIGHT = 20;

/** What a block or minute with n timed calls counts for: noise from block to block stays however many calls there are. */
export function weightOf(calls: number): number {
  return calls / (calls + CALLS_OF_HALF_WEIGHT);
}

const scratch = new Float64Array(4_096);
const sums = new Float64Array(4_097);
const weights = new Float64Array(4_097);

/** Median level of the last three hours of the history; NaN where there is too little. */
export function levelBefore({ level, weight, length }: BlockHistory): number {
  let found = 0;
  for (let i = length - 1; i >= 0 && found < CONTROL_BLOCKS; i--) if (weight[i]! > 0) scratch[found++] = level[i]!;
  return found < LEAST_BLOCKS ? Number.NaN : medianInPlace(scratch, found);
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

/** null where the history is too short. O(length of the history). */
export function levelShift(history: BlockHistory, after: AfterLevel): LevelShift | null {
  const before = levelBefore(history);
  if (Number.isNaN(before) || !(after.weight > 0)) return null;
  const { scale, degreesOfFreedom } = nullScale(history, after);
  const shift = after.level - before;
  const p = studentTail((shift - NEGLIGIBLE_SHIFT) / scale, degreesOfFreedom);
  return { shift, scale, degreesOfFreedom, p, before };
}

/** How much the level of so many blocks differed from that of the three hours before them, all through the history. */
function nullScale(history: BlockHistory, after: AfterLevel) {
  const { level, weight, length } = history;
  const span = Math.max(1, Math.round(after.blocks));
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
    const start = Math.max(0, middle - CONTROL_BLOCKS);
    if (!enough(middle, end) || !enough(start, middle)) continue;
    const shift = mean(middle, end) - mean(start, middle);
    scratch[found++] = shift;
  }
  const ofSpans = found >= 4 ? robustScale(scratch, found, 0) : 0;

  const independent = (found * stride) / span;
  const thin = Math.sqrt(Math.max(1, (usual * after.blocks) / after.weight));
  if (independent >= 20) {
    return { scale: Math.max(LEAST_SCALE, ofSpans * thin), degreesOfFreedom: independent / 1.5 };
  }
  // A short history: from one block to the next as if they were independent, and half as much again for its memory.
  let blocks = 0;
  for (let i = 0; i < length; i++) if (weight[i]! > 0) scratch[blocks++] = level[i]!;
  const centre = medianInPlace(scratch, blocks);
  const ofBlocks = 1.5 * robustScale(scratch, blocks, centre) * Math.sqrt(1 / span + 1 / CONTROL_BLOCKS);
  const scale = Math.max(LEAST_SCALE, ofSpans * thin, ofBlocks * thin);
  return { scale, degreesOfFreedom: blocks / 1.5 };
}
