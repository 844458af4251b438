// What is the matter with a function: its open alerts, and what can be said without them. A few words for a lens, worst
// first. Good news and alerts that a person has silenced are no trouble.

import {
  type Alert,
  type AlertKind,
  type FunctionStats,
  formatCount,
  formatPercent,
  formatSlowdown,
} from '@prodlens/protocol';

export interface Trouble {
  kind: AlertKind;
  /** "▲ 38 % slower since 2.4.0" */
  mark: string;
  severity: Alert['severity'];
  /** null where the numbers alone say so. */
  alert: Alert | null;
}

/** Alerts by what identifies a function in a service and environment. */
export type AlertsOf = (stats: FunctionStats) => Alert[];

/** `alerts` in the order of what they cost; those that are not about a function are left out. */
export function alertsByFunction(alerts: Alert[]): AlertsOf {
  const byFunction = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (alert.place?.type !== 'function') continue;
    const key = `${alert.place.functionId}\0${alert.environment}`;
    byFunction.set(key, [...(byFunction.get(key) ?? []), alert]);
  }
  return ({ id, environment }) => byFunction.get(`${id}\0${environment}`) ?? [];
}

const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** At most one of a kind. Without an alert about a slower function, its regression counts. */
export function troublesOf(stats: FunctionStats, alerts: Alert[]): Trouble[] {
  const troubles = alerts.flatMap((alert): Trouble[] => {
    if (alert.state !== 'open') return [];
    const mark = markOf(alert);
    return mark === null ? [] : [{ kind: alert.kind, mark, severity: alert.severity, alert }];
  });
  const { regression } = stats;
  const silenced = alerts.some(({ kind, state }) => isSlower(kind) && state !== 'closed');
  if (regression && !silenced) {
    const mark = `▲ ${formatSlowdown(regression.slowdown)} since ${regression.version}`;
    troubles.push({ kind: 'slower-since-deployment', mark, severity: 'warning', alert: null });
  }
  return troubles.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function isSlower(kind: AlertKind): boolean {
  return kind === 'slower-since-deployment' || kind === 'dramatic-slowdown' || kind === 'drift';
}

/** null for what marks no function. */
function markOf({ kind, evidence, deployment }: Alert): string | null {
  const since = deployment ? ` since ${deployment.version}` : '';
  const ratio = evidence.change?.ratio ?? null;
  switch (kind) {
    case 'slower-since-deployment':
    case 'dramatic-slowdown':
    case 'drift':
      return ratio === null || ratio <= 1 ? `▲ slower${since}` : `▲ ${formatSlowdown(ratio - 1)}${since}`;
    case 'outliers':
      return `▲ ${formatPercent(evidence.after.value)} of calls became slow${since}`;
    case 'error-rate':
      return `✖ ${formatPercent(evidence.after.value)} fail, ${formatPercent(evidence.before.value)} before${since}`;
    case 'new-error':
      return `✖ new error${since}`;
    case 'call-rate-collapsed':
      return `▼ ${ratio === null ? 'hardly called' : `${formatPercent(1 - ratio)} fewer calls`}${since}`;
    case 'cpu-burner':
      return ratio === null ? `▲ burns processor time${since}` : `▲ ${times(ratio)} the processor time${since}`;
    case 'rule':
      return '▲ over its threshold';
    case 'error-gone':
    case 'endpoint-slower':
    case 'environment-shift':
      return null;
  }
}

/** "3.2×", and from ten on "25×". */
function times(ratio: number): string {
  return `${ratio < 9.95 ? ratio.toFixed(1) : formatCount(Math.round(ratio))}×`;
}
