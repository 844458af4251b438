// Tools about endpoints: what there is at all, and why one is slow.

import { type Alert, formatCount, formatPercent, formatRate } from '@prodlens/protocol';
import { type Static, Type } from 'typebox';
import { placesOf } from '../../alerts/life/one-cause.js';
import { integer, nullable, number, object, text } from '../../http/api/schema.js';
import type { EndpointChange } from '../../query/endpoints/endpoint-change.js';
import { defined, ENDPOINTS, endpointName, findEndpoint } from '../find.js';
import {
  about,
  aboutOf,
  aboutText,
  duration,
  environment,
  ms,
  msOf,
  ratio,
  rounded,
  service,
  window,
  windowOf,
} from '../shapes.js';
import { tool } from '../tool.js';

const endpoint = object({
  id: text,
  endpoint: text,
  service: text,
  environment: text,
  calls: integer,
  callsPerMinute: nullable(number),
  errors: integer,
  p50Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
});

export const overview = tool({
  name: 'overview',
  title: 'What runs, and what is wrong with it',
  description:
    'Services with their environments and current versions, their busiest endpoints, and the open alerts. The first call ' +
    'when you know nothing yet.',
  input: { service, environment, window },
  output: {
    about,
    services: Type.Array(
      object({
        service: text,
        environments: Type.Array(text),
        version: text,
        reportingInstances: integer,
        lastSeen: text,
      }),
    ),
    alerts: Type.Array(object({ id: text, severity: text, title: text, service: text, environment: text })),
    endpoints: Type.Array(endpoint),
  },
  most: { endpoints: 20 },
  more: 'With a service it is shorter; list_alerts has all alerts, find_functions all functions.',
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const where = defined({ service: input.service, environment: input.environment });
    const services = (await agent.query.services()).filter((s) => (input.service ?? s.service) === s.service);
    const { endpoints } = await agent.query.endpoints({ ...where, windowSeconds }, ENDPOINTS);
    const alerts = agent.alerts.desk.list({ ...where, state: 'open' });
    return {
      about: aboutOf(
        services.map((s) => ({ service: s.service, version: s.version })),
        window,
      ),
      services: services.map(({ service, environments, version, reportingInstances, lastSeenUnixMs }) => ({
        ...{ service, environments, version, reportingInstances },
        lastSeen: new Date(lastSeenUnixMs).toISOString(),
      })),
      alerts: alerts.map(({ id, severity, title, service, environment }) => ({
        id,
        severity,
        title,
        service,
        environment,
      })),
      endpoints: endpoints.map((e) => ({
        ...{ id: e.id, endpoint: endpointName(e), service: e.service, environment: e.environment, calls: e.calls },
        callsPerMinute: rounded(e.callsPerMinute),
        errors: e.errors,
        p50Ms: msOf(e.p50Ns),
        p95Ms: msOf(e.p95Ns),
        p99Ms: msOf(e.p99Ns),
      })),
    };
  },
  say: ({ services, alerts, endpoints }) =>
    [
      services.length === 0
        ? 'No service has reported yet: start one with PRODLENS_URL set to this collector and node --import @prodlens/sensor/register.'
        : 'Services:',
      ...services.map(
        (s) => `- ${s.service} ${s.version} in ${s.environments.join(', ')}: ${s.reportingInstances} instances report`,
      ),
      `Open alerts: ${alerts.length}`,
      ...alerts.map((a) => `- [${a.severity}] ${a.title} (${a.service}, ${a.environment}; ${a.id})`),
      ...(endpoints.length === 0 ? [] : ['Endpoints with most time:']),
      ...endpoints.map(
        (e) =>
          `- ${e.endpoint} in ${e.service}: ${formatCount(e.calls)} calls, p95 ${duration(e.p95Ms)}, ${e.errors} errors`,
      ),
    ].join('\n'),
});

const suspect = object({
  functionId: text,
  name: text,
  file: text,
  line: integer,
  why: text,
  addedMs: nullable(Type.Number({ description: 'More of its own time a request than in the version before' })),
  share: Type.Unsafe<number | null>({ type: ['number', 'null'], description: "Of the endpoint's added time" }),
  version: nullable(text),
  revision: nullable(Type.String({ description: 'The commit that was deployed' })),
  alertId: nullable(text),
});

