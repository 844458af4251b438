// What is remembered of the types of errors that functions throw, as snapshots tell of them: when each was first seen, and
// how often in each time block of the last day. Says which are new and which are gone, by the tests for errors of any type.

import { type ErrorHistory, errorGone } from './detectors/errors.js';
import { BLOCK_MINUTES } from './detectors/level-shift.js';

/** One snapshot: `count` of the same since the snapshot before it, itself included. */
export interface Sighting {
  id: string;
  /** FunctionStats.id */
  functionId: string;
  errorType: string;
  minute: number;
  count: number;
}

export interface SeenType {
  functionId: string;
  errorType: string;
  firstMinute: number;
  lastMinute: number;
  /** In how many minutes since the first. */
  minutes: number;
  count: number;
  /** By time block, of the last day and three hours. */
  readonly blocks: Map<number, number>;
}

const DAY_BLOCKS = 288;
/** So long without one is gone. */
export const QUIET_BLOCKS = 36;
/** Types of errors of one service; the one that was not seen for longest makes room. */
const TYPES = 5_000;
const LEAST_COUNT = 3;
const LEAST_MINUTES = 2;

export type SeenTypes = Map<string, SeenType>;

/** Adds sightings in the order of their time. */
export function addSightings(seen: SeenTypes, sightings: readonly Sighting[]): void {
  for (const { functionId, errorType, minute, count } of sightings) {
    const key = JSON.stringify([functionId, errorType]);
    const one: SeenType = seen.get(key) ?? {
      ...{ functionId, errorType, firstMinute: minute, lastMinute: Number.NEGATIVE_INFINITY, minutes: 0, count: 0 },
      blocks: new Map(),
    };
    if (minute > one.lastMinute) one.minutes++;
    one.lastMinute = Math.max(one.lastMinute, minute);
    one.count += count;
    const block = Math.floor(minute / BLOCK_MINUTES);
    one.blocks.set(block, (one.blocks.get(block) ?? 0) + count);
    for (const old of one.blocks.keys()) if (old < block - DAY_BLOCKS - QUIET_BLOCKS) one.blocks.delete(old);
    // Last in the map is last seen.
    seen.delete(key);
    seen.set(key, one);
    if (seen.size > TYPES) seen.delete(seen.keys().next().value!);
  }
}

/** First seen within the day, seen often enough, and still being seen: worth asking how many calls were without it. */
export function mayBeNew({ firstMinute, lastMinute, minutes, count }: SeenType, nowMinute: number): boolean {
  const isRecent = firstMinute >= nowMinute - DAY_BLOCKS * BLOCK_MINUTES && lastMinute >= nowMinute - 2 * BLOCK_MINUTES;
  return isRecent && count >= LEAST_COUNT && minutes >= LEAST_MINUTES;
}

/** Seen all through a time and no more for three hours. */
export function mayBeGone({ lastMinute, blocks }: SeenType, nowMinute: number): boolean {
  const quiet = nowMinute - lastMinute;
  return quiet >= QUIET_BLOCKS * BLOCK_MINUTES && quiet < (QUIET_BLOCKS + 12) * BLOCK_MINUTES && blocks.size > 1;
}

/** `before`: calls from the first of its blocks until it was seen last; `quiet`: since. As `errorGone`. */
export function typeGone({ blocks, lastMinute }: SeenType, calls: { before: number; quiet: number }) {
  const first = Math.min(...blocks.keys());
  const split = Math.floor(lastMinute / BLOCK_MINUTES) + 1 - first;
  const length = split + QUIET_BLOCKS;
  const history: ErrorHistory = { calls: new Float64Array(length), errors: new Float64Array(length), length };
  history.calls.fill(calls.before / split, 0, split).fill(calls.quiet / QUIET_BLOCKS, split);
  for (const [block, count] of blocks) history.errors[block - first] = count;
  return errorGone(history, QUIET_BLOCKS);
}
