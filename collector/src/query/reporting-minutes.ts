// For how long was somebody reporting? The spans of several instances and minutes overlap and have gaps; what
// counts is the time that at least one of them covers. A rate divides by this, so that a service that started 20 s
// ago, or was away for half of the window, shows the rate it really had.

import type { ReportingSpan } from '../store/store.js';

/** A span shorter than this counts as this long, so that no rate grows out of a window of no length. */
const SHORTEST_MS = 1_000;

/** Length of the union of the spans, in minutes; null when there is none. O(n log n). */
export function reportingMinutes(spans: ReportingSpan[]): number | null {
  if (spans.length === 0) return null;
  let coveredMs = 0;
  let reachedUnixMs = Number.NEGATIVE_INFINITY;
  for (const { fromUnixMs, toUnixMs } of [...spans].sort((a, b) => a.fromUnixMs - b.fromUnixMs)) {
    if (toUnixMs <= reachedUnixMs) continue;
    coveredMs += toUnixMs - Math.max(fromUnixMs, reachedUnixMs);
    reachedUnixMs = toUnixMs;
  }
  return Math.max(coveredMs, SHORTEST_MS) / 60_000;
}