export const explainEndpoint = tool({
  name: 'explain_endpoint',
  title: 'Why is this endpoint slow?',
  description:
    'One call answers why an endpoint, job or timer is slow: where the time of a request goes (own code, packages, ' +
    'database, other services, waiting), the functions with most own time, what changed since which deployment, and the ' +
    'suspects with file, line and commit.',
  input: {
    endpoint: Type.String({
      minLength: 1,
      description: 'GET /orders/:id, a path such as /orders/42, a queue, or an id',
    }),
    service,
    environment,
    window,
  },
  output: {
    about,
    endpoint,
    breakdown: object({ ownCode: ratio, packages: ratio, database: ratio, otherServices: ratio, waiting: ratio }),
    change: nullable(
      object({
        fromVersion: text,
        toVersion: text,
        toRevision: text,
        since: text,
        p95BeforeMs: ms,
        p95AfterMs: ms,
        p95Ratio: nullable(number),
        confidence: Type.String({ description: '95 % interval of the ratio, and calls on each side' }),
        addedMs: Type.Number({ description: 'A request, on average' }),
        addedDatabaseMs: number,
        addedOtherServicesMs: number,
      }),
    ),
    suspects: Type.Array(suspect),
    functions: Type.Array(
      object({
        id: text,
        name: text,
        file: text,
        line: integer,
        package: nullable(text),
        calls: integer,
        selfMs: ms,
        share: ratio,
      }),
    ),
    alerts: Type.Array(object({ id: text, state: text, title: text })),
  },
  list: 'functions',
  most: { functions: 15, suspects: 5 },
  more: 'function_behaviour has more about each function.',
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const found = await findEndpoint(input, agent, windowSeconds);
    const e = [...found].sort((a, b) => b.calls - a.calls)[0]!;
    const change = await agent.query.endpointChange(e.id, e.environment);
    const ids = new Set(e.functions.map(({ id }) => id));
    const { service, environment } = e;
    const alerts = alertsOfEndpoint(agent.alerts.desk.list({ service, environment }), e.id, ids);
    const total = e.totalNs ?? 0;
    const part = (ns: number) => (total > 0 ? rounded(ns / total) : null);
    const { breakdown: b } = e;
    return {
      about: aboutOf([{ ...e, ...(change && { version: change.to.version, revision: change.to.revision }) }], window),
      endpoint: {
        ...{ id: e.id, endpoint: endpointName(e), service: e.service, environment: e.environment },
        ...{ calls: e.calls, callsPerMinute: rounded(e.callsPerMinute), errors: e.errors },
        ...{ p50Ms: msOf(e.p50Ns), p95Ms: msOf(e.p95Ns), p99Ms: msOf(e.p99Ns) },
      },
      breakdown: {
        ...{ ownCode: part(b.ownNs), packages: part(b.packagesNs), database: part(b.databaseNs) },
        ...{ otherServices: part(b.outboundNs), waiting: part(b.waitingNs) },
      },
      change: change && changeOf(change),
      suspects: suspectsOf(e.functions, change, alerts),
      functions: e.functions.map(({ id, name, file, line, package: owner, calls, selfNs }) => ({
        ...{ id, name, file, line, package: owner, calls, selfMs: msOf(selfNs), share: part(selfNs) },
      })),
      alerts: alerts.map(({ id, state, title }) => ({ id, state, title })),
    };
  },
  say({ about, endpoint: e, breakdown: b, change, suspects, functions, alerts }) {
    const shares = [
      ['own code', b.ownCode],
      ['packages', b.packages],
      ['database', b.database],
      ['other services', b.otherServices],
      ['waiting', b.waiting],
    ] as const;
    const rate = e.callsPerMinute === null ? '' : ` (${formatRate(e.callsPerMinute)})`;
    return [
      `${e.endpoint}, ${aboutText(about)}: ${formatCount(e.calls)} calls${rate}, p50 ${duration(e.p50Ms)}, p95 ${duration(e.p95Ms)}, ${e.errors} errors.`,
      `Its time: ${shares.map(([name, share]) => `${name} ${share === null ? 'unknown' : formatPercent(share)}`).join(', ')}.`,
      change === null
        ? 'No earlier version served it, so nothing can be said of a change.'
        : `${change.toVersion} (${change.toRevision.slice(0, 12) || 'revision unknown'}) against ${change.fromVersion}: p95 ${duration(change.p95BeforeMs)} before, ${duration(change.p95AfterMs)} after; ${change.confidence}.`,
      ...(suspects.length === 0 ? [] : ['Suspects:']),
      ...suspects.map((s) => `- ${s.name} at ${s.file}:${s.line}: ${s.why}`),
      ...(functions.length === 0 ? [] : ['Most own time:']),
      ...functions.map(
        (f) => `- ${f.name} at ${f.file}:${f.line}: ${f.share === null ? duration(f.selfMs) : formatPercent(f.share)}`,
      ),
      ...alerts.map((a) => `Alert [${a.state}]: ${a.title} (${a.id})`),
    ].join('\n');
  },
});

