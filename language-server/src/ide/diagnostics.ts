// What belongs into the list of problems: the open alerts of the functions in a text, each at the line that is at fault
// as far as that is known. Few and certain, because a warning that is wrong once is not read again: none on a function
// whose body is another than the deployed one, or that only probably is the one.

import {
  type Alert,
  type AlertKind,
  type FunctionStats,
  formatCount,
  formatPercent,
  formatSlowdown,
} from '@prodlens/protocol';
import type { MappedFunction, Reading } from '../mapping/mapped-functions.js';
import { callsOf } from './call-sites.js';
import { deploymentText, evidenceText, regressionText } from './evidence.js';
import { functionHead, type TextRange } from './function-head.js';
import { windowName } from './time-window.js';
import { type AlertsOf, troublesOf } from './troubles.js';

export interface DiagnosticOptions {
  enabled: boolean;
  windowSeconds: number;
  alertsOf: AlertsOf;
  /** Whether the collector tells of alerts: what it does not tell of is then no fault. */
  hasAlerts: boolean;
}

export interface Finding extends TextRange {
  code: AlertKind | 'failing' | 'hot-change';
  severity: Alert['severity'];
  message: string;
  functionId: string;
  /** null where the numbers alone say it. */
  alertId: string | null;
  /** Whether it began with a deployment that another came before. */
  comparable: boolean;
  related: Related[];
}

/** Something that belongs to it, here or in another file. */
export interface Related {
  message: string;
  /** null: at the function itself. */
  elsewhere: DeployedLine | null;
}

/** A 1-based line of a service's file; `from` is the file that the text is in production. */
export interface DeployedLine {
  from: string;
  file: string;
  line: number;
}

const FAILING_ERROR_RATE = 0.01;
const FAILING_ERRORS = 3;
/** Places named of those that an alert is seen in as well. */
const REACHED = 5;

/** In source order; with several services each has its own findings, which then name it. */
export function diagnostics(text: string, functions: MappedFunction[], options: DiagnosticOptions): Finding[] {
  if (!options.enabled) return [];
  return functions.flatMap((mapped) =>
    mapped.readings
      .filter(({ match }) => match.edited !== true && match.kind !== 'likely')
      .flatMap((reading) => findings(text, mapped, reading, options)),
  );
}

function findings(text: string, mapped: MappedFunction, { stats }: Reading, options: DiagnosticOptions): Finding[] {
  const where = mapped.readings.length > 1 ? ` in ${stats.service}` : '';
  const head = functionHead(text, mapped.outlined);
  // What is slower with no alert of its own follows from another: that one's diagnostic names it.
  const troubles = troublesOf(stats, options.alertsOf(stats)).filter(
    ({ alert }) => alert !== null || !options.hasAlerts,
  );
  const found = troubles.map(({ kind, severity, alert }): Finding => {
    const about = {
      code: kind,
      severity,
      functionId: stats.id,
      alertId: alert?.id ?? null,
      comparable: (alert?.deployment?.previousVersion ?? '') !== '',
    };
    if (alert === null) return { ...head, ...about, message: regressionMessage(stats, where), related: [] };
    const message = `${alert.title}${where}: ${evidenceText(alert.evidence)}`;
    return { ...offendingRange(text, mapped, alert), ...about, message, related: relatedOf(alert, stats) };
  });
  if (!options.hasAlerts && isFailing(stats)) {
    const message = failingMessage(stats, where, options.windowSeconds);
    const about = {
      code: 'failing',
      severity: 'warning',
      functionId: stats.id,
      alertId: null,
      comparable: false,
    } as const;
    found.push({ ...head, ...about, message, related: [] });
  }
  return found;
}

/** The throwing line, or the call in which the time is spent, where the text has it; else the function's head. */
function offendingRange(text: string, { outlined }: MappedFunction, { place, cause }: Alert): TextRange {
  const head = functionHead(text, outlined);
  if (!cause || place?.type !== 'function') return head;
  if (cause.type === 'callee') return callsOf(text, outlined, cause.name)[0] ?? head;
  if (cause.type !== 'throwing-line' || cause.file !== place.file) return head;
  return lineBelow(text, outlined.nameStart, cause.line - place.line, outlined.end) ?? head;
}

/** The words of the line so many below an offset's, if it begins before the limit; null where it has none. */
function lineBelow(text: string, offset: number, lines: number, limit: number): TextRange | null {
  if (lines < 0) return null;
  let start = offset;
  for (let line = 0; line < lines; line++) {
    const end = text.indexOf('\n', start);
    if (end === -1) return null;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end === -1 ? text.length : end);
  const words = line.trim();
  if (start >= limit || words === '') return null;
  start += line.indexOf(words);
  return { start, end: start + words.length };
}

function relatedOf(alert: Alert, stats: FunctionStats): Related[] {
  const related: Related[] = [];
  const deployed = deploymentText(alert);
  if (deployed !== null) related.push({ message: `Deployed as ${deployed}`, elsewhere: null });
  const { cause } = alert;
  if (cause && cause.functionId !== stats.id) {
    const share = cause.share === null ? '' : ` (${formatPercent(cause.share)} of the change)`;
    const what = cause.type === 'throwing-line' ? 'Thrown' : 'The time is spent';
    const elsewhere = { from: stats.file, file: cause.file, line: cause.line };
    related.push({ message: `${what} in ${cause.name}${share}`, elsewhere });
  }
  for (const { place, title } of (alert.reached ?? []).slice(0, REACHED)) {
    if (place?.type !== 'function') continue;
    const elsewhere = { from: stats.file, file: place.file, line: place.line };
    related.push({ message: `Also seen here: ${title}`, elsewhere });
  }
  return related;
}

function regressionMessage({ name, regression }: FunctionStats, where: string): string {
  if (!regression) return '';
  const slower = formatSlowdown(regression.slowdown);
  return `${name} is ${slower}${where} since ${regression.version}: ${regressionText(regression)}`;
}

function isFailing({ errors, errorRate }: FunctionStats): boolean {
  return errorRate !== null && errorRate >= FAILING_ERROR_RATE && errors >= FAILING_ERRORS;
}

function failingMessage({ name, calls, errors, errorRate }: FunctionStats, where: string, seconds: number): string {
  const share = `${name} failed in ${formatCount(errors)} of ${formatCount(calls)} calls${where}`;
  return `${share} in the ${windowName(seconds)} (${formatPercent(errorRate ?? 0)})`;
}
