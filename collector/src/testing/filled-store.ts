// Fills a store with two days of the shop: by the minute for the last hours, coarser before. The later version of
// each service was deployed at a time of its own; that of checkout made two things slower and one fail.

import type { EndpointTotals, FunctionTotals, SparseBuckets } from '@prodlens/protocol';
import { bucketIndex } from '@prodlens/protocol';
import type { InstanceWindow, Store } from '../store/store.js';
import { FACTS, fakeFunction, fakeHello, PROCESS } from './fake-sensor.js';
import { type RandomNumbers, randomNumbers } from './random-numbers.js';
import { SHOP, type ShopEndpoint, type ShopFunction, type ShopService } from './shop.js';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
/** Steps of the past, minutes: until how long ago, and how long each. */
const STEPS = [
  { fromAgo: 47 * HOUR_MINUTES, stepMinutes: 60 },
  { fromAgo: 24 * HOUR_MINUTES, stepMinutes: 10 },
  { fromAgo: 6.5 * HOUR_MINUTES, stepMinutes: 1 },
];
/** When the later version of each was deployed, minutes ago. */
export const DEPLOYED_AGO: Record<string, number> = {
  checkout: 52,
  catalogue: 9 * HOUR_MINUTES,
  ledger: 31 * HOUR_MINUTES,
};
/** Values that stand for all of a time; more would look no different. */
const SAMPLES = 160;
const MS_NS = 1e6;

export async function fillStore(store: Store, nowUnixMs: number): Promise<void> {
  const random = randomNumbers(7);
  // In the order in which they happened: the store lets no deployment begin before the last one.
  const starts = SHOP.flatMap((of) => [
    { of, version: of.versions[0], i: 0, ago: STEPS[0]!.fromAgo },
    { of, version: of.versions[1], i: 1, ago: DEPLOYED_AGO[of.service]! },
  ]).sort((a, b) => b.ago - a.ago);
  const instances = new Map<string, Instance>();
  for (const { of, version, i, ago } of starts) {
    instances.set(`${of.service} ${i}`, await open(store, of, version, i, nowUnixMs - ago * MINUTE_MS));
  }
  for (const of of SHOP) {
    const own = [instances.get(`${of.service} 0`)!, instances.get(`${of.service} 1`)!];
    await report(store, of, own, nowUnixMs, random);
  }
}

interface Instance {
  instance: string;
  deploymentId: number;
  ids: Array<{ functionId: number; fileId: number }>;
  endpointIds: number[];
  sequence: number;
}

async function open(store: Store, of: ShopService, version: string, i: number, atUnixMs: number): Promise<Instance> {
  const instance = `${of.service}-${i}`;
  const hello = fakeHello({
    ...{
      instance,
      service: of.service,
      packageName: of.packageName,
      version,
      host: `${of.service}-7d9f-${i}`,
      pid: 31 + i,
    },
    ...{ revision: i === 0 ? '9c41f0e27ab' : 'e07b13d95c2', root: `/srv/${of.service}`, runtime: 'node 22.11.0' },
  });
  const { deploymentId } = await store.openInstance(hello, atUnixMs);
  const functions = of.functions.map((f, at) =>
    fakeFunction(at + 1, {
      ...{
        name: f.name,
        file: f.file,
        line: f.line,
        column: 3,
        package: f.package ?? null,
        kind: f.kind ?? 'function',
      },
    }),
  );
  const endpoints = of.endpoints.map(({ kind, method, route }, at) => ({ id: at + 1, kind, method, route }));
  const ids = await store.defineFunctions(deploymentId, functions);
  return {
    instance,
    deploymentId,
    ids,
    endpointIds: await store.defineEndpoints(deploymentId, endpoints),
    sequence: 0,
  };
}

async function report(store: Store, of: ShopService, instances: Instance[], nowUnixMs: number, random: RandomNumbers) {
  const deployedAgo = DEPLOYED_AGO[of.service]!;
  for (const [i, { fromAgo, stepMinutes }] of STEPS.entries()) {
    const untilAgo = STEPS[i + 1]?.fromAgo ?? 0;
    const windows: InstanceWindow[] = [];
    for (let ago = fromAgo; ago > untilAgo; ago -= stepMinutes) {
      const isLater = ago <= deployedAgo;
      const own = instances[isLater ? 1 : 0]!;
      const endUnixMs = nowUnixMs - (ago - stepMinutes) * MINUTE_MS;
      const at = { stepMinutes, isLater, load: loadAt(endUnixMs, random) };
      windows.push({
        ...{ instance: own.instance, deploymentId: own.deploymentId, sequence: ++own.sequence },
        ...{ startUnixMs: endUnixMs - stepMinutes * MINUTE_MS, endUnixMs, receivedUnixMs: endUnixMs },
        ...contents(of, own.ids, own.endpointIds, at, random),
      });
    }
    for (let from = 0; from < windows.length; from += 200) await store.commit(windows.slice(from, from + 200));
  }
}

interface At {
  stepMinutes: number;
  isLater: boolean;
  load: number;
}

