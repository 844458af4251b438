// Is a function suddenly at least three times as slow, in two minutes one after the other? For what must not wait for a
// time block to end. A deployment's first minutes are left out by who asks.

/** One minute: mean of log2 of the durations in ns with the common mode taken out, and calls. */
export interface LevelMinute {
  level: number;
  calls: number;
}

const LEAST_SHIFT = Math.log2(3);
const LEAST_CALLS = 10;
const LEAST_T = 6;
/** A microsecond that became three is nobody's incident: half a millisecond at least. */
const LEAST_RISE_NS = 500_000;

/**
 * The rise in log2 units over the level before, or null. `before` and `scale`: level of the last hours and how much a
 * minute of ten calls and more moves by itself.
 */
export function dramaticSlowdown(minutes: readonly LevelMinute[], before: number, scale: number): number | null {
  let least = Number.POSITIVE_INFINITY;
  for (const { level, calls } of minutes) {
    if (calls < LEAST_CALLS) return null;
    least = Math.min(least, level - before);
  }
  if (!(least >= LEAST_SHIFT) || least / scale < LEAST_T) return null;
  return 2 ** (before + least) - 2 ** before >= LEAST_RISE_NS ? least : null;
}
