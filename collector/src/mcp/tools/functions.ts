// Tools about functions: find some, know one, follow who calls whom.

import { type FunctionCall, type FunctionStats, formatCount, formatPercent } from '@prodlens/protocol';
import { type Static, Type } from 'typebox';
import { integer, nullable, object, oneOf, text } from '../../http/api/schema.js';
import type { SortKey } from '../../query/functions/function-stats.js';
import type { Agent } from '../agent.js';
import { defined, endpointName, filesLike, findEndpoint, findFunction, functionInput } from '../find.js';
import {
  about,
  aboutOf,
  aboutText,
  dayWindow,
  duration,
  environment,
  functionNumbers,
  functionNumbersOf,
  functionText,
  ms,
  msOf,
  ratio,
  rounded,
  service,
  window,
  windowOf,
} from '../shapes.js';
import { tool } from '../tool.js';

const ORDERS = [
  'slowest',
  'most time',
  'most own time',
  'most failing',
  'most processor time',
  'most called',
  'most changed',
] as const;
/** Of all functions, those that are looked at for a change; those with alerts come beside them. */
const COUNTED = 1_000;
const SORT: Record<Exclude<(typeof ORDERS)[number], 'most changed'>, SortKey> = {
  slowest: 'p95Ns',
  'most time': 'totalNs',
  'most own time': 'selfNs',
  'most failing': 'errors',
  'most processor time': 'cpuNs',
  'most called': 'calls',
};

export const findFunctions = tool({
  name: 'find_functions',
  title: 'Find functions by name, file, endpoint or behaviour',
  description:
    'Functions with their production numbers: all of them, or those of a file, of an endpoint, or with a part of a name; ' +
    'the slowest, the most failing or the most changed first. Start here when you do not know the function yet.',
  input: {
    text: Type.Optional(Type.String({ minLength: 1, description: 'A part of the name' })),
    file: Type.Optional(Type.String({ description: 'A path in the repository, or its end' })),
    endpoint: Type.Optional(Type.String({ description: 'GET /orders/:id, or its id: functions that ran in it' })),
    service,
    environment,
    order: oneOf(ORDERS, { default: 'most time' }),
    window,
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 10 }),
  },
  output: {
    about,
    functions: Type.Array(functionNumbers),
    found: Type.Integer({ description: 'How many fit, whatever the page' }),
  },
  count: ({ found }) => found,
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const { functions, found } = await foundFunctions(input, agent, windowSeconds);
    return { about: aboutOf(functions, window), functions: functions.map(functionNumbersOf), found };
  },
  say: ({ about, functions, found }) =>
    functions.length === 0 && found === 0
      ? `No function fits in ${aboutText(about)}. A longer window, another name, or overview for what reports may help.`
      : [
          `${functions.length} of ${found} functions, ${aboutText(about)}:`,
          ...functions.map((f) => `- ${functionText(f)}${about.service === null ? ` in ${f.service}` : ''} [${f.id}]`),
        ].join('\n'),
});

interface Asked {
  text?: string | undefined;
  file?: string | undefined;
  endpoint?: string | undefined;
  service?: string | undefined;
  environment?: string | undefined;
  order: (typeof ORDERS)[number];
  offset: number;
  limit: number;
}

/** A page of them, and how many there are. */
async function foundFunctions(input: Asked, agent: Agent, windowSeconds: number) {
  const filter = { ...defined({ service: input.service, environment: input.environment }), windowSeconds };
  const page = { offset: input.offset, limit: input.limit };
  const sort = input.order === 'most changed' ? 'totalNs' : SORT[input.order];
  const isListed = input.file !== undefined || input.endpoint !== undefined;
  if (!isListed && input.order !== 'most changed') {
    const of = { ...filter, ...(input.text !== undefined && { text: input.text }) };
    const { functions, count } = await agent.views.functionPage(of, { sort, ...page });
    return { functions, found: count };
  }
  const fitting = isListed ? await listed(input, filter, agent, sort) : await changed(filter, agent);
  const named = fitting.filter(({ name }) => name.toLowerCase().includes(input.text?.toLowerCase() ?? ''));
  if (input.order === 'most changed') named.sort((a, b) => slowdown(b) - slowdown(a));
  const all = isListed ? named : named.filter(({ regression }) => regression !== null);
  return { functions: all.slice(page.offset, page.offset + page.limit), found: all.length };
}

