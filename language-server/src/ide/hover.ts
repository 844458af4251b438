// All that is known about one function, as Markdown: what is wrong, a table with a row a service, how it went over the
// window and over versions, where its time goes and who asks for it, then whose numbers these are. On the name of the
// function, and on the name in a call of it.

import {
  type Alert,
  type FunctionCall,
  type FunctionEndpoint,
  type FunctionStats,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
} from '@prodlens/protocol';
import type { MappedFunction, Reading } from '../mapping/mapped-functions.js';
import { type CallSite, callAt } from './call-sites.js';
import { deploymentText, evidenceText, reachedText, regressionText } from './evidence.js';
import { functionHead, type TextRange } from './function-head.js';
import { type LastErrorOptions, lastErrorsSentence } from './last-errors.js';
import { codeSpan, plain, sentence, table } from './markdown.js';
import { absenceText, noCallsText } from './no-data.js';
import { versionsText, windowName } from './time-window.js';
import { trendParagraph } from './trend-picture.js';
import { type AlertsOf, troublesOf } from './troubles.js';

export interface HoverOptions extends LastErrorOptions {
  windowSeconds: number;
  alertsOf: AlertsOf;
  isOff(stats: FunctionStats): boolean;
  /** Addresses of the web app's pages. */
  functionUrl(functionId: string): string;
  alertUrl(alertId: string): string;
  /** When what is told was so: now, while the collector says what changes. */
  asOfUnixMs: number;
  /** Whether the client shows pictures in Markdown. */
  images: boolean;
  /** What limits these numbers, as plain text; null for nothing. */
  note: string | null;
}

export interface Hover extends TextRange {
  markdown: string;
}

/** Rows of the table; further services are counted, not shown. */
const MAXIMUM_SERVICES = 6;

/** The hover at an offset: of the function whose name (or head, without a name) is there, or is called there. */
export function hover(text: string, functions: MappedFunction[], offset: number, options: HoverOptions): Hover | null {
  const there = functionAt(text, functions, offset);
  if (there) {
    const markdown = story(there.mapped, options);
    return markdown === null ? null : { ...there.head, markdown };
  }
  const call = callAt(text, functions, offset);
  return call && { start: call.start, end: call.end, markdown: callStory(call, options) };
}

/** The innermost function whose head the offset is on. */
export function functionAt(text: string, functions: MappedFunction[], offset: number) {
  return functions
    .filter(({ outlined }) => outlined.start <= offset && offset <= outlined.end)
    .map((mapped) => ({ mapped, head: functionHead(text, mapped.outlined) }))
    .filter(({ head }) => head.start <= offset && offset <= head.end)
    .sort((a, b) => b.head.start - a.head.start)[0];
}

/** All about one function; null where nothing is known of its file. */
export function story({ outlined, readings, absence }: MappedFunction, options: HoverOptions): string | null {
  const title = `**Prodlens** ${codeSpan(outlined.name)}`;
  if (readings.length === 0) return absence ? `${title}\n\n${sentence(plain(absenceText(absence)))}` : null;
  const shown = readings.slice(0, MAXIMUM_SERVICES);
  const several = shown.length > 1;
  const each = (say: (reading: Reading) => string[]) =>
    shown.flatMap((reading) =>
      say(reading).map((said) => (several ? `${plain(reading.stats.service)}: ${said}` : said)),
    );
  const paragraphs = [
    title,
    ...each((reading) => matchSentences(reading)),
    ...each(({ stats }) => troubleSentences(stats, options)),
    ...each(({ stats }) =>
      stats.calls > 0 ? [] : [sentence(plain(noCallsText(stats, options.windowSeconds, options.isOff(stats))))],
    ),
    numbersTable(shown.map(({ stats }) => stats)),
    ...each(({ stats }) => trendParagraph(stats, options)),
  ];
  if (shown.some(({ stats }) => !stats.timed)) {
    paragraphs.push('Not timed: this function is too small to be slow by itself; its time shows in its callers.');
  }
  paragraphs.push(...each(({ stats }) => timeSentences(stats)));
  paragraphs.push(...each(({ stats }) => endpointsSentence(stats)));
  paragraphs.push(...each(({ stats }) => lastErrorsSentence(stats, options)));
  paragraphs.push(...shown.flatMap(({ stats }) => versionsTable(stats, several)));
  if (readings.length > shown.length) paragraphs.push(`And ${readings.length - shown.length} more services.`);
  if (options.note !== null) paragraphs.push(plain(options.note));
  paragraphs.push(...shown.map(({ stats }) => sourceSentence(stats, options)));
  return paragraphs.join('\n\n');
}

function callStory({ caller, here, seen }: CallSite, options: HoverOptions): string {
  const from = codeSpan(caller.outlined.name);
  const said = seen && `From ${from}: ${callFacts(seen)}.`;
  const whole = here && story(here, options);
  if (whole) return [whole, said].filter(Boolean).join('\n\n');
  const name = seen?.name ?? '';
  const place = seen ? `${codeSpan(`${seen.file}:${seen.line}`)} · ` : '';
  const link = seen ? `${place}[Open in the web app](${options.functionUrl(seen.id)})` : '';
  return [`**Prodlens** ${codeSpan(name)}`, said, link].filter(Boolean).join('\n\n');
}

