// Is a function that was always called no longer called, while its service runs? Held against the last hours, the same
// hour of the day before and the quietest time of the past: a job that runs once an hour, or a shop at night, is none.

import { medianInPlace } from '../statistics.js';

export interface CollapsedRate {
  /** Calls a minute. */
  before: number;
  after: number;
}

/** Blocks in which the service reported, and its calls in each, oldest first; the last two are judged. */
export interface CallHistory {
  calls: Float64Array;
  /** 1 where the service reported all through the block. */
  reported: Uint8Array;
  length: number;
}

const JUDGED_BLOCKS = 2;
const LEAST_WINDOWS = 36;
const DAY_BLOCKS = 288;
const BLOCK_MINUTES = 5;
const LEAST_EXPECTED = 50;
const COLLAPSED_SHARE = 0.1;
const QUIETEST_SHARE = 0.25;

export function collapsedRate({ calls, reported, length }: CallHistory): CollapsedRate | null {
  const last = length - JUDGED_BLOCKS;
  const windowAt = (start: number): number =>
    reported[start] === 1 && reported[start + 1] === 1 ? calls[start]! + calls[start + 1]! : Number.NaN;
  const now = windowAt(last);
  if (!(now >= 0)) return null;

  const recent = new Float64Array(LEAST_WINDOWS);
  let found = 0;
  let windows = 0;
  let quietest = Number.POSITIVE_INFINITY;
  for (let start = last - JUDGED_BLOCKS; start >= 0; start--) {
    const sum = windowAt(start);
    if (Number.isNaN(sum)) continue;
    windows++;
    quietest = Math.min(quietest, sum);
    if (found < LEAST_WINDOWS) recent[found++] = sum;
  }
  if (windows < LEAST_WINDOWS) return null;
  const lately = medianInPlace(recent, found);
  const dayBefore = last - DAY_BLOCKS + JUDGED_BLOCKS >= 0 ? windowAt(last - DAY_BLOCKS + JUDGED_BLOCKS) : Number.NaN;
  const expected = Number.isNaN(dayBefore) ? lately : Math.min(lately, dayBefore);
  if (expected < LEAST_EXPECTED || now > COLLAPSED_SHARE * expected || now > QUIETEST_SHARE * quietest) return null;
  const minutes = JUDGED_BLOCKS * BLOCK_MINUTES;
  return { before: expected / minutes, after: now / minutes };
}
