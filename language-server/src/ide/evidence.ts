// An alert's evidence in words: what was measured before and since, with how much it rests on.

import {
  type Alert,
  type AlertEvidence,
  type AlertSide,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  type Regression,
} from '@prodlens/protocol';

/** "median 10 ms before (n = 300), 14 ms since (n = 240)" */
export function evidenceText({ measure, before, after }: AlertEvidence): string {
  const counted = (side: AlertSide) => `(n = ${formatCount(side.calls)})`;
  const said = (name: string, format: (value: number) => string) =>
    `${name}${format(before.value)} before ${counted(before)}, ${format(after.value)} since ${counted(after)}`;
  switch (measure) {
    case 'medianNs':
      return said('median ', formatDuration);
    case 'p95Ns':
      return said('p95 ', formatDuration);
    case 'tailShare':
      return said('slow calls ', formatPercent);
    case 'errorRate':
      return said('failed calls ', formatPercent);
    case 'callsPerMinute':
      return `${formatRate(before.value)} before, ${formatRate(after.value)} since`;
    case 'timesAsSlow':
      return `${after.value.toFixed(2)} times as slow by the middle function (n = ${formatCount(before.calls)} before, ${formatCount(after.calls)} since)`;
    case 'cpuNsPerSecond':
      return `processor time ${formatDuration(before.value)} a second before, ${formatDuration(after.value)} since`;
  }
}

/** Medians before and since, each with its number of calls. */
export function regressionText({ beforeP50Ns, beforeCalls, afterP50Ns, afterCalls }: Regression): string {
  const before = `${formatDuration(beforeP50Ns)} before (n = ${formatCount(beforeCalls)})`;
  return `median ${before}, ${formatDuration(afterP50Ns)} since (n = ${formatCount(afterCalls)})`;
}

/** "2.4.0 (abc1234) by Ann, before it 2.3.0"; null where it began without a deployment. */
export function deploymentText({ deployment }: Alert): string | null {
  if (!deployment) return null;
  const { version, revision, author, previousVersion } = deployment;
  const commit = revision === '' ? '' : ` (${revision.slice(0, 7)})`;
  const by = author === '' ? '' : ` by ${author}`;
  return `${version}${commit}${by}${previousVersion === '' ? '' : `, before it ${previousVersion}`}`;
}

const NAMED = 3;

/** "Also seen in a, b, c and 4 more"; null where it is not. */
export function reachedText({ reached = [] }: Alert): string | null {
  if (reached.length === 0) return null;
  const named = reached.slice(0, NAMED).map(({ place, title }) => {
    if (place === null) return title;
    return place.type === 'function' ? place.name : `${place.method} ${place.route}`.trim();
  });
  const more = reached.length > NAMED ? ` and ${formatCount(reached.length - NAMED)} more` : '';
  return `Also seen in ${named.join(', ')}${more}`;
}
