// Tools about alerts: what is wrong, with the evidence; and, for who may, what people do with an alert.

import type { Alert } from '@prodlens/protocol';
import { ALERT_KINDS, ALERT_STATES } from '@prodlens/protocol';
import { Type } from 'typebox';
import type { PersonalAct } from '../../alerts/life/alert-life.js';
import { headsUp } from '../../alerts/telling/heads-up.js';
import { evidenceText } from '../../alerts/telling/messages.js';
import { integer, nullable, object, oneOf, text } from '../../http/api/schema.js';
import { defined } from '../find.js';
import {
  about,
  aboutOf,
  aboutText,
  EXACT_COUNTS,
  environment,
  functionNumbers,
  functionNumbersOf,
  functionText,
  service,
} from '../shapes.js';
import { tool } from '../tool.js';

const brief = object({
  ...{ id: text, kind: text, severity: text, state: text, title: text, service: text, environment: text },
  where: nullable(Type.String({ description: 'file:line of the function, or the endpoint' })),
  since: text,
  version: nullable(text),
  evidence: text,
  reached: Type.Array(text, { description: 'Where else the same cause shows: callers, endpoints' }),
});

function where({ place }: Pick<Alert, 'place'>): string | null {
  if (place === null) return null;
  return place.type === 'function'
    ? `${place.name} at ${place.file}:${place.line}`
    : `${place.method} ${place.route}`.trim();
}

function briefOf(alert: Alert) {
  const { id, kind, severity, state, title, service, environment, sinceUnixMs, deployment } = alert;
  return {
    ...{ id, kind, severity, state, title, service, environment, where: where(alert) },
    since: iso(sinceUnixMs),
    version: deployment?.version ?? null,
    evidence: evidenceText(alert),
    reached: (alert.reached ?? []).map((one) => where(one) ?? one.title),
  };
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

const REACHED_NAMED = 3;
const INTERVALS = 'The evidence of each alert names its own interval and how many calls it rests on.';

function aboutAlerts(alerts: Alert[]) {
  const placed = alerts.map((a) => ({
    ...{ service: a.service, environment: a.environment },
    ...{ version: a.deployment?.version ?? '', revision: a.deployment?.revision ?? '' },
    calls: a.evidence.before.calls + a.evidence.after.calls,
  }));
  return aboutOf(placed, null, INTERVALS);
}

export const listAlerts = tool({
  name: 'list_alerts',
  title: 'What is wrong in production',
  description:
    'Alerts: slower functions and endpoints, new errors, outliers, processor burners; those that cost most first.',
  input: {
    service,
    environment,
    state: oneOf([...ALERT_STATES, 'any'] as const, { default: 'open' }),
    kind: Type.Optional(oneOf(ALERT_KINDS)),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 10 }),
  },
  output: { about, alerts: Type.Array(brief), found: integer },
  async run(input, agent) {
    const filter = {
      ...defined({ service: input.service, environment: input.environment }),
      ...(input.state !== 'any' && { state: input.state }),
    };
    const found = agent.alerts.desk.list(filter).filter(({ kind }) => (input.kind ?? kind) === kind);
    return { about: aboutAlerts(found), alerts: found.map(briefOf), found: found.length };
  },
  say: ({ alerts, found }) =>
    found === 0
      ? 'No such alert. Nothing is known to be wrong; state "any" shows those that have closed too.'
      : [
          `${alerts.length} of ${found} alerts:`,
          ...alerts.map(
            (a) =>
              `- [${a.severity}, ${a.state}] ${a.title}; ${a.where ?? a.service}; ${a.evidence}${reachedText(a.reached)} (${a.id})`,
          ),
        ].join('\n'),
});

/** The first few of them. */
function reachedText(reached: string[]): string {
  if (reached.length === 0) return '';
  const more = reached.length > REACHED_NAMED ? ` and ${reached.length - REACHED_NAMED} more` : '';
  return `; also seen in ${reached.slice(0, REACHED_NAMED).join(', ')}${more}`;
}

export const getAlert = tool({
  name: 'get_alert',
  title: 'One alert with its evidence',
  description:
    'What, where (function, line; the throwing line or the callee that takes the time), since when, which deployment, how sure, and when it closes.',
  input: { id: Type.String({ minLength: 1 }) },
  output: {
    about,
    alert: brief,
    function: nullable(functionNumbers),
    cause: nullable(
      object({
        type: text,
        name: text,
        file: text,
        line: integer,
        share: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
      }),
    ),
    deployment: nullable(
      object({ version: text, revision: text, previousVersion: text, startedAt: text, author: text, link: text }),
    ),
    partOf: nullable(Type.String({ description: 'Id of the alert that tells of its cause' })),
    detector: text,
    closesWhen: text,
    silence: nullable(text),
    history: Type.Array(object({ at: text, what: text, by: text, text })),
  },
  async run({ id }, agent) {
    const alert = agent.alerts.desk.get(id);
    const { place, cause, deployment: d, silence, evidence } = alert;
    const stats =
      place?.type === 'function'
        ? (await agent.query.functions({ id: place.functionId, windowSeconds: 3_600 })).functions.find(
            (f) => f.environment === alert.environment,
          )
        : undefined;
    return {
      about: aboutAlerts([alert]),
      alert: briefOf(alert),
      function: stats === undefined ? null : functionNumbersOf(stats),
      cause: cause && { type: cause.type, name: cause.name, file: cause.file, line: cause.line, share: cause.share },
      deployment: d && {
        ...{ version: d.version, revision: d.revision, previousVersion: d.previousVersion },
        ...{ startedAt: iso(d.startedUnixMs), author: d.author, link: d.link },
      },
      partOf: alert.partOf ?? null,
      detector: `${evidence.detector}: ${evidence.detail}`,
      closesWhen: alert.closesWhen,
      silence: silence && `${alert.state} by ${silence.by || 'somebody'}: ${silence.reason}`,
      history: [...alert.history]
        .reverse()
        .map(({ atUnixMs, type, by, text }) => ({ at: iso(atUnixMs), what: type, by, text })),
    };
  },
  say: ({ alert, cause, partOf, deployment, detector, closesWhen, silence, history }) =>
    [
      `[${alert.severity}, ${alert.state}] ${alert.title}`,
      ...(alert.where === null
        ? []
        : [`At ${alert.where}, in ${alert.service}, ${alert.environment}, since ${alert.since}.`]),
      alert.evidence,
      ...(cause === null ? [] : [`Look first at ${cause.name}, ${cause.file}:${cause.line} (${cause.type}).`]),
      ...(deployment === null
        ? ['It began without a deployment.']
        : [
            `Began with ${deployment.version} (revision ${deployment.revision || 'unknown'}), after ${deployment.previousVersion}.`,
          ]),
      ...(alert.reached.length === 0 ? [] : [`Also seen in ${alert.reached.join(', ')}.`]),
      ...(partOf === null ? [] : [`Part of the alert ${partOf}, which tells of its cause.`]),
      `Found by ${detector}.`,
      closesWhen,
      ...(silence === null ? [] : [silence]),
      ...history.slice(0, 5).map((h) => `- ${h.at} ${h.what}${h.by && ` by ${h.by}`}${h.text && `: ${h.text}`}`),
    ].join('\n'),
});