function contents(
  of: ShopService,
  ids: Array<{ functionId: number; fileId: number }>,
  endpointIds: number[],
  at: At,
  random: RandomNumbers,
) {
  const totals = new Map(of.functions.map((f, i) => [f.name, { i, f, totals: functionTotals(f, at, random) }]));
  const edges = of.calls.flatMap(([caller, callee]) => {
    const [from, to] = [totals.get(caller)!, totals.get(callee)!];
    const calls = Math.min(to.totals.calls, Math.max(from.totals.calls, 1) * 8);
    const sumNs = Math.min(to.totals.sumNs, from.totals.sumNs * 0.62) * (to.f.own === undefined ? 1 : 0.9);
    return calls === 0 ? [] : [{ callerId: ids[from.i]!.functionId, calleeId: ids[to.i]!.functionId, calls, sumNs }];
  });
  const sums = of.endpoints.map((e) => endpointTotals(e, at, random));
  return {
    rows: [...totals.values()].flatMap(({ i, totals: t }) => (t.calls === 0 ? [] : [{ ...ids[i]!, totals: t }])),
    edges,
    facts: {
      ...FACTS,
      functions: of.functions.length * 140,
      modules: 820,
      sensorBytes: 9.1e6,
      skipped: { 'too large': 1 },
    },
    process: {
      ...PROCESS,
      cpuMs: at.stepMinutes * 60_000 * 0.34 * at.load,
      rssBytes: 212e6,
      heapUsedBytes: 96e6 * (0.9 + 0.2 * random.uniform()),
      eventLoopUtilization: 0.3 * at.load,
    },
    endpoints: sums.map((t, i) => ({ endpointId: endpointIds[i]!, totals: t })),
    endpointFunctions: of.endpoints.flatMap(({ through }, i) =>
      through.map(([name, times]) => {
        const { i: at, f, totals: t } = totals.get(name)!;
        const calls = sums[i]!.calls * times;
        const sumNs = t.calls === 0 ? 0 : (t.sumNs / t.calls) * calls;
        const selfNs = sumNs * (f.own ?? 0.3);
        return {
          endpointId: endpointIds[i]!,
          functionId: ids[at]!.functionId,
          totals: { calls, sumNs, selfNs, busyNs: selfNs * (f.busy ?? 0.4) },
        };
      }),
    ),
  };
}

function functionTotals(f: ShopFunction, { stepMinutes, isLater, load }: At, random: RandomNumbers): FunctionTotals {
  const calls = counted(f.rate * stepMinutes * load, random);
  const slower = isLater ? (f.slower ?? 1) : 1;
  const failing = (isLater ? f.failing : undefined) ?? f.errors ?? 0;
  const timed = durations(calls, f.ms * slower, random);
  return {
    ...{ calls, errors: counted(calls * failing, random), ...timed },
    selfNs: timed.sumNs * (f.own ?? 0.3),
    cpuNs: timed.sumNs * (f.own ?? 0.3) * (f.busy ?? 0.4),
  };
}

function endpointTotals(e: ShopEndpoint, { stepMinutes, isLater, load }: At, random: RandomNumbers): EndpointTotals {
  const calls = counted(e.rate * stepMinutes * load, random);
  const timed = durations(calls, e.ms * (isLater ? (e.slower ?? 1) : 1), random);
  const failing = (isLater ? e.failing : undefined) ?? e.errors ?? 0;
  return {
    ...{ calls, errors: counted(calls * failing, random), ...timed },
    databaseNs: timed.sumNs * e.database,
    outboundNs: timed.sumNs * e.outbound,
  };
}

/** Spread as a log-normal distribution, by its quantiles, with a thin tail: no sample happens to look like an outlier. */
function durations(calls: number, medianMs: number, random: RandomNumbers) {
  const counts = new Map<number, number>();
  const noise = 0.015 * random.normal();
  let [sumNs, maxNs] = [0, 0];
  const add = (doublings: number, weight: number) => {
    if (weight === 0) return;
    const ns = Math.round(medianMs * MS_NS * 2 ** (doublings + noise));
    counts.set(bucketIndex(ns), (counts.get(bucketIndex(ns)) ?? 0) + weight);
    sumNs += ns * weight;
    maxNs = Math.max(maxNs, ns);
  };
  const tail = counted(calls * 0.004, random);
  const usual = Math.max(0, calls - tail);
  const start = random.uniform();
  for (let i = 0; i < SAMPLES; i++) {
    const weight = Math.floor((usual * (i + 1)) / SAMPLES + start) - Math.floor((usual * i) / SAMPLES + start);
    add(0.55 * normalQuantile((i + random.uniform()) / SAMPLES), weight);
  }
  for (let i = 0; i < tail; i++) add(1.6 + 1.4 * random.uniform(), 1);
  const buckets: SparseBuckets = [...counts].sort((a, b) => a[0] - b[0]).flat();
  return { sumNs, maxNs, buckets };
}

/** Of the standard normal distribution, by the logistic one, which is close enough to look at. */
function normalQuantile(q: number): number {
  const within = Math.min(Math.max(q, 1e-4), 1 - 1e-4);
  return Math.log(within / (1 - within)) / 1.702;
}

/** A whole number around it. */
function counted(mean: number, random: RandomNumbers): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  return Math.floor(mean) + (random.uniform() < mean % 1 ? 1 : 0);
}

/** Less at night; noon is 1. */
function loadAt(unixMs: number, random: RandomNumbers): number {
  const hour = (unixMs / 3_600_000) % 24;
  return 0.62 + 0.38 * Math.cos(((hour - 13) / 12) * Math.PI) + 0.03 * random.normal();
}
