// When is a fault gone? At what value, and over how long a time and how many calls, so that neither a few calls that went
// well nor a quiet quarter of an hour close the alert of a fault that lasts. A fault that is as large as when it was found
// is held for gone in less than one of a thousand such times; one that is gone closes within half an hour where it was plain.

import type { Span } from '../finding.js';

/** Where nothing else is said. */
export const HALF_HOUR: Span = { minutes: 30, calls: 10 };
/** Of a rise that may be left when it is over. */
export const CLOSING_SHARE = 1 / 3;

const DAY_MINUTES = 1_440;
/** Standard deviations between what is left and a fault that lasts. */
const SURE = 3.5;
/** Calls scatter by about an octave: so many, over the rise squared, say what an hour of few calls says. */
const CALLS_OF_AN_OCTAVE = 12;
/** Half a percent of the calls is no rise that would be told. */
const LEAST_RISE = 0.005;
/** Failures to be expected, were it still failing as it was when it was found. */
const EXPECTED_FAILURES = 40;

/** Of a rise by `shift` octaves that was known to within `scale` after so many minutes. */
export function spanOfShift(shift: number, scale: number, minutes: number): Span {
  const needed = minutes * ((SURE * scale) / (shift * (1 - CLOSING_SHARE))) ** 2;
  return {
    minutes: 5 * Math.ceil(Math.min(DAY_MINUTES, Math.max(HALF_HOUR.minutes, needed)) / 5),
    calls: Math.max(HALF_HOUR.calls, Math.ceil(CALLS_OF_AN_OCTAVE / shift ** 2)),
  };
}

/** Of shares of the calls that fail. Where none ever did, a few in a hundred are not gone because there were many more. */
export function errorsClose({ before, after }: { before: number; after: number }): {
  closesAt: number;
  closesOver: Span;
} {
  const rise = after - before;
  return {
    closesAt: before + Math.min(rise * CLOSING_SHARE, Math.max(LEAST_RISE, before / 2)),
    closesOver: { minutes: HALF_HOUR.minutes, calls: Math.ceil(EXPECTED_FAILURES / rise) },
  };
}
