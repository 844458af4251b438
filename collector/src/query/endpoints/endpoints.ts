// Endpoints: what each did, where its time went, and which functions it went through; and the endpoints that a function
// ran in. Plain data out; it writes nothing.

import {
  addEndpointFunctions,
  ENDPOINTS_OF_A_FILE,
  type EndpointBreakdown,
  type EndpointDetail,
  type EndpointFunction,
  type EndpointFunctionTotals,
  type EndpointStats,
  type EndpointTotals,
  type FunctionStats,
  mergeEndpointTotals,
} from '@prodlens/protocol';
import type { Deployment, KnownEndpoint, KnownFunction, MinuteRange, Store } from '../../store/store.js';
import { callStats } from '../call-stats.js';
import { groupBy } from '../group-by.js';
import { minutesByDeployments } from '../time/reporting-minutes.js';
import { type EndpointChange, type EndpointVersions, endpointChange } from './endpoint-change.js';

export interface EndpointsFilter {
  service?: string;
  environment?: string;
  windowSeconds: number;
}

export interface EndpointQuery {
  /** Those with data in the window, one for each environment, the one with most time first. */
  endpoints(filter: EndpointsFilter, limit: number): Promise<{ endpoints: EndpointStats[]; truncated: boolean }>;
  /** One endpoint in each environment; null where none has that id. */
  endpoint(id: string, windowSeconds: number): Promise<EndpointDetail[] | null>;
  /** The version of an endpoint that runs now against the one before it; null where no earlier one served it. */
  /** Between two versions; without a word the one that served it last and the one before. null where there are not two. */
  endpointChange(id: string, environment: string, versions?: EndpointVersions): Promise<EndpointChange | null>;
  /**
   * Adds to each function in which endpoints of its environment it ran, that with most of its time first: all of them, or
   * the first of a file's functions.
   */
  addEndpoints(
    page: { known: KnownFunction; stats: FunctionStats }[],
    asked: { range: MinuteRange; live: Deployment[]; isFile: boolean },
  ): Promise<void>;
}

/** The endpoints of a file's functions may be so old: editors are told of files every second. */
const FILE_ENDPOINTS_MS = 10_000;

/** What an endpoint did in one environment. */
interface Merged {
  known: KnownEndpoint;
  environment: string;
  deploymentIds: number[];
  totals: EndpointTotals;
  functions: Map<number, EndpointFunctionTotals>;
}

/** The endpoints that functions ran in, by the function's id. */
type ByFunction = Map<number, { one: Merged; totals: EndpointFunctionTotals }[]>;

