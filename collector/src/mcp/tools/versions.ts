// Tools that hold two versions of a service side by side: what changed, and whether a fix did what it was meant to.

import { type Alert, formatCount, formatPercent } from '@prodlens/protocol';
import { type Static, Type } from 'typebox';
import { ProdlensError } from '../../errors.js';
import { integer, name, nullable, number, object, oneOf, text } from '../../http/api/schema.js';
import { COMPARED_ORDERS, type ComparedFunction, countVerdicts, VERDICTS } from '../../query/deployments/compare.js';
import type { EndpointChange } from '../../query/endpoints/endpoint-change.js';
import { changeVerdict } from '../../query/quantile-interval.js';
import type { Agent } from '../agent.js';
import { defined, endpointName, findEndpoint, findFunction, findVersions, functionInput } from '../find.js';
import { about, aboutText, duration, environment, ms, msOf, rounded } from '../shapes.js';
import { tool } from '../tool.js';

const interval = nullable(
  object({
    ratio: Type.Number({ description: 'p95 after / p95 before: 1.38 is 38 % slower' }),
    low: number,
    high: Type.Number({ description: 'low to high is the 95 % confidence interval of the ratio' }),
  }),
);
const compared = object({
  ...{ id: text, name: text, file: nullable(text), line: nullable(integer) },
  ...{
    callsBefore: integer,
    callsAfter: integer,
    p50BeforeMs: ms,
    p50AfterMs: ms,
    p95BeforeMs: ms,
    p95AfterMs: ms,
    p95Change: interval,
  },
  ...{ errorsBefore: integer, errorsAfter: integer },
  verdict: oneOf(VERDICTS),
  alertIds: Type.Array(text),
});

function comparedOf({ id, name, file, line, before, after, p95Change: c, verdict, alertIds }: ComparedFunction) {
  return {
    ...{ id, name, file, line, callsBefore: before?.calls ?? 0, callsAfter: after?.calls ?? 0 },
    ...{ p50BeforeMs: msOf(before?.p50Ns), p50AfterMs: msOf(after?.p50Ns) },
    ...{ p95BeforeMs: msOf(before?.p95Ns), p95AfterMs: msOf(after?.p95Ns) },
    p95Change: c && { ratio: rounded(c.ratio), low: rounded(c.low), high: rounded(c.high) },
    ...{ errorsBefore: before?.errors ?? 0, errorsAfter: after?.errors ?? 0, verdict, alertIds },
  };
}

/** An endpoint, compared as a function is. */
function comparedEndpoint(
  e: { id: string; method: string; route: string },
  change: EndpointChange,
  alertIds: string[],
) {
  const { from, to, p95Change: c } = change;
  return {
    ...{ id: e.id, name: endpointName(e), file: null, line: null, callsBefore: from.calls, callsAfter: to.calls },
    ...{ p50BeforeMs: msOf(from.p50Ns), p50AfterMs: msOf(to.p50Ns) },
    ...{ p95BeforeMs: msOf(from.p95Ns), p95AfterMs: msOf(to.p95Ns) },
    p95Change: c && { ratio: rounded(c.ratio), low: rounded(c.low), high: rounded(c.high) },
    ...{ errorsBefore: from.errors, errorsAfter: to.errors, verdict: changeVerdict(c), alertIds },
  };
}

function comparedText(f: Static<typeof compared>): string {
  const change =
    f.p95Change === null ? '' : ` (${f.p95Change.ratio}×, 95 % interval ${f.p95Change.low} to ${f.p95Change.high})`;
  return (
    `${f.name}${f.file === null ? '' : ` at ${f.file}:${f.line}`}: ${f.verdict}; p95 ${duration(f.p95BeforeMs)} to ${duration(f.p95AfterMs)}${change}, ` +
    `errors ${f.errorsBefore} to ${f.errorsAfter}, n = ${formatCount(f.callsBefore)} and ${formatCount(f.callsAfter)}`
  );
}

const DAY_SECONDS = 86_400;
const SIDES = 'Each version over the last hour in which it ran. The interval takes calls as independent of each other.';

