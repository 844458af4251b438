// All that is known about one function, as Markdown: a table with a column a service, then what stands behind the
// numbers. Says of each number over which window, in which environment and of which version it is.

import type { FunctionStats, Regression } from '@prodlens/protocol';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import { absenceText, noCallsText } from './code-lenses.js';
import { functionHead, type TextRange } from './function-head.js';
import { formatCount, formatDuration, formatPercent, formatRate } from './numbers.js';
import { windowName } from './time-window.js';

export interface HoverOptions {
  windowSeconds: number;
  /** Address of the web app's page of a function. */
  functionUrl(functionId: string): string;
  /** What limits these numbers, as plain text; null for nothing. */
  note: string | null;
}

export interface Hover extends TextRange {
  markdown: string;
}

/** Columns of the table; further services are counted, not shown. */
const MAXIMUM_SERVICES = 6;

/** The hover at an offset, on the innermost function whose name (or head, without a name) is there; null elsewhere. */
export function hover(text: string, functions: MappedFunction[], offset: number, options: HoverOptions): Hover | null {
  const there = functions
    .map((mapped) => ({ mapped, head: functionHead(text, mapped.outlined) }))
    .filter(({ head }) => head.start <= offset && offset <= head.end)
    .sort((a, b) => b.head.start - a.head.start)[0];
  if (!there) return null;
  const markdown = describe(there.mapped, options);
  return markdown === null ? null : { ...there.head, markdown };
}

function describe({ outlined, readings, absence }: MappedFunction, options: HoverOptions): string | null {
  const title = `**Prodlens** ${codeSpan(outlined.name)}`;
  if (readings.length === 0) return absence ? `${title}\n\n${sentence(plain(absenceText(absence)))}` : null;
  const shown = readings.slice(0, MAXIMUM_SERVICES).map((reading) => reading.stats);
  const paragraphs = [title, table(shown, options.windowSeconds)];
  for (const stats of shown) {
    const of = shown.length > 1 ? `${plain(stats.service)}: ` : '';
    if (stats.regression) paragraphs.push(`${of}${regressionSentence(stats.regression)}.`);
    if (stats.calls === 0) paragraphs.push(`${of}${sentence(plain(noCallsText(stats, options.windowSeconds)))}`);
  }
  if (shown.some((stats) => !stats.timed)) {
    paragraphs.push('Not timed: this function is too small to be slow by itself; its time shows in its callers.');
  }
  if (readings.length > shown.length) paragraphs.push(`And ${readings.length - shown.length} more services.`);
  if (options.note !== null) paragraphs.push(plain(options.note));
  paragraphs.push(...shown.map((stats) => placeSentence(stats, shown.length > 1, options)));
  return paragraphs.join('\n\n');
}

function table(columns: FunctionStats[], windowSeconds: number): string {
  const row = (name: string, cell: (stats: FunctionStats) => string) =>
    `| ${name} | ${columns.map((stats) => plain(cell(stats))).join(' | ')} |`;
  return [
    row('service', (stats) => stats.service),
    `|:---|${'---:|'.repeat(columns.length)}`,
    row('p50', (stats) => duration(stats, stats.p50Ns)),
    row('p95', (stats) => duration(stats, stats.p95Ns)),
    row('p99', (stats) => duration(stats, stats.p99Ns)),
    row('max', (stats) => duration(stats, stats.maxNs)),
    row('calls', ({ calls }) => formatCount(calls)),
    row('rate', ({ callsPerMinute }) => (callsPerMinute === null ? 'no data' : formatRate(callsPerMinute))),
    row('errors', ({ errors, errorRate }) =>
      errorRate === null ? 'no data' : `${formatCount(errors)} (${formatPercent(errorRate)})`,
    ),
    row('total', (stats) => duration(stats, stats.totalNs)),
    row('version', ({ version }) => version || 'unknown'),
    row('environment', ({ environment }) => environment || 'unknown'),
    row('window', () => windowName(windowSeconds)),
  ].join('\n');
}

function regressionSentence(regression: Regression): string {
  const { version, beforeP50Ns, beforeCalls, afterP50Ns, afterCalls, slowdown } = regression;
  const before = `Median ${formatDuration(beforeP50Ns)} before ${plain(version)} (n = ${formatCount(beforeCalls)})`;
  const since = `${formatDuration(afterP50Ns)} since (n = ${formatCount(afterCalls)})`;
  return `${before}, ${since}: ${formatPercent(slowdown)} slower`;
}

function placeSentence(stats: FunctionStats, ofService: boolean, options: HoverOptions): string {
  const of = ofService ? `${plain(stats.service)}: ` : '';
  const place = codeSpan(`${stats.file}:${stats.line}:${stats.column}`);
  return `${of}Deployed at ${place} · [Open in the web app](${options.functionUrl(stats.id)})`;
}

function duration(stats: FunctionStats, durationNs: number | null): string {
  if (!stats.timed) return 'not timed';
  return durationNs === null ? 'no data' : formatDuration(durationNs);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Text that Markdown shows as it is, also in a table's cell. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|~#]/g, '\\$&').replace(/\s+/g, ' ');
}

/** A code span around any text: fenced by one more backtick than the text has in a row. */
function codeSpan(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text.replace(/\s+/g, ' ')}${pad}${fence}`;
}
