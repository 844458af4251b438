// A range of minutes as the statements take it. The list drives their joins: a range over t would walk every row of
// every file or deployment in it.

import { MINUTES_RETENTION_MINUTES } from '../retention.js';
import type { MinuteRange } from '../store.js';

/** The minutes as a JSON array; no more of them than are kept. */
export function minuteList({ fromMinute, toMinute }: MinuteRange): string {
  const from = Math.max(fromMinute, toMinute - MINUTES_RETENTION_MINUTES);
  return JSON.stringify(Array.from({ length: Math.max(0, toMinute - from + 1) }, (_, i) => from + i));
}
