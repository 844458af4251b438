// What a channel is sent: one message for one cause, the alerts of a group together, each with links that open the line
// in an editor and the alert in the web app. Texts for Slack and for mail; data for a webhook.

import {
  type Alert,
  type AlertReached,
  alertEditorLink,
  type FunctionStats,
  formatCount,
  formatDuration,
  formatMeasure,
  formatPercent,
} from '@prodlens/protocol';
import type { Told } from '../life/gathering.js';

export interface Links {
  /** Opens the alert, and with it the line, in VS Code. */
  vscode: string;
  /** Opens the line in a JetBrains IDE by its Toolbox; null where the alert has no place. */
  jetbrains: string | null;
  /** null where the collector was not told its own address. */
  web: string | null;
}

export interface LinkOptions {
  webAppUrl: string | null;
}

export interface AlertsMessage {
  type: 'alerts';
  sentUnixMs: number;
  group: Alert['group'] & { service: string; environment: string };
  /** Whether the group was told of before. */
  isUpdate: boolean;
  events: Array<{ what: Told['what']; alert: Alert; links: Links }>;
}

export interface HeadsUpMessage {
  type: 'heads-up';
  sentUnixMs: number;
  /** Alerts that opened and closed within the day, and those that are open. */
  opened: number;
  closed: number;
  open: Alert[];
  /** Good news of the day. */
  gone: Alert[];
  /** Functions in which most time is spent, and those that fail most. */
  slowest: FunctionStats[];
  failing: FunctionStats[];
  web: string | null;
}

export type Message = AlertsMessage | HeadsUpMessage;

/** Alerts of one message that a text names, and places where else an alert shows. */
const NAMED = 8;

const WHAT = {
  opened: 'new',
  reopened: 'back again',
  worse: 'worse',
  closed: 'closed',
  spread: 'also elsewhere',
} as const;

/**
 * Addresses of an alert in VS Code, a JetBrains IDE and the web app; null where there is no place, or the app's address
 * is not set.
 */
export function linksOf(alert: Alert, { webAppUrl }: LinkOptions): Links {
  const place = alert.place?.type === 'function' ? alert.place : null;
  const at = alert.cause ?? place;
  // As the web app's are: by the service's name, lines from 0.
  const query = at && new URLSearchParams({ project: alert.service, path: `${at.file}:${at.line - 1}` });
  return {
    vscode: alertEditorLink(alert.id),
    jetbrains: query && `jetbrains://idea/navigate/reference?${query}`,
    web: webAppUrl === null ? null : `${webAppUrl.replace(/\/$/, '')}/#/alerts/${alert.id}`,
  };
}

/** The subject of a mail: one line, of the first alert, with how many more there are. */
export function subjectOf(message: Message): string {
  if (message.type === 'heads-up') return `Prodlens, the last day: ${openText(message.open.length)}`;
  const [first, ...rest] = message.events;
  const more = rest.length === 0 ? '' : ` and ${formatCount(rest.length)} more`;
  return `${message.isUpdate ? 'Update: ' : ''}${first!.what === 'closed' ? 'Closed: ' : ''}${first!.alert.title}${more}`;
}

/** How a channel writes text of which it is not known what it holds, and the links of an alert. */
export interface Style {
  text(of: string): string;
  links(of: Links): string[];
}

const PLAIN: Style = {
  text: (of) => of,
  links: ({ vscode, jetbrains, web }) => [vscode, jetbrains, web].filter((link) => link !== null),
};

/** One paragraph an alert, by default as plain text with an address a line. */
export function messageText(message: Message, style: Style = PLAIN): string {
  return message.type === 'alerts' ? alertsText(message, style) : style.text(headsUpText(message));
}

function alertsText({ group, events }: AlertsMessage, style: Style): string {
  const shown = events.slice(0, NAMED).map(({ what, alert, links }) => {
    const lines = [`[${WHAT[what]}] ${alert.title}`, evidenceText(alert)];
    const place = alert.place?.type === 'function' ? `${alert.place.file}:${alert.place.line}` : null;
    if (place !== null) lines.push(`At ${place}${causeText(alert)}`);
    lines.push(...explanation(alert));
    if (what !== 'closed') lines.push(alert.closesWhen);
    return [style.text(lines.join('\n')), ...style.links(links)].join('\n');
  });
  if (events.length > NAMED) shown.push(`And ${formatCount(events.length - NAMED)} more.`);
  return [style.text(group.title), ...shown].join('\n\n');
}

function causeText({ cause }: Alert): string {
  if (cause === null) return '';
  const share = cause.share === null ? '' : ` (${formatPercent(cause.share)} of it)`;
  if (cause.type === 'own-time') return `; the added time is its own${share}`;
  return cause.type === 'callee'
    ? `; the added time is spent in ${cause.name}, ${cause.file}:${cause.line}${share}`
    : `; thrown at ${cause.file}:${cause.line}`;
}

