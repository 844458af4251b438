// An alert as lists show it, and the words for its parts.

import type { Alert } from '@prodlens/protocol';
import { formatCount, formatMeasure, formatPercent } from '@prodlens/protocol';
import { useView } from '../state/view.js';
import { Line } from './links.js';
import { Badge } from './page.js';
import { Ago } from './time.js';

export const KIND_TEXT: Record<Alert['kind'], string> = {
  'slower-since-deployment': 'Slower since a deployment',
  'dramatic-slowdown': 'Much slower, at once',
  drift: 'Slower without a deployment',
  outliers: 'Some calls became slow',
  'error-rate': 'Fails more often',
  'new-error': 'A new error',
  'error-gone': 'An error is gone',
  'call-rate-collapsed': 'Hardly called any more',
  'cpu-burner': 'Burns processor time',
  'endpoint-slower': 'An endpoint became slower',
  'environment-shift': 'Everything became slower',
  rule: 'Over a threshold',
};

/** The ratio with its confidence interval; empty where nothing was compared. */
export function changeText({ change }: Alert['evidence']): string {
  if (change === null) return '';
  return `${change.ratio.toFixed(2)}×, ${change.low.toFixed(2)} to ${change.high.toFixed(2)} at ${formatPercent(change.confidence)} confidence`;
}

/** The state of an alert that is not open, else how grave it is. */
export function Severity({ alert }: { alert: Pick<Alert, 'severity' | 'state' | 'kind'> }) {
  if (alert.state !== 'open') return <Badge>{alert.state}</Badge>;
  if (alert.kind === 'error-gone') return <Badge tone="good">good news</Badge>;
  return <Badge tone={alert.severity}>{alert.severity}</Badge>;
}

/** In the order given. `empty`: what stands where there is none. */
export function AlertList({ alerts, empty }: { alerts: Alert[]; empty: string }) {
  const { to } = useView();
  if (alerts.length === 0) return <p class="none">{empty}</p>;
  return (
    <ul class="alerts">
      {alerts.map((alert) => (
        <li key={alert.id}>
          <Severity alert={alert} />
          <div class="alert-text">
            <a href={to('alerts', alert.id)}>{alert.title}</a>
            <p class="muted small">
              {alert.service} · {alert.environment}
              {alert.place?.type === 'function' && (
                <>
                  {' · '}
                  <Line
                    service={alert.service}
                    file={alert.place.file}
                    line={alert.place.line}
                    functionId={alert.place.functionId}
                  />
                </>
              )}
              {alert.reached !== undefined && ` · also seen in ${formatCount(alert.reached.length)} more`}
            </p>
          </div>
          <div class="alert-numbers small">
            <span>
              {formatMeasure(alert.evidence.measure, alert.evidence.before.value)} →{' '}
              {formatMeasure(alert.evidence.measure, alert.evidence.after.value)}
            </span>
            <span class="muted">
              n = {formatCount(alert.evidence.after.calls)} · <Ago unixMs={alert.openedUnixMs} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
