// From which duration on a call counts as slow: what the collector tells sensors, function by function, so that they keep
// what a slow call was about.

import { array, integer, number, record, string } from './check.js';

export interface SlowThreshold {
  /** As in FunctionPlace. */
  function: { file: string; name: string; ordinal: number };
  slowNs: number;
}

/** In one message. */
export const SLOW_THRESHOLDS = 2_000;
const LONGEST_TEXT = 4_096;

/** Throws DecodeError. */
export function decodeSlowThresholds(value: unknown, at: string): SlowThreshold[] {
  return array(value, at, SLOW_THRESHOLDS, (item, where) => {
    const { function: of, slowNs } = record(item, where);
    const place = record(of, `${where}.function`);
    return {
      function: {
        file: string(place.file, `${where}.function.file`, LONGEST_TEXT),
        name: string(place.name, `${where}.function.name`, LONGEST_TEXT),
        ordinal: integer(place.ordinal, `${where}.function.ordinal`),
      },
      slowNs: number(slowNs, `${where}.slowNs`),
    };
  });
}