async function compare(
  input: { service: string; environment?: string | undefined; from?: string | undefined; to?: string | undefined },
  order: (typeof COMPARED_ORDERS)[number],
  agent: Agent,
) {
  const { from, to, environment, deployment } = await findVersions(input, agent);
  const alerts = agent.alerts.desk
    .list({ service: input.service, parts: true })
    .filter(({ state }) => state !== 'closed');
  const filter = { environment, service: input.service, from, to };
  const functions = await agent.query.compare(filter, order, alerts);
  return { from, to, deployment, functions };
}

export const compareDeployments = tool({
  name: 'compare_deployments',
  title: 'What a deployment changed',
  description:
    'Two versions of a service side by side, function by function: slower, faster, failing, new, gone. Without versions ' +
    'the current one against the one before it.',
  input: {
    service: name,
    environment,
    from: Type.Optional(Type.String({ description: 'Version before; default: the one before `to`' })),
    to: Type.Optional(Type.String({ description: 'Version after; default: the current one' })),
    order: oneOf(COMPARED_ORDERS, { default: 'slower' }),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 15 }),
  },
  output: {
    about,
    from: text,
    to: text,
    since: text,
    author: text,
    link: text,
    counts: object({ slower: integer, faster: integer, new: integer, gone: integer, compared: integer }),
    functions: Type.Array(compared),
  },
  async run(input, agent) {
    const { from, to, deployment, functions } = await compare(input, input.order, agent);
    const all = functions.map(comparedOf);
    const { slower, faster, new: added, gone } = countVerdicts(functions);
    const { service, environment, version, revision, firstSeenUnixMs, author, link } = deployment;
    return {
      about: {
        ...{ service, environment, version, revision, window: null },
        ...{ n: all.reduce((sum, f) => sum + f.callsBefore + f.callsAfter, 0), confidence: SIDES },
      },
      ...{ from, to, since: new Date(firstSeenUnixMs).toISOString(), author, link },
      counts: { slower, faster, new: added, gone, compared: all.length },
      functions: all,
    };
  },
  say: ({ about, from, to, since, author, counts, functions }) =>
    [
      `${aboutText(about)}: ${to} (since ${since}${author && `, by ${author}`}) against ${from}: ${counts.slower} functions slower, ` +
        `${counts.faster} faster, ${counts.new} new, ${counts.gone} gone, of ${counts.compared}.`,
      ...functions.map((f) => `- ${comparedText(f)}`),
    ].join('\n'),
});

export const verifyFix = tool({
  name: 'verify_fix',
  title: 'Did my change do what it was meant to?',
  description:
    'What a deployed version did to one function or endpoint, or to that of an alert: p95 before and after with its confidence ' +
    'interval, errors, calls, and whether the alert has closed. Take it after the fix was deployed.',
  input: {
    alert: Type.Optional(Type.String({ description: 'Id of the alert that was fixed; then nothing else is needed' })),
    ...functionInput,
    endpoint: Type.Optional(Type.String({ description: 'Instead of a function: GET /orders/:id, or its id' })),
    from: Type.Optional(Type.String({ description: 'Version with the fault; default: the one before `to`' })),
    to: Type.Optional(Type.String({ description: 'Version with the fix; default: the current one' })),
  },
  output: {
    about,
    from: text,
    to: text,
    function: nullable(compared),
    endpoint: nullable(compared),
    sentence: text,
    alert: nullable(object({ id: text, state: text, closesWhen: text })),
  },
  async run(input, agent) {
    const alert = input.alert === undefined ? null : agent.alerts.desk.get(input.alert);
    const { found, about, ...versions } = await verified(alert, input, agent);
    const { from, to } = versions;
    return {
      about: { ...about, window: null, n: found.callsBefore + found.callsAfter, confidence: SIDES },
      ...{ from, to, function: found.file === null ? null : found, endpoint: found.file === null ? found : null },
      sentence: sentenceOf(found, from, to),
      alert: alert && { id: alert.id, state: alert.state, closesWhen: alert.closesWhen },
    };
  },
  say: ({ function: f, endpoint: e, sentence, alert }) =>
    [
      sentence,
      comparedText((f ?? e)!),
      ...(alert === null ? [] : [`The alert is ${alert.state}. ${alert.closesWhen}`]),
    ].join('\n'),
});