/** Before and after in words, with the unit of the measure and the interval of the change; of a rule, its threshold. */
export function evidenceText({ kind, evidence, deployment }: Alert): string {
  const { measure, before, after, change } = evidence;
  const show = (value: number) => formatMeasure(measure, value);
  if (kind === 'rule')
    return `${show(after.value)} (n = ${formatCount(after.calls)}), the threshold is ${show(before.value)}; ${evidence.detail}.`;
  const interval =
    change === null
      ? ''
      : `, ${change.ratio.toFixed(2)}× (${change.low.toFixed(2)} to ${change.high.toFixed(2)} at ${formatPercent(change.confidence)})`;
  const by = deployment === null || deployment.author === '' ? '' : ` Deployed by ${deployment.author}.`;
  const link = deployment === null || deployment.link === '' ? '' : ` ${deployment.link}`;
  const sides = `${show(before.value)} before (n = ${formatCount(before.calls)}), ${show(after.value)} since (n = ${formatCount(after.calls)})`;
  return `${sides}${interval}.${by}${link}`;
}

/** What the numbers do not say: where an endpoint's time went, what is thrown, which commits touched it. */
function explanation({ place, carriers = [], error, suspects = [], reached = [] }: Alert): string[] {
  const lines: string[] = [];
  if (place?.type === 'endpoint' && carriers.length > 0) {
    const parts = carriers.map(
      ({ name, file, line, addedNs, share, isNew }) =>
        `${name}, ${file}:${line} (${formatDuration(addedNs)} more in each request, ${formatPercent(Math.min(1, share))} of it${isNew ? ', not called before' : ''})`,
    );
    lines.push(`The added time is spent in ${parts.join('; ')}`);
  }
  if (error !== undefined) lines.push(`Throws ${error.type}`);
  if (reached.length > 0) {
    const more = reached.length > NAMED ? ` and ${formatCount(reached.length - NAMED)} more places` : '';
    lines.push(`Also seen in: ${reached.slice(0, NAMED).map(reachedText).join('; ')}${more}`);
  }
  for (const { revision, author, subject, link, file, function: name } of suspects) {
    const by = author === '' ? '' : ` by ${author}`;
    const said = subject === '' ? '' : ` “${subject}”`;
    lines.push(`Commit ${revision.slice(0, 10)}${by}${said} touched ${name ?? file}${link === '' ? '' : `: ${link}`}`);
  }
  return lines;
}

function reachedText({ place, title }: AlertReached): string {
  if (place === null) return title;
  return place.type === 'endpoint'
    ? `${place.method} ${place.route}`.trim()
    : `${place.name}, ${place.file}:${place.line}`;
}

function openText(count: number): string {
  return count === 0 ? 'no alert is open' : `${formatCount(count)} ${count === 1 ? 'alert is' : 'alerts are'} open`;
}

function headsUpText({ opened, closed, open, gone, slowest, failing, web }: HeadsUpMessage): string {
  const alerts = (count: number) => `${formatCount(count)} ${count === 1 ? 'alert' : 'alerts'}`;
  const lines = [
    `In the last 24 hours ${alerts(opened)} opened and ${formatCount(closed)} closed; ${openText(open.length)}.`,
  ];
  const list = (title: string, items: string[]) => {
    if (items.length > 0) lines.push(`${title}\n${items.map((item) => `- ${item}`).join('\n')}`);
  };
  const at = ({ file, line, service, environment }: FunctionStats) => `${file}:${line}, ${service} in ${environment}`;
  const shown = open.slice(0, NAMED).map((a) => {
    const place = a.place?.type === 'function' ? `${a.place.file}:${a.place.line}, ` : '';
    return `${a.title} (${place}${a.service} in ${a.environment})`;
  });
  if (open.length > NAMED) shown.push(`and ${formatCount(open.length - NAMED)} more`);
  list('Open, what costs most first:', shown);
  list(
    'No longer failing:',
    gone.map((a) => `${a.title} (${a.service} in ${a.environment})`),
  );
  list(
    'Most time is spent in these functions themselves:',
    slowest.map((f) => `${f.name} (${at(f)}): ${formatDuration(f.selfNs ?? 0)} in ${formatCount(f.calls)} calls`),
  );
  list(
    'These fail most often:',
    failing.map((f) => `${f.name} (${at(f)}): ${formatPercent(f.errorRate ?? 0)} of ${formatCount(f.calls)} calls`),
  );
  if (web !== null) lines.push(web);
  return lines.join('\n\n');
}