/**
 * Those that are not over and are about the endpoint or one of its functions, or whose cause shows there: an endpoint's
 * own alert is part of that of the function behind it.
 */
export function alertsOfEndpoint(alerts: Alert[], endpointId: string, functionIds: ReadonlySet<string>): Alert[] {
  const isOfEndpoint = (place: Alert['place']) =>
    place !== null && (place.type === 'endpoint' ? place.endpointId === endpointId : functionIds.has(place.functionId));
  return alerts.filter((alert) => alert.state !== 'closed' && placesOf(alert).some(isOfEndpoint));
}

function changeOf({ from, to, p95Change, addedNs, addedDatabaseNs, addedOutboundNs }: EndpointChange) {
  return {
    ...{ fromVersion: from.version, toVersion: to.version, toRevision: to.revision },
    since: new Date(to.firstSeenUnixMs).toISOString(),
    ...{ p95BeforeMs: msOf(from.p95Ns), p95AfterMs: msOf(to.p95Ns) },
    p95Ratio: p95Change && rounded(p95Change.ratio),
    confidence:
      p95Change === null
        ? `too few calls to compare (n = ${from.calls} and ${to.calls})`
        : `p95 ratio ${p95Change.low.toFixed(2)} to ${p95Change.high.toFixed(2)} at 95 % (n = ${formatCount(from.calls)} and ${formatCount(to.calls)})`,
    addedMs: rounded(addedNs / 1e6),
    addedDatabaseMs: rounded(addedDatabaseNs / 1e6),
    addedOtherServicesMs: rounded(addedOutboundNs / 1e6),
  };
}

/** Of an endpoint's added time, what makes a function worth naming. */
const LEAST_SHARE = 0.1;
/** Of an endpoint's time, what makes one worth naming where nothing changed. */
const LEAST_PART = 0.2;

/** Those that alerts name, then those whose own time grew with the version, else those that take most of the time. */
function suspectsOf(
  functions: Array<{ id: string; name: string; file: string; line: number; selfNs: number; share: number | null }>,
  change: EndpointChange | null,
  alerts: Alert[],
) {
  const suspects = new Map<string, Static<typeof suspect>>();
  const grown = change?.grown.filter(({ share }) => share >= LEAST_SHARE) ?? [];
  for (const alert of alerts) {
    const at = alert.cause ?? (alert.place?.type === 'function' ? alert.place : null);
    if (at === null) continue;
    const growth = grown.find(({ id }) => id === at.functionId);
    suspects.set(at.functionId, {
      ...{ functionId: at.functionId, name: at.name, file: at.file, line: at.line, why: alert.title },
      ...{ addedMs: growth ? rounded(growth.addedNs / 1e6) : null, share: growth ? rounded(growth.share) : null },
      ...{
        version: alert.deployment?.version ?? null,
        revision: alert.deployment?.revision ?? null,
        alertId: alert.id,
      },
    });
  }
  for (const { id, name, file, line, addedNs, share } of grown) {
    if (suspects.has(id)) continue;
    const why =
      `its own time grew by ${duration(addedNs / 1e6)} a request since ${change!.to.version}, ` +
      `${formatPercent(Math.min(1, share))} of what the endpoint takes more`;
    suspects.set(id, {
      ...{ functionId: id, name, file, line, why, addedMs: rounded(addedNs / 1e6), share: rounded(share) },
      ...{ version: change!.to.version, revision: change!.to.revision, alertId: null },
    });
  }
  if (suspects.size === 0) {
    const all = functions.reduce((sum, f) => sum + f.selfNs, 0);
    for (const f of functions.filter(({ selfNs }) => selfNs >= LEAST_PART * all)) {
      const { id: functionId, name, file, line, selfNs } = f;
      const why = `nothing changed that explains it; ${formatPercent(selfNs / all)} of the measured time is its own`;
      const unknown = { addedMs: null, share: null, version: null, revision: null, alertId: null };
      suspects.set(functionId, { functionId, name, file, line, why, ...unknown });
    }
  }
  return [...suspects.values()];
}