interface Fix {
  function?: string | undefined;
  id?: string | undefined;
  file?: string | undefined;
  endpoint?: string | undefined;
  service?: string | undefined;
  environment?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** The function or endpoint that was to be mended, in two versions. */
async function verified(alert: Alert | null, input: Fix, agent: Agent) {
  const place = alert?.place ?? null;
  if (
    alert !== null &&
    place === null &&
    [input.id, input.function, input.endpoint].every((one) => one === undefined)
  ) {
    throw new ProdlensError(
      'PRODLENS_ERR_FUNCTION_UNKNOWN',
      'This alert is about neither a function nor an endpoint: name the one to look at',
    );
  }
  const endpoint = place?.type === 'endpoint' ? place.endpointId : place === null ? input.endpoint : undefined;
  const environment = place === null ? input.environment : alert!.environment;
  if (endpoint !== undefined) return verifiedEndpoint({ ...input, endpoint, environment }, agent);
  const named = place?.type === 'function' ? { id: place.functionId, environment } : input;
  const [f] = await findFunction(named, agent, DAY_SECONDS);
  const where = { service: f!.service, environment: f!.environment, ...defined({ from: input.from, to: input.to }) };
  const { from, to, deployment, functions } = await compare(where, 'slower', agent);
  const one = functions.find(({ id }) => id === f!.id);
  if (one === undefined) {
    throw new ProdlensError(
      'PRODLENS_ERR_FUNCTION_UNKNOWN',
      `${f!.name} ran neither in ${from} nor in ${to}: wait until it has been called, or compare other versions`,
    );
  }
  const { service, revision } = { service: f!.service, revision: deployment.revision };
  return { from, to, about: { service, environment: f!.environment, version: to, revision }, found: comparedOf(one) };
}

async function verifiedEndpoint(input: Fix & { endpoint: string }, agent: Agent) {
  const [e] = (await findEndpoint(input, agent, DAY_SECONDS)).sort((a, b) => b.calls - a.calls);
  const change = await agent.query.endpointChange(e!.id, e!.environment, defined({ from: input.from, to: input.to }));
  if (change === null) {
    throw new ProdlensError(
      'PRODLENS_ERR_VERSION_UNKNOWN',
      `${endpointName(e!)} was not served by two versions that could be compared: wait until it has been called, or name others`,
    );
  }
  const { version, revision } = change.to;
  const alerts = agent.alerts.desk.list({ service: e!.service, parts: true }).filter(({ state }) => state !== 'closed');
  const own = alerts.filter(({ place }) => place?.type === 'endpoint' && place.endpointId === e!.id);
  return {
    ...{ from: change.from.version, to: version },
    about: { service: e!.service, environment: e!.environment, version, revision },
    found: comparedEndpoint(
      e!,
      change,
      own.map(({ id }) => id),
    ),
  };
}

function sentenceOf(f: Static<typeof compared>, from: string, to: string): string {
  if (f.verdict === 'new') return `${f.name} is new in ${to}: there is nothing to compare it with.`;
  if (f.verdict === 'gone') return `${to} no longer has ${f.name}.`;
  if (f.p95Change === null) {
    return `Too few timed calls to judge ${f.name}: n = ${f.callsBefore} in ${from} and ${f.callsAfter} in ${to}; wait for more calls.`;
  }
  const { ratio, low, high } = f.p95Change;
  const percent = (r: number) => `${r >= 1 ? '+' : '-'}${Math.abs((r - 1) * 100).toFixed(0)} %`;
  const small = low > 1 || high < 1 ? 'the change is too small to matter' : 'no change can be told from chance';
  const sure = f.verdict === 'no change seen' ? small : `it is ${f.verdict}`;
  const failed = (errors: number, calls: number) => formatPercent(calls === 0 ? 0 : Math.min(1, errors / calls));
  const errors =
    f.errorsBefore + f.errorsAfter === 0
      ? ''
      : ` It failed in ${failed(f.errorsBefore, f.callsBefore)} of its calls before, in ${failed(f.errorsAfter, f.callsAfter)} since.`;
  return (
    `${to} changed p95 of ${f.name} by ${percent(ratio)} (95 % interval ${percent(low)} to ${percent(high)}, ` +
    `n = ${formatCount(f.callsBefore)} and ${formatCount(f.callsAfter)}): ${sure}.${errors}`
  );
}
