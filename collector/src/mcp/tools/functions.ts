// Tools about functions: find some, know one, follow who calls whom.

import { type FunctionCall, type FunctionStats, formatCount, formatPercent } from '@prodlens/protocol';
import { type Static, Type } from 'typebox';
import { integer, nullable, object, oneOf, text } from '../../http/schema.js';
import type { SortKey } from '../../query/function-stats.js';
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
/** Of all functions, those that are looked at: the first in the order asked for. */
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
    found: nullable(Type.Integer({ description: 'How many fit; null: more than were counted' })),
  },
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const { all, isCut } = await candidates(input, agent, windowSeconds);
    const sorted =
      input.order === 'most changed' ? all.filter((f) => f.change !== null || all.length <= input.limit) : all;
    const functions = sorted.slice(0, input.limit);
    return { about: aboutOf(functions, window), functions, found: isCut ? null : sorted.length };
  },
  say: ({ about, functions, found }) =>
    functions.length === 0
      ? `No function fits in ${aboutText(about)}. A longer window, another name, or overview for what reports may help.`
      : [
          `${functions.length} of ${found ?? `more than ${COUNTED}`} functions, ${aboutText(about)}:`,
          ...functions.map((f) => `- ${functionText(f)} [${f.id}]`),
        ].join('\n'),
});

interface Asked {
  text?: string | undefined;
  file?: string | undefined;
  endpoint?: string | undefined;
  service?: string | undefined;
  environment?: string | undefined;
  order: (typeof ORDERS)[number];
}

/** More than are shown, in the order asked for; what has a verdict against it first where that is the order. */
async function candidates(input: Asked, agent: Agent, windowSeconds: number) {
  const sort = input.order === 'most changed' ? 'totalNs' : SORT[input.order];
  const filter = { ...defined({ service: input.service, environment: input.environment }), windowSeconds };
  const files =
    input.file === undefined ? undefined : (await filesLike(input.file, agent, input.service)).map((f) => f.file);
  const wanted = input.endpoint === undefined ? null : await idsOfEndpoint(input.endpoint, input, agent, windowSeconds);
  const named = input.text === undefined ? null : await idsByName(input.text, filter, agent);
  if (files?.length === 0) return { all: [], isCut: false };
  const { functions, truncated } = await agent.query.functions(
    { ...filter, ...(files && { files }) },
    { sort, limit: (wanted ?? named ?? files) ? Number.POSITIVE_INFINITY : COUNTED },
  );
  if (input.order === 'most changed' && truncated) functions.push(...(await alerted(functions, filter, agent)));
  const all = functions
    .filter(
      ({ id, calls }) => (wanted?.has(id) ?? true) && (named?.has(id) ?? true) && (files !== undefined || calls > 0),
    )
    .sort((a, b) =>
      input.order === 'most changed' ? (b.regression?.slowdown ?? 0) - (a.regression?.slowdown ?? 0) : 0,
    )
    .map(functionNumbersOf);
  return { all, isCut: truncated };
}

/** Functions that an open alert is about and that are not among these. */
async function alerted(
  found: FunctionStats[],
  { windowSeconds, ...where }: { windowSeconds: number; service?: string; environment?: string },
  agent: Agent,
) {
  const ids = new Set(
    agent.alerts.desk
      .list({ ...where, state: 'open' })
      .flatMap(({ place }) => (place?.type === 'function' ? [place.functionId] : [])),
  );
  for (const { id } of found) ids.delete(id);
  const more: FunctionStats[] = [];
  for (const id of ids) more.push(...(await agent.query.functions({ id, windowSeconds })).functions);
  return more;
}

async function idsOfEndpoint(
  endpoint: string,
  input: Asked,
  agent: Agent,
  windowSeconds: number,
): Promise<Set<string>> {
  const where = { endpoint, service: input.service, environment: input.environment };
  const found = await findEndpoint(where, agent, windowSeconds);
  return new Set(found.flatMap(({ functions }) => functions.map(({ id }) => id)));
}

async function idsByName(
  text: string,
  where: { service?: string; environment?: string },
  agent: Agent,
): Promise<Set<string>> {
  const { functions } = await agent.query.search(text, where, 1_000);
  return new Set(functions.map(({ id }) => id));
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
    'time of each edge; the edges with most time are followed.',
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
        for (const other of (one[input.direction] ?? []).slice(0, BREADTH)) {
          edges.push({ ...callOf(other), of: one.id, level: depth });
          if (depth === input.depth || seen.has(other.id)) continue;
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
