// The words of an alert: English sentences that stand alone in a message, made of its numbers.

import type { AlertKind } from '@prodlens/protocol';
import { formatCount, formatDuration, formatPercent, formatRate, formatSlowdown } from '@prodlens/protocol';
import type { Finding, Span } from '../../analysis/finding.js';

/** `name`: of the function; `version`: of the deployment, '' where it began without one. */
export function alertTitle(finding: Finding, name: string, version: string, service: string): string {
  const since = version === '' ? '' : ` since ${version}`;
  const { before, after } = finding;
  switch (finding.kind) {
    case 'slower-since-deployment':
    case 'dramatic-slowdown':
    case 'drift':
    case 'endpoint-slower':
    case 'rule':
      return `${name} is ${formatSlowdown((finding.change?.ratio ?? after / before) - 1)}${since}`;
    case 'environment-shift': {
      const many = finding.functions === undefined ? 'Most functions' : `${formatCount(finding.functions)} functions`;
      const slower = formatSlowdown((finding.change?.ratio ?? after / before) - 1);
      return `${many} of ${service} became slower at once${since}, by the middle one ${slower}`;
    }
    case 'outliers':
      return `${formatPercent(after)} of the calls of ${name} became slow${since}; it was ${formatPercent(before)}`;
    case 'error-rate':
      return `${name} fails in ${formatPercent(after)} of its calls${since}; it was ${formatPercent(before)}`;
    case 'new-error':
      if (finding.errorType !== undefined)
        return `${name} throws ${finding.errorType}${since}, in ${formatPercent(after)} of its calls; it never did`;
      return `${name} fails in ${formatPercent(after)} of its calls${since}, where it never failed`;
    case 'error-gone':
      if (finding.errorType !== undefined)
        return `${name} no longer throws ${finding.errorType}${since}; it did in ${formatPercent(before)} of its calls`;
      return `${name} no longer fails${since}; it did in ${formatPercent(before)} of its calls`;
    case 'call-rate-collapsed': {
      const rates = `${formatRate(after)} instead of ${formatRate(before)}`;
      return finding.functionId === null
        ? `${service} is hardly called any more${since}: ${rates}`
        : `${name} is hardly called any more${since}: ${rates}`;
    }
    case 'cpu-burner':
      return `${name} takes ${formatPercent(after / 1e9)} of a processor${since}; at most ${formatPercent(before / 1e9)} before`;
  }
}

/** One sentence: at which value, over how long a time, the alert closes by itself. */
export function closesWhen({ kind, closesAt, closesOver, members, errorType }: Finding): string {
  const halfHour = 'over half an hour';
  const over = closesOver === undefined ? halfHour : spanText(closesOver);
  switch (kind) {
    case 'environment-shift':
      return members === undefined
        ? `Closes when the service's functions are together within ${formatPercent(closesAt - 1)} of what they were, ${halfHour}.`
        : `Closes when most of the functions that rose most are back near what they were, ${halfHour}.`;
    case 'outliers':
      return 'Closes when no more outliers than before are found for an hour.';
    case 'error-rate':
    case 'new-error':
      if (errorType !== undefined) return 'Closes when none of it is captured in an hour in which it is called.';
      return `Closes when at most ${formatPercent(closesAt)} of its calls fail ${over}.`;
    case 'error-gone':
      return 'Closes by itself after a day.';
    case 'call-rate-collapsed':
      return `Closes when it is called at least ${formatRate(closesAt)} ${halfHour}.`;
    case 'cpu-burner':
      return `Closes when it takes at most ${formatPercent(closesAt / 1e9)} of a processor ${halfHour}.`;
    default:
      return `Closes when its median is at most ${formatDuration(closesAt)} ${over}.`;
  }
}

function spanText({ minutes, calls }: Span): string {
  const time = minutes <= 30 ? 'half an hour' : minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
  return `over ${time} and ${formatCount(calls)} calls`;
}

/** What it is worth to be woken up for. */
export function severityOf(kind: AlertKind, { before, after, change }: Finding): 'critical' | 'warning' | 'info' {
  if (kind === 'error-gone') return 'info';
  if (kind === 'dramatic-slowdown' || kind === 'call-rate-collapsed') return 'critical';
  if (kind === 'error-rate' || kind === 'new-error') return after >= 0.2 ? 'critical' : 'warning';
  return (change?.ratio ?? after / Math.max(before, Number.MIN_VALUE)) >= 3 ? 'critical' : 'warning';
}