/** What became of the function since it was deployed, where it is not the same. */
function matchSentences({ match, stats }: Reading): string[] {
  const of = stats.version === '' ? 'the deployment' : plain(stats.version);
  const sentences: string[] = [];
  if (match.kind === 'likely')
    sentences.push(`Likely, not surely, this function (${formatPercent(match.confidence)}).`);
  if (match.kind === 'renamed') sentences.push(`Named ${codeSpan(stats.name)} in ${of}.`);
  if (match.kind === 'moved') sentences.push(`Was in ${codeSpan(stats.file)} in ${of}.`);
  if (match.edited === true)
    sentences.push(`Edited since ${of}: these are the numbers of the text as it was deployed.`);
  return sentences;
}

/** What is unusual, against what it is held, since when. */
function troubleSentences(stats: FunctionStats, options: HoverOptions): string[] {
  const alerts = options.alertsOf(stats);
  const silenced = alerts.filter(({ state }) => state === 'muted' || state === 'expected');
  return [
    ...troublesOf(stats, alerts).map(({ mark, alert }) => {
      if (alert) return `**${plain(mark)}** ${alertSentence(alert, options)}`;
      return `**${plain(mark)}** ${sentence(regressionText(stats.regression!))}`;
    }),
    ...alerts
      .filter(({ kind, state }) => kind === 'error-gone' && state === 'open')
      .map((alert) => `✔ ${alertSentence(alert, options)}`),
    ...silenced.map((alert) => `${alert.state === 'muted' ? 'Muted' : 'Expected'}: ${alertSentence(alert, options)}`),
  ];
}

function alertSentence(alert: Alert, { alertUrl }: HoverOptions): string {
  const { cause, evidence } = alert;
  const deployed = deploymentText(alert);
  const reached = reachedText(alert);
  const share = cause?.share == null ? '' : ` explains ${formatPercent(cause.share)}`;
  return [
    `${sentence(plain(`${alert.title}: ${evidenceText(evidence)}`))}`,
    cause && `${codeSpan(`${cause.name} (${cause.file}:${cause.line})`)}${share}.`,
    deployed && `Deployed as ${plain(deployed)}.`,
    reached && sentence(plain(reached)),
    `[Alert](${alertUrl(alert.id)})`,
  ]
    .filter(Boolean)
    .join(' ');
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

/** "Reached from 12 endpoints: `GET /orders/:id` (62 %, 1,200 calls), …": the share of the endpoint's time. */
function endpointsSentence({ endpoints = [], endpointCount = endpoints.length }: FunctionStats): string[] {
  if (endpoints.length === 0) return [];
  const each = endpoints.map((endpoint) => {
    const share = endpoint.share === null ? '' : `${formatPercent(endpoint.share)}, `;
    return `${codeSpan(endpointName(endpoint))} (${share}${formatCount(endpoint.calls)} calls)`;
  });
  const more = endpointCount > endpoints.length ? ', …' : '';
  return [`Reached from ${endpointCount} endpoint${endpointCount === 1 ? '' : 's'}: ${each.join(', ')}${more}.`];
}

function endpointName({ method, route }: FunctionEndpoint): string {
  return `${method} ${route}`.trim();
}

function callText(call: FunctionCall): string {
  return `${codeSpan(call.name)} (${callFacts(call)})`;
}

/** "25 %, 120/min, 4.0 ms each": the share of the function's time, how often, and how long a call took. */
function callFacts({ share, calls, callsPerMinute, totalNs }: FunctionCall): string {
  const facts = [
    share === null ? null : formatPercent(share),
    callsPerMinute === null ? `${formatCount(calls)} calls` : formatRate(callsPerMinute),
    totalNs === null || calls === 0 ? null : `${formatDuration(totalNs / calls)} each`,
  ];
  return facts.filter(Boolean).join(', ');
}

/** Whose numbers these are is below the table; with several services, also in its first column. */
function numbersTable(rows: FunctionStats[]): string {
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
  return table(
    columns.map(([title]) => title),
    rows.map((stats) => columns.map(([, cell]) => cell(stats))),
  );
}

/** What the versions did that ran in the window; nothing where there was one. */
function versionsTable(stats: FunctionStats, several: boolean): string[] {
  const { versions = [], service } = stats;
  if (versions.length < 2) return [];
  const rows = versions.map(({ version, revision, calls, errors, p50Ns, p95Ns }) => [
    `${version}${revision === '' ? '' : ` (${revision.slice(0, 7)})`}`,
    duration(stats, p50Ns),
    duration(stats, p95Ns),
    formatCount(calls),
    errorsText(errors, calls === 0 ? 0 : Math.min(1, errors / calls)),
  ]);
  return [table([several ? `version of ${service}` : 'version', 'p50', 'p95', 'calls', 'errors'], rows)];
}

function errorsText(errors: number, errorRate: number): string {
  return errors === 0 ? '0' : `${formatCount(errors)} (${formatPercent(errorRate)})`;
}

function sourceSentence(stats: FunctionStats, { windowSeconds, functionUrl }: HoverOptions): string {
  const place = codeSpan(`${stats.file}:${stats.line}:${stats.column}`);
  const revision = stats.versions?.find(({ version }) => version === stats.version)?.revision ?? '';
  const commit = revision === '' ? '' : `, commit ${revision.slice(0, 7)}`;
  const when = `${windowName(windowSeconds)}, ${versionsText(plain(stats.version))}${plain(commit)}`;
  const facts = [plain(stats.service), plain(stats.environment), when, `deployed at ${place}`].filter(Boolean);
  return `${facts.join(' · ')} · [Open in the web app](${functionUrl(stats.id)})`;
}

function duration(stats: FunctionStats, durationNs: number | null): string {
  if (!stats.timed) return 'not timed';
  return durationNs === null ? 'no data' : formatDuration(durationNs);
}
