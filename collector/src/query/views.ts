// What pages show beside plain numbers: latency over time, trees of where time goes, days of services, pages of long
// lists. As query.ts, it answers from the store alone and writes nothing.

import type { CallTreeNode, LatencyOverTime, ServiceDay } from '@prodlens/protocol';
import type { Deployment, KnownFunction, Store } from '../store/store.js';
import { type GrowingNode, growTree, type TreeSources, treeNode } from './call-tree.js';
import { createFunctionPages, type FunctionPage, type PageFilter } from './functions/function-pages.js';
import type { SortKey } from './functions/function-stats.js';
import { groupBy } from './group-by.js';
import type { Query } from './query.js';
import { serviceDays } from './service-days.js';
import { latencyOverTime, mergedTotals, type Totals, type TotalsWithin } from './time/latency-over-time.js';
import { windowRange } from './time/window-range.js';

export interface ViewQuery {
  /** One for each environment in which it is known; null where nothing has the id. */
  functionLatency(id: string, windowSeconds: number): Promise<LatencyOverTime[] | null>;
  endpointLatency(id: string, windowSeconds: number): Promise<LatencyOverTime[] | null>;
  /** Where its time goes in one environment; null where it has no time there, or nothing has the id. */
  functionTree(id: string, environment: string, windowSeconds: number): Promise<CallTreeNode | null>;
  endpointTree(id: string, environment: string, windowSeconds: number): Promise<CallTreeNode | null>;
  serviceDays(): Promise<ServiceDay[]>;
  functionPage(filter: PageFilter, page: { sort: SortKey; offset: number; limit: number }): Promise<FunctionPage>;
}

