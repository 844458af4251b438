// The time over which versions are held against each other, whatever window is asked for: the last hour in which each ran.

import type { Deployment, MinuteRange } from '../../store/store.js';

const HOUR_MINUTES = 60;

/** Up to the last minute in which it was seen. */
export function lastHourOf({ lastSeenUnixMs }: Deployment): MinuteRange {
  const toMinute = Math.floor(lastSeenUnixMs / 60_000);
  return { fromMinute: toMinute - HOUR_MINUTES, toMinute };
}
