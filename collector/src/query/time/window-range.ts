// The minutes that a window up to now covers. Short ones to the minute; longer ones begin with an hour, because hours
// are what the store has of them, and cover up to an hour more.

import { HOURS_RETENTION_HOURS, MINUTES_RETENTION_MINUTES } from '../../store/retention.js';
import type { MinuteRange } from '../../store/store.js';

/** There is nothing older than this to answer from: of functions, and of what is kept by the minute only. */
export const LONGEST_WINDOW_SECONDS = HOURS_RETENTION_HOURS * 3_600;
export const LONGEST_MINUTES_SECONDS = MINUTES_RETENTION_MINUTES * 60;

/** Windows up to this length are made of minutes; a range of one has a minute more. */
const BY_MINUTES_SECONDS = 2 * 3_600;
export const MINUTES_BY_THE_MINUTE = BY_MINUTES_SECONDS / 60 + 1;

export function windowRange(windowSeconds: number, nowUnixMs: number): MinuteRange {
  const seconds = Math.min(windowSeconds, LONGEST_WINDOW_SECONDS);
  const fromMinute = Math.floor((nowUnixMs - seconds * 1_000) / 60_000);
  return {
    fromMinute: seconds <= BY_MINUTES_SECONDS ? fromMinute : 60 * Math.floor(fromMinute / 60),
    toMinute: Math.floor(nowUnixMs / 60_000),
  };
}
