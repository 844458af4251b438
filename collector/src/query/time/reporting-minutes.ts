// For how long was somebody reporting? The spans of several instances and minutes overlap and have gaps; what
// counts is the time that at least one of them covers. A rate divides by this, so that a service that started 20 s
// ago, or was away for half of the window, shows the rate it really had. A function's time is that of the deployments
// that have it: the minutes of a version that does not know it say nothing about it.

import type { ReportingSpan } from '../../store/store.js';
import { groupBy } from '../group-by.js';

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

/** The reporting minutes of any set of deployments; computed once for each set, since most functions share theirs. */
export function minutesByDeployments(spans: ReportingSpan[]): (deploymentIds: number[]) => number | null {
  const byDeployment = groupBy(spans, ({ deploymentId }) => deploymentId);
  const found = new Map<string, number | null>();
  return (deploymentIds) => {
    const reporting = deploymentIds.filter((id) => byDeployment.has(id)).sort((a, b) => a - b);
    const key = reporting.join();
    let minutes = found.get(key);
    if (minutes === undefined) {
      minutes = reportingMinutes(reporting.flatMap((id) => byDeployment.get(id)!));
      found.set(key, minutes);
    }
    return minutes;
  };
}
