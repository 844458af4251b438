// An alert's evidence in words: what was measured before and since, with how much it rests on.

import {
  type Alert,
  type AlertEvidence,
  type AlertMeasure,
  type AlertSide,
  formatCount,
  formatDuration,
  formatMeasure,
  type Regression,
} from '@prodlens/protocol';

const NAMES = {
  medianNs: 'median',
  p95Ns: 'p95',
  p99Ns: 'p99',
  tailShare: 'slow calls',
  errorRate: 'failed calls',
  callsPerMinute: '',
  cpuNsPerSecond: '',
  timesAsSlow: 'middle function',
} satisfies Record<AlertMeasure, string>;

/** "median 10 ms before (n = 300), 14 ms since (n = 240)" */
export function evidenceText({ measure, before, after }: AlertEvidence): string {
  const said = ({ value, calls }: AlertSide) => [formatMeasure(measure, value), `(n = ${formatCount(calls)})`] as const;
  const [[was, ofWas], [is, ofIs]] = [said(before), said(after)];
  return `${NAMES[measure]} ${was} before ${ofWas}, ${is} since ${ofIs}`.trim();
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