function slowdown({ regression }: FunctionStats): number {
  return regression?.slowdown ?? 0;
}

interface Where {
  windowSeconds: number;
  service?: string;
  environment?: string;
}

/** Those of a file, with and without calls, or those that ran in an endpoint, or of both. */
async function listed(input: Asked, filter: Where, agent: Agent, sort: SortKey): Promise<FunctionStats[]> {
  const inFile = input.file === undefined ? null : await filesLike(input.file, agent, input.service);
  const ran =
    input.endpoint === undefined ? null : await ofEndpoint({ ...input, endpoint: input.endpoint }, agent, filter);
  const files = [...new Set((inFile ?? ran!).map(({ file }) => file))];
  if (files.length === 0) return [];
  const { functions } = await agent.query.functions({ ...filter, files }, { sort });
  const places = inFile && new Set(inFile.map(({ service, file }) => `${service} ${file}`));
  const ids = ran && new Set(ran.map(({ id }) => id));
  return functions.filter(
    ({ id, service, file }) => (places?.has(`${service} ${file}`) ?? true) && (ids?.has(id) ?? true),
  );
}

async function ofEndpoint(of: Asked & { endpoint: string }, agent: Agent, { windowSeconds }: Where) {
  const { endpoint, service, environment } = of;
  return (await findEndpoint({ endpoint, service, environment }, agent, windowSeconds)).flatMap((e) => e.functions);
}

/** Among those with most time, and all that an open alert is about. */
async function changed({ windowSeconds, ...where }: Where, agent: Agent): Promise<FunctionStats[]> {
  const { functions } = await agent.query.functions({ ...where, windowSeconds }, { sort: 'totalNs', limit: COUNTED });
  const ids = new Set(
    agent.alerts.desk
      .list({ ...where, state: 'open' })
      .flatMap(({ place }) => (place?.type === 'function' ? [place.functionId] : [])),
  );
  for (const { id } of functions) ids.delete(id);
  for (const id of ids) functions.push(...(await agent.query.functions({ id, windowSeconds })).functions);
  return functions;
}

const call = object({ id: text, name: text, file: text, line: integer, calls: integer, totalMs: ms, share: ratio });

function callOf({ id, name, file, line, calls, totalNs, share }: FunctionCall): Static<typeof call> {
  return { id, name, file, line, calls, totalMs: msOf(totalNs), share: rounded(share) };
}

function callText({ name, file, line, calls, totalMs, share }: Static<typeof call>): string {
  const part = share === null ? '' : ` (${formatPercent(share)} of its time)`;
  return `- ${name} at ${file}:${line}: ${formatCount(calls)} calls, ${duration(totalMs)}${part}`;
}