export function createViewQuery(store: Store, query: Query, now: () => number = Date.now): ViewQuery {
  const rangeOf = (windowSeconds: number) => windowRange(windowSeconds, now());

  async function deployments(service?: string): Promise<Deployment[]> {
    const nowUnixMs = now();
    const found = await store.deployments(service);
    return found.map((d) => ({ ...d, lastSeenUnixMs: Math.min(d.lastSeenUnixMs, nowUnixMs) }));
  }

  async function overTime(scopes: Deployment[][], windowSeconds: number, totalsWithin: TotalsWithin) {
    const answers: LatencyOverTime[] = [];
    for (const scope of scopes) answers.push(await latencyOverTime(rangeOf(windowSeconds), scope, totalsWithin));
    return answers;
  }

  /** Of functions in one scope; times are of the window. */
  function treeSources(ids: number[], windowSeconds: number): TreeSources {
    const range = rangeOf(windowSeconds);
    return {
      calls: async (functionIds) => (await store.calls(range, ids, functionIds)).calls,
      known: (functionIds) => store.knownFunctions(ids, { functionIds }),
      async totalNs(known) {
        const wanted = new Set(known.map(({ functionId }) => functionId));
        const sums = new Map<number, number>();
        for (const t of await store.totals(range, ids, [...new Set(known.map(({ fileId }) => fileId))])) {
          if (wanted.has(t.functionId)) sums.set(t.functionId, (sums.get(t.functionId) ?? 0) + t.totals.sumNs);
        }
        return sums;
      },
    };
  }

  async function liveIds({ service, environment }: { service: string; environment: string }, windowSeconds: number) {
    const { fromMinute } = rangeOf(windowSeconds);
    return (await deployments(service))
      .filter((d) => d.environment === environment && d.lastSeenUnixMs >= fromMinute * 60_000)
      .map(({ id }) => id);
  }

  return {
    async functionLatency(id, windowSeconds) {
      const all = await deployments();
      const byId = new Map(all.map((d) => [d.id, d]));
      const known = await store.knownFunctions([...byId.keys()], { identity: id });
      if (known.length === 0) return null;
      const { functionId, fileId } = known[0]!;
      const scopes = known.map((f) => ordered(f.deploymentIds, byId));
      return overTime(scopes, windowSeconds, async (range, ids) => {
        const totals = await store.totals(range, ids, [fileId]);
        return new Map(totals.filter((t) => t.functionId === functionId).map((t) => [t.deploymentId, t.totals]));
      });
    },

    async endpointLatency(id, windowSeconds) {
      const [known] = await store.knownEndpoints({ identity: id });
      if (known === undefined) return null;
      const { service, endpointId } = known;
      const scopes = groupBy(await deployments(service), ({ environment }) => environment);
      const everywhere = await overTime([...scopes.values()], windowSeconds, async (range, ids) => {
        const byDeployment = new Map<number, Totals>();
        for (const found of await store.endpointTotals(range, ids)) {
          if (found.endpointId !== endpointId) continue;
          const before = byDeployment.get(found.deploymentId);
          byDeployment.set(found.deploymentId, before ? mergedTotals([before, found.totals]) : found.totals);
        }
        return byDeployment;
      });
      // An endpoint belongs to a service; it need not have been asked in all of its environments.
      return everywhere.filter(({ versions }) => versions.length > 0);
    },

    async functionTree(id, environment, windowSeconds) {
      const all = await deployments();
      const known = await store.knownFunctions(
        all.filter((d) => d.environment === environment).map((d) => d.id),
        { identity: id },
      );
      const [found] = known;
      if (found === undefined) return null;
      const ids = await liveIds(found, windowSeconds);
      const sources = treeSources(ids, windowSeconds);
      const totalNs = (await sources.totalNs([found])).get(found.functionId) ?? 0;
      if (totalNs === 0) return null;
      const { functions } = await query.functions({ id, environment, windowSeconds });
      const root = growing(found, totalNs, functions[0]?.calls ?? 0);
      await growTree([root], totalNs, sources);
      return root.node;
    },

    async endpointTree(id, environment, windowSeconds) {
      const details = await query.endpoint(id, windowSeconds);
      const endpoint = details?.find((e) => e.environment === environment);
      if (endpoint?.totalNs == null) return null;
      const ids = await liveIds(endpoint, windowSeconds);
      const sources = treeSources(ids, windowSeconds);
      const functionIds: number[] = [];
      const own = new Map(endpoint.functions.map((f) => [f.id, f]));
      const known = new Map<number, KnownFunction>();
      for (const f of await store.knownFunctions(ids, { functionIds: await idsIn(id, ids, windowSeconds) })) {
        if (!own.has(f.identity)) continue;
        known.set(f.functionId, f);
        functionIds.push(f.functionId);
      }
      // Where it is entered: functions that no other of its functions calls.
      const calls = await sources.calls(functionIds);
      const called = new Set(
        calls.filter((c) => known.has(c.callerId) && c.callerId !== c.calleeId).map((c) => c.calleeId),
      );
      const entries = [...known.values()].filter(({ functionId }) => !called.has(functionId));
      const roots = entries.map((f) => growing(f, own.get(f.identity)!.totalNs, own.get(f.identity)!.calls));
      await growTree(roots, endpoint.totalNs, sources);
      const children = roots.map(({ node }) => node).sort((a, b) => b.totalNs - a.totalNs);
      const name = endpoint.method === '' ? endpoint.route : `${endpoint.method} ${endpoint.route}`;
      return {
        ...{ id, name, file: '', line: 0, package: null, totalNs: endpoint.totalNs, calls: endpoint.calls },
        children,
      };
    },

    serviceDays: async () => serviceDays(store, await deployments(), now()),
    functionPage: createFunctionPages(store, query, now),
  };

  async function idsIn(endpoint: string, deploymentIds: number[], windowSeconds: number): Promise<number[]> {
    const known = await store.knownEndpoints({ identity: endpoint });
    const sums = await store.endpointTotals(rangeOf(windowSeconds), deploymentIds);
    const own = sums.filter(({ endpointId }) => known.some((k) => k.endpointId === endpointId));
    return [...new Set(own.flatMap(({ functions }) => [...functions.keys()]))];
  }
}

function growing(known: KnownFunction, totalNs: number, calls: number): GrowingNode {
  const { functionId } = known;
  return { node: treeNode(known, totalNs, calls), functionId, path: new Set([functionId]) };
}

/** Ascending by when each became the current one, as the map has them. */
function ordered(ids: number[], byId: Map<number, Deployment>): Deployment[] {
  const wanted = new Set(ids);
  return [...byId.values()].filter(({ id }) => wanted.has(id));
}
