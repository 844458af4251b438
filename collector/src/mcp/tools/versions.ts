// Tools that hold two versions of a service side by side: what changed, and whether a fix did what it was meant to.

import { formatCount, formatPercent } from '@prodlens/protocol';
import { Type } from 'typebox';
import { ProdlensError } from '../../errors.js';
import { integer, name, nullable, number, object, oneOf, text } from '../../http/schema.js';
import { COMPARED_ORDERS, type ComparedFunction } from '../../query/compare.js';
import type { Agent } from '../agent.js';
import { defined, findFunction, findVersions, functionInput } from '../find.js';
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
  ...{ id: text, name: text, file: text, line: integer, callsBefore: integer, callsAfter: integer },
  ...{ p50BeforeMs: ms, p50AfterMs: ms, p95BeforeMs: ms, p95AfterMs: ms, p95Change: interval },
  ...{ errorsBefore: integer, errorsAfter: integer },
  verdict: oneOf(['slower', 'faster', 'no change seen', 'new', 'gone', 'too few calls'] as const),
  alertIds: Type.Array(text),
});

/** Below this a difference is not worth a word, however sure it is. */
const NEGLIGIBLE = 1.05;

function comparedOf({ id, name, file, line, before, after, p95Change: c, alertIds }: ComparedFunction) {
  const verdict =
    before === null
      ? ('new' as const)
      : after === null
        ? ('gone' as const)
        : c === null
          ? ('too few calls' as const)
          : c.low > 1 && c.ratio >= NEGLIGIBLE
            ? ('slower' as const)
            : c.high < 1 && c.ratio <= 1 / NEGLIGIBLE
              ? ('faster' as const)
              : ('no change seen' as const);
  return {
    ...{ id, name, file, line, callsBefore: before?.calls ?? 0, callsAfter: after?.calls ?? 0 },
    ...{ p50BeforeMs: msOf(before?.p50Ns), p50AfterMs: msOf(after?.p50Ns) },
    ...{ p95BeforeMs: msOf(before?.p95Ns), p95AfterMs: msOf(after?.p95Ns) },
    p95Change: c && { ratio: rounded(c.ratio), low: rounded(c.low), high: rounded(c.high) },
    ...{ errorsBefore: before?.errors ?? 0, errorsAfter: after?.errors ?? 0, verdict, alertIds },
  };
}

function comparedText(f: ReturnType<typeof comparedOf>): string {
  const change =
    f.p95Change === null ? '' : ` (${f.p95Change.ratio}×, 95 % interval ${f.p95Change.low} to ${f.p95Change.high})`;
  return (
    `${f.name} at ${f.file}:${f.line}: ${f.verdict}; p95 ${duration(f.p95BeforeMs)} to ${duration(f.p95AfterMs)}${change}, ` +
    `errors ${f.errorsBefore} to ${f.errorsAfter}, n = ${formatCount(f.callsBefore)} and ${formatCount(f.callsAfter)}`
  );
}

const SIDES = 'Each version over the last hour in which it ran. The interval takes calls as independent of each other.';

async function compare(
  input: { service: string; environment?: string | undefined; from?: string | undefined; to?: string | undefined },
  order: (typeof COMPARED_ORDERS)[number],
  agent: Agent,
) {
  const { from, to, environment, deployment } = await findVersions(input, agent);
  const alerts = agent.alerts.desk.list({ service: input.service }).filter(({ state }) => state !== 'closed');
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
    const count = (verdict: string) => all.filter((f) => f.verdict === verdict).length;
    const { service, environment, version, revision, firstSeenUnixMs, author, link } = deployment;
    return {
      about: {
        ...{ service, environment, version, revision, window: null },
        ...{ n: all.reduce((sum, f) => sum + f.callsBefore + f.callsAfter, 0), confidence: SIDES },
      },
      ...{ from, to, since: new Date(firstSeenUnixMs).toISOString(), author, link },
      counts: {
        ...{ slower: count('slower'), faster: count('faster'), new: count('new'), gone: count('gone') },
        compared: all.length,
      },
      functions: all.slice(0, input.limit),
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
    'What a deployed version did to one function, or to the function of an alert: p95 before and after with its confidence ' +
    'interval, errors, calls, and whether the alert has closed. Take it after the fix was deployed.',
  input: {
    alert: Type.Optional(Type.String({ description: 'Id of the alert that was fixed; then no function is needed' })),
    ...functionInput,
    from: Type.Optional(Type.String({ description: 'Version with the fault; default: the one before `to`' })),
    to: Type.Optional(Type.String({ description: 'Version with the fix; default: the current one' })),
  },
  output: {
    about,
    from: text,
    to: text,
    function: compared,
    sentence: text,
    alert: nullable(object({ id: text, state: text, closesWhen: text })),
  },
  async run(input, agent) {
    const alert = input.alert === undefined ? null : agent.alerts.desk.get(input.alert);
    const place = alert?.place?.type === 'function' ? alert.place : null;
    if (alert !== null && place === null && input.id === undefined && input.function === undefined) {
      throw new ProdlensError(
        'PRODLENS_ERR_FUNCTION_UNKNOWN',
        'This alert is not about one function: name the function to look at',
      );
    }
    const named = alert && place ? { id: place.functionId, environment: alert.environment } : input;
    const [f] = await findFunction(named, agent, 86_400);
    const where = { service: f!.service, environment: f!.environment, ...defined({ from: input.from, to: input.to }) };
    const { from, to, deployment, functions } = await compare(where, 'slower', agent);
    const found = functions.find(({ id }) => id === f!.id);
    if (found === undefined) {
      throw new ProdlensError(
        'PRODLENS_ERR_FUNCTION_UNKNOWN',
        `${f!.name} ran neither in ${from} nor in ${to}: wait until it has been called, or compare other versions`,
      );
    }
    const one = comparedOf(found);
    return {
      about: {
        ...{
          service: f!.service,
          environment: f!.environment,
          version: to,
          revision: deployment.revision,
          window: null,
        },
        ...{ n: one.callsBefore + one.callsAfter, confidence: SIDES },
      },
      ...{ from, to, function: one, sentence: sentenceOf(one, from, to) },
      alert: alert && { id: alert.id, state: alert.state, closesWhen: alert.closesWhen },
    };
  },
  say: ({ function: f, sentence, alert }) =>
    [sentence, comparedText(f), ...(alert === null ? [] : [`The alert is ${alert.state}. ${alert.closesWhen}`])].join(
      '\n',
    ),
});

function sentenceOf(f: ReturnType<typeof comparedOf>, from: string, to: string): string {
  if (f.p95Change === null) {
    return `Too few timed calls to judge ${f.name}: n = ${f.callsBefore} in ${from} and ${f.callsAfter} in ${to}; wait for more calls.`;
  }
  const { ratio, low, high } = f.p95Change;
  const percent = (r: number) => `${r >= 1 ? '+' : '-'}${Math.abs((r - 1) * 100).toFixed(0)} %`;
  const sure = f.verdict === 'no change seen' ? 'no change can be told from chance' : `it is ${f.verdict}`;
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
