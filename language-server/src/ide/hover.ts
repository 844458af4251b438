// All that is known about one function, as Markdown: what changed, a table with a row a service, then whose numbers these
// are: service, version, environment, window, place.

import {
  type FunctionCall,
  type FunctionStats,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatSlowdown,
  type Regression,
} from '@prodlens/protocol';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import { absenceText, noCallsText } from './code-lenses.js';
import { functionHead, type TextRange } from './function-head.js';
import { versionsText, windowName } from './time-window.js';

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

/** Rows of the table; further services are counted, not shown. */
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
  const several = shown.length > 1;
  const paragraphs = [title];
  for (const stats of shown) {
    const of = several ? `${plain(stats.service)}: ` : '';
    if (stats.regression) paragraphs.push(`${of}${regressionSentence(stats.regression)}.`);
    if (stats.calls === 0) paragraphs.push(`${of}${sentence(plain(noCallsText(stats, options.windowSeconds)))}`);
  }
  paragraphs.push(table(shown));
  if (shown.some((stats) => !stats.timed)) {
    paragraphs.push('Not timed: this function is too small to be slow by itself; its time shows in its callers.');
  }
  for (const stats of shown)
    paragraphs.push(...timeSentences(stats).map((said) => `${several ? `${plain(stats.service)}: ` : ''}${said}`));
  if (readings.length > shown.length) paragraphs.push(`And ${readings.length - shown.length} more services.`);
  if (options.note !== null) paragraphs.push(plain(options.note));
  paragraphs.push(...shown.map((stats) => sourceSentence(stats, options)));
  return paragraphs.join('\n\n');
}

/** Where the function's time goes and who asks for it; nothing of what was not measured. */
function timeSentences({ selfNs, cpuNs, totalNs, callers = [], callees = [] }: FunctionStats): string[] {
  const said: string[] = [];
  const own: string[] = [];
  if (selfNs !== null && totalNs) own.push(`self time ${formatDuration(selfNs)} (${formatPercent(selfNs / totalNs)})`);
  if (cpuNs !== null) own.push(`processor time ${formatDuration(cpuNs)}`);
  if (own.length > 0) said.push(sentence(own.join(', ')));
  if (callees.length > 0) said.push(`Calls ${callees.map(callText).join(', ')}.`);
  if (callers.length > 0) said.push(`Called by ${callers.map(callText).join(', ')}.`);
  return said;
}

/** With the share of the function's time, or how often where the calls are not timed. */
function callText({ name, share, calls, callsPerMinute }: FunctionCall): string {
  const often = callsPerMinute === null ? `${formatCount(calls)} calls` : formatRate(callsPerMinute);
  return `${codeSpan(name)} (${share === null ? often : formatPercent(share)})`;
}

/** Whose numbers these are is below the table; with several services, also in its first column. */
function table(rows: FunctionStats[]): string {
  const columns: [title: string, cell: (stats: FunctionStats) => string][] = [
    ['p50', (stats) => duration(stats, stats.p50Ns)],
    ['p95', (stats) => duration(stats, stats.p95Ns)],
    ['p99', (stats) => duration(stats, stats.p99Ns)],
    ['max', (stats) => duration(stats, stats.maxNs)],
    ['total', (stats) => duration(stats, stats.totalNs)],
    ['calls', ({ calls }) => formatCount(calls)],
    ['rate', ({ callsPerMinute }) => (callsPerMinute === null ? 'no data' : formatRate(callsPerMinute))],
    ['errors', ({ errors, errorRate }) => (errorRate === null ? 'no data' : errorsText(errors, errorRate))],
  ];
  if (rows.length > 1) columns.unshift(['service', ({ service }) => service]);
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    `|${'---:|'.repeat(columns.length)}`,
    ...rows.map((stats) => line(columns.map(([, cell]) => plain(cell(stats))))),
  ].join('\n');
}

function errorsText(errors: number, errorRate: number): string {
  return errors === 0 ? '0' : `${formatCount(errors)} (${formatPercent(errorRate)})`;
}

function regressionSentence(regression: Regression): string {
  const { version, beforeP50Ns, beforeCalls, afterP50Ns, afterCalls, slowdown } = regression;
  const before = `Median ${formatDuration(beforeP50Ns)} before ${plain(version)} (n = ${formatCount(beforeCalls)})`;
  const since = `${formatDuration(afterP50Ns)} since (n = ${formatCount(afterCalls)})`;
  return `${before}, ${since}: ${formatSlowdown(slowdown)}`;
}

function sourceSentence(stats: FunctionStats, { windowSeconds, functionUrl }: HoverOptions): string {
  const place = codeSpan(`${stats.file}:${stats.line}:${stats.column}`);
  const when = `${windowName(windowSeconds)}, ${versionsText(plain(stats.version))}`;
  const facts = [plain(stats.service), plain(stats.environment), when, `deployed at ${place}`].filter(Boolean);
  return `${facts.join(' · ')} · [Open in the web app](${functionUrl(stats.id)})`;
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