/** `rangeOf` gives the minutes that a window covers; `deploymentsOf` a service's deployments, the current one last. */
export function createEndpointQuery(
  store: Store,
  rangeOf: (windowSeconds: number) => MinuteRange,
  deploymentsOf: (service?: string) => Promise<Deployment[]>,
): EndpointQuery {
  /** The last answer: editors ask for file after file, and all that an endpoint did has to be read for each of them. */
  let last = { key: '', atMs: Number.NEGATIVE_INFINITY, of: new Map() as ByFunction };

  async function byFunction(range: MinuteRange, live: Deployment[], oldestMs: number): Promise<ByFunction> {
    const key = `${range.toMinute - range.fromMinute} ${live.map(({ id }) => id)}`;
    if (last.key === key && performance.now() - last.atMs < oldestMs) return last.of;
    const of: ByFunction = new Map();
    for (const one of await merged(range, live)) {
      for (const [id, totals] of one.functions) {
        const found = of.get(id);
        if (found) found.push({ one, totals });
        else of.set(id, [{ one, totals }]);
      }
    }
    last = { key, atMs: performance.now(), of };
    return of;
  }

  async function merged(range: MinuteRange, deployments: Deployment[], identity?: string): Promise<Merged[]> {
    const byId = new Map(deployments.map((d) => [d.id, d]));
    const only = identity === undefined ? null : (await store.knownEndpoints({ identity })).map((e) => e.endpointId);
    const found = await store.endpointTotals(range, [...byId.keys()]);
    const asked = only === null ? found : found.filter(({ endpointId }) => only.includes(endpointId));
    const ids = [...new Set(asked.map(({ endpointId }) => endpointId))];
    const known = new Map((await store.knownEndpoints({ ids })).map((e) => [e.endpointId, e]));
    const groups = groupBy(asked, (a) => `${a.endpointId}/${byId.get(a.deploymentId)!.environment}`);
    return [...groups.values()].flatMap((parts) => {
      const endpoint = known.get(parts[0]!.endpointId);
      if (endpoint === undefined) return [];
      const functions = new Map<number, EndpointFunctionTotals>();
      for (const part of parts) {
        for (const [id, f] of part.functions) {
          const before = functions.get(id);
          functions.set(id, before === undefined ? f : addEndpointFunctions(before, f));
        }
      }
      return {
        known: endpoint,
        environment: byId.get(parts[0]!.deploymentId)!.environment,
        deploymentIds: parts.map(({ deploymentId }) => deploymentId),
        totals: parts.map(({ totals }) => totals).reduce(mergeEndpointTotals),
        functions,
      };
    });
  }

  async function liveDeployments({ service, environment }: Partial<EndpointsFilter>, range: MinuteRange) {
    const deployments = await store.deployments(service);
    return deployments.filter(
      (d) =>
        (environment === undefined || d.environment === environment) && d.lastSeenUnixMs >= range.fromMinute * 60_000,
    );
  }

  /** Deployments of a scope report together, so a rate is over the time in which any of them did. */
  async function ratesOf(range: MinuteRange, live: Deployment[]) {
    const minutes = minutesByDeployments(
      await store.reporting(
        range,
        live.map(({ id }) => id),
      ),
    );
    return ({ known, environment }: Merged) =>
      minutes(live.filter((d) => d.service === known.service && d.environment === environment).map(({ id }) => id));
  }

  return {
    async endpoints(filter, limit) {
      const range = rangeOf(filter.windowSeconds);
      const live = await liveDeployments(filter, range);
      const minutesOf = await ratesOf(range, live);
      const all = (await merged(range, live)).map((one) => statsOf(one, minutesOf(one))).sort(byTime);
      return { endpoints: all.slice(0, limit), truncated: all.length > limit };
    },

    async endpoint(id, windowSeconds) {
      const [named] = await store.knownEndpoints({ identity: id });
      if (named === undefined) return null;
      const range = rangeOf(windowSeconds);
      const live = await liveDeployments({ service: named.service }, range);
      const minutesOf = await ratesOf(range, live);
      const found = await merged(range, live, id);
      return Promise.all(
        found.map(async (one) => {
          const functionIds = [...one.functions.keys()];
          const known = functionIds.length === 0 ? [] : await store.knownFunctions(one.deploymentIds, { functionIds });
          const functions = known
            .map((f) => functionOf(f, one.functions.get(f.functionId)!, one.totals))
            .sort((a, b) => b.selfNs - a.selfNs || (a.id < b.id ? -1 : 1));
          return {
            ...statsOf(one, minutesOf(one)),
            breakdown: breakdownOf(one.totals, functions),
            functions,
          };
        }),
      );
    },

    async endpointChange(id, environment, versions = {}) {
      const known = await store.knownEndpoints({ identity: id });
      const deployments = (await deploymentsOf(known[0]?.service)).filter((d) => d.environment === environment);
      return endpointChange(
        store,
        deployments,
        known.map(({ endpointId }) => endpointId),
        versions,
      );
    },

    async addEndpoints(page, { range, live, isFile }) {
      const all = await byFunction(range, live, isFile ? FILE_ENDPOINTS_MS : 0);
      for (const { known: f, stats } of page) {
        const endpoints = (all.get(f.functionId) ?? [])
          .filter(({ one }) => one.known.service === f.service && one.environment === f.environment)
          .map(({ one: { known, totals: of }, totals }) => {
            const { identity: id, kind, method, route } = known;
            return { id, kind, method, route, ...timesOf(totals, of) };
          })
          .sort((a, b) => b.totalNs - a.totalNs);
        stats.endpoints = isFile ? endpoints.slice(0, ENDPOINTS_OF_A_FILE) : endpoints;
        stats.endpointCount = endpoints.length;
      }
    },
  };
}

function statsOf({ known, environment, totals }: Merged, minutes: number | null): EndpointStats {
  const { databaseNs, outboundNs } = totals;
  const { identity: id, service, kind, method, route } = known;
  return { id, service, environment, kind, method, route, ...callStats(totals, minutes), databaseNs, outboundNs };
}

function byTime(a: EndpointStats, b: EndpointStats): number {
  return (b.totalNs ?? -1) - (a.totalNs ?? -1) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function timesOf({ calls, sumNs, selfNs }: EndpointFunctionTotals, of: EndpointTotals) {
  return { calls, totalNs: sumNs, selfNs, share: of.sumNs > 0 ? sumNs / of.sumNs : null };
}

function functionOf(f: KnownFunction, totals: EndpointFunctionTotals, of: EndpointTotals): EndpointFunction {
  const { identity: id, file, name, line, package: owner } = f;
  return { id, file, name, line, package: owner, ...timesOf(totals, of), busyNs: totals.busyNs };
}

/** The parts may overlap (a query while code runs): then there is less waiting left, never less than none. */
function breakdownOf(
  { sumNs, databaseNs, outboundNs }: EndpointTotals,
  functions: EndpointFunction[],
): EndpointBreakdown {
  const busy = (own: boolean) => functions.reduce((sum, f) => sum + ((f.package === null) === own ? f.busyNs : 0), 0);
  const ownNs = busy(true);
  const packagesNs = busy(false);
  const waitingNs = Math.max(0, sumNs - ownNs - packagesNs - databaseNs - outboundNs);
  return { ownNs, packagesNs, databaseNs, outboundNs, waitingNs };
}