export const functionBehaviour = tool({
  name: 'function_behaviour',
  title: 'How one function behaves in production',
  description:
    'Everything about one function: percentiles, errors, own time, callers, callees, endpoints that reach it, what each ' +
    'version did, and the alerts about it. Take it before you change a function, or to answer "is this slow, since when".',
  input: { ...functionInput, window: dayWindow },
  list: 'callees',
  output: {
    about,
    functions: Type.Array(functionNumbers),
    callers: Type.Array(call),
    callees: Type.Array(call),
    endpoints: Type.Array(object({ id: text, endpoint: text, calls: integer, totalMs: ms, share: ratio })),
    versions: Type.Array(
      object({ version: text, revision: text, calls: integer, errors: integer, p50Ms: ms, p95Ms: ms }),
    ),
    alerts: Type.Array(object({ id: text, state: text, title: text })),
    uncalledHours: nullable(Type.Number({ description: 'Not called for so long, at least; null where it was called' })),
  },
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const found = await findFunction(input, agent, windowSeconds);
    const [first] = found;
    const alerts = agent.alerts.desk
      .list({ functionId: first!.id })
      .filter(({ environment: e }) => (input.environment ?? e) === e);
    return {
      about: aboutOf(found, window),
      functions: found.map(functionNumbersOf),
      callers: found.flatMap((f) => (f.callers ?? []).map(callOf)),
      callees: found.flatMap((f) => (f.callees ?? []).map(callOf)),
      endpoints: found.flatMap((f) =>
        (f.endpoints ?? []).map((e) => ({
          ...{ id: e.id, endpoint: endpointName(e), calls: e.calls },
          ...{ totalMs: msOf(e.totalNs), share: rounded(e.share) },
        })),
      ),
      versions: found.flatMap((f) =>
        (f.versions ?? []).map(({ version, revision, calls, errors, p50Ns, p95Ns }) => ({
          ...{ version, revision, calls, errors, p50Ms: msOf(p50Ns), p95Ms: msOf(p95Ns) },
        })),
      ),
      alerts: alerts.map(({ id, state, title }) => ({ id, state, title })),
      uncalledHours: first!.uncalledSeconds === undefined ? null : Math.floor(first!.uncalledSeconds / 3_600),
    };
  },
  say: ({ about, functions, callers, callees, endpoints, versions, alerts, uncalledHours }) =>
    [
      `${aboutText(about)}:`,
      ...functions.map((f) => `${functionText(f)}${f.environment === about.environment ? '' : ` in ${f.environment}`}`),
      ...(uncalledHours === null ? [] : [`Not called for at least ${uncalledHours} hours.`]),
      ...section('Its time goes to:', callees.map(callText)),
      ...section('Called by:', callers.map(callText)),
      ...section(
        'Endpoints:',
        endpoints.map((e) => `- ${e.endpoint}: ${duration(e.totalMs)}`),
      ),
      ...section(
        'Versions, the newest first:',
        versions.map(
          (v) => `- ${v.version}: p50 ${duration(v.p50Ms)}, p95 ${duration(v.p95Ms)}, n = ${formatCount(v.calls)}`,
        ),
      ),
      ...section(
        'Alerts:',
        alerts.map((a) => `- [${a.state}] ${a.title} (${a.id})`),
      ),
    ].join('\n'),
});

const DEEPEST = 4;
const BREADTH = 5;

export const callersAndCallees = tool({
  name: 'callers_and_callees',
  title: 'Who calls a function, and where its time goes',
  description:
    'The call graph around one function as production ran it, some levels up (callers) or down (callees), with calls and ' +
    'time of each edge; of each function the five edges with most time are followed.',
  input: {
    ...functionInput,
    direction: oneOf(['callers', 'callees'] as const, { default: 'callees' }),
    depth: Type.Integer({ minimum: 1, maximum: DEEPEST, default: 2 }),
    window,
  },
  output: {
    about,
    root: functionNumbers,
    edges: Type.Array(
      object({
        ...call.properties,
        of: Type.String({ description: 'Id of the function one level nearer' }),
        level: integer,
      }),
    ),
  },
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const [root] = await findFunction(input, agent, windowSeconds);
    const edges: Array<Static<typeof call> & { of: string; level: number }> = [];
    const seen = new Set([root!.id]);
    let level = [root!];
    for (let depth = 1; depth <= input.depth; depth++) {
      const next = [];
      for (const one of level) {
        for (const [i, other] of (one[input.direction] ?? []).entries()) {
          edges.push({ ...callOf(other), of: one.id, level: depth });
          if (depth === input.depth || i >= BREADTH || seen.has(other.id)) continue;
          seen.add(other.id);
          const { functions } = await agent.query.functions({ id: other.id, windowSeconds });
          next.push(...functions.filter((f) => f.environment === root!.environment));
        }
      }
      level = next;
    }
    return { about: aboutOf([root!], window), root: functionNumbersOf(root!), edges };
  },
  say: ({ about, root, edges }) =>
    [
      `${aboutText(about)}: ${functionText(root)}`,
      ...edges.map((e) => `${'  '.repeat(e.level - 1)}${callText(e)}`),
    ].join('\n'),
});

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}