export const dailyHeadsUp = tool({
  name: 'heads_up',
  title: "The day's report",
  description:
    'What opened and closed within a day, what is open, what was mended, and the quick wins: where most time goes and what fails most.',
  input: {},
  output: {
    about,
    opened: integer,
    closed: integer,
    open: Type.Array(brief),
    mended: Type.Array(text),
    mostOwnTime: Type.Array(functionNumbers),
    mostFailing: Type.Array(functionNumbers),
  },
  async run(_input, agent) {
    const { opened, closed, open, gone, slowest, failing } = await headsUp(
      agent.query,
      agent.alerts.desk,
      agent.alerts.now(),
    );
    return {
      about: aboutOf([...slowest, ...failing], '1d', EXACT_COUNTS),
      ...{ opened, closed, open: open.map(briefOf), mended: gone.map(({ title }) => title) },
      mostOwnTime: slowest.map(functionNumbersOf),
      mostFailing: failing.map(functionNumbersOf),
    };
  },
  say: ({ about, opened, closed, open, mended, mostOwnTime, mostFailing }) =>
    [
      `${aboutText(about)}: ${opened} alerts opened, ${closed} closed, ${open.length} are open.`,
      ...open.map((a) => `- ${a.title}; ${a.evidence} (${a.id})`),
      ...(mended.length === 0 ? [] : [`Mended: ${mended.join('; ')}`]),
      ...(mostOwnTime.length === 0 ? [] : ['Most own time:', ...mostOwnTime.map((f) => `- ${functionText(f)}`)]),
      ...(mostFailing.length === 0 ? [] : ['Fails most:', ...mostFailing.map((f) => `- ${functionText(f)}`)]),
    ].join('\n'),
});

const words = Type.String({ minLength: 1, maxLength: 4_096 });
const silencing = {
  id: Type.String({ minLength: 1, description: 'Id of the alert' }),
  reason: Type.String({ minLength: 1, maxLength: 4_096, description: 'Why, for the people who will read it' }),
  hours: Type.Optional(
    Type.Number({
      minimum: 0.1,
      maximum: 24 * 365,
      description: 'For how long; without it until somebody says otherwise',
    }),
  ),
};

function acting<I extends Parameters<typeof tool>[0]['input']>(
  named: { name: string; verb: string; title: string; description: string },
  input: I,
  act: (input: Record<string, unknown>, nowUnixMs: number) => PersonalAct,
) {
  const { name, verb, title, description } = named;
  return tool({
    ...{ name, title, description, input, output: { about, alert: brief }, scope: 'alerts', writes: true },
    async run(input, agent) {
      const { id, ...rest } = input as unknown as { id: string } & Record<string, unknown>;
      agent.audit({ act: `alert.${verb}`, target: { id } });
      const alert = agent.alerts.desk.act(id, act(rest, agent.alerts.now()), agent.token?.name ?? 'an agent');
      return { about: aboutAlerts([alert]), alert: briefOf(alert) };
    },
    say: ({ alert }) => `The alert is ${alert.state}: ${alert.title}`,
  });
}

function silenced(type: 'muted' | 'expected') {
  return ({ hours, reason }: Record<string, unknown>, nowUnixMs: number): PersonalAct => ({
    type,
    untilUnixMs: hours === undefined ? null : nowUnixMs + (hours as number) * 3_600_000,
    reason: reason as string,
  });
}

export const muteAlert = acting(
  {
    name: 'mute_alert',
    verb: 'mute',
    title: 'Mute an alert',
    description: 'Tell nobody of this alert any more. Only when the user asked for it.',
  },
  silencing,
  silenced('muted'),
);
export const markExpected = acting(
  {
    name: 'mark_alert_expected',
    verb: 'expected',
    title: 'Mark an alert as expected',
    description: 'Say that the change was meant. Only when the user asked for it.',
  },
  silencing,
  silenced('expected'),
);
export const commentOnAlert = acting(
  {
    name: 'comment_on_alert',
    verb: 'comment',
    title: 'Comment on an alert',
    description: 'Add a remark to an alert, such as what was found or which change fixes it.',
  },
  { id: silencing.id, text: words },
  (input) => ({ type: 'commented', text: input.text as string }),
);
