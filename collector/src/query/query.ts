// The one place that answers questions: the HTTP API, the language servers and every later reader get their numbers
// from here, so the same question has the same answer everywhere. Plain data out; it writes nothing.

import {
  type Alert,
  CALLS_OF_A_FILE,
  type CatalogService,
  type FunctionPlace,
  type FunctionStats,
  type FunctionTotals,
  mergeTotals,
  type SensorSummary,
} from '@prodlens/protocol';
import { type Pace, paceOf } from '../pace.js';
import type { CallTotals, Deployment, DeploymentTotals, KnownFunction, Store } from '../store/store.js';
import { buildCatalog } from './catalog.js';
import {
  type ComparedFunction,
  type ComparedOrder,
  type CompareFilter,
  compareVersions,
} from './deployments/compare.js';
import { type DeploymentNote, type DeploymentSummary, noted } from './deployments/deployment-notes.js';
import { isAsked, scopeKey } from './deployments/deployment-scope.js';
import { createRegressions, type RegressionOf } from './deployments/regressions.js';
import { createEndpointQuery, type EndpointQuery } from './endpoints/endpoints.js';
import { firstFunctions, hasScalarOrder } from './functions/first-functions.js';
import { addCalls } from './functions/function-calls.js';
import { addFingerprints, compareStats, functionStats, type SortKey } from './functions/function-stats.js';
import { addVersions, createTrends, createUncalled } from './functions/function-trend.js';
import { groupBy } from './group-by.js';
import { type SensorMinute, sensorMinute, sensorSummary } from './sensors.js';
import { minutesByDeployments } from './time/reporting-minutes.js';
import { LONGEST_MINUTES_SECONDS, LONGEST_WINDOW_SECONDS, windowRange } from './time/window-range.js';

export interface FunctionsFilter {
  service?: string;
  environment?: string;
  version?: string;
  /** Of two deployments of one version. */
  revision?: string;
  /** Every known function of these files, also without data. */
  files?: string[];
  /** FunctionStats.id; also without data. */
  id?: string;
  /** KnownFunction.functionId: these alone. */
  functionIds?: number[];
  /** Up to now: covers at least this long, up to LONGEST_WINDOW_SECONDS, and little more (window-range.ts). */
  windowSeconds: number;
}

export interface FunctionsAnswer {
  functions: FunctionStats[];
  truncated: boolean;
  /** Calls whose callers and callees found no room in the store; null where those were not asked for. */
  leftOutCalls: number | null;
}

export interface ServiceSummary {
  service: string;
  environments: string[];
  /** service.version of the current deployment. */
  version: string;
  lastSeenUnixMs: number;
  /** Instances that reported within the last minute. */
  reportingInstances: number;
}

/** A function without its numbers. */
export interface FoundFunction extends FunctionPlace {
  /** As FunctionStats.id. */
  id: string;
  service: string;
  environment: string;
}

export interface Query extends EndpointQuery {
  /** Functions with data in the window, one for each environment, ordered, at most `limit`. */
  functions(filter: FunctionsFilter, order?: { sort?: SortKey; limit?: number }): Promise<FunctionsAnswer>;
  /**
   * Functions of which the name holds the text, whatever its case, one for each environment: those that begin with it
   * or with a part of it first; at most `limit`.
   */
  search(
    text: string,
    filter: { service?: string; environment?: string },
    limit: number,
  ): Promise<{ functions: FoundFunction[]; truncated: boolean }>;
  services(): Promise<ServiceSummary[]>;
  /** The one that became current last comes first. */
  deployments(notes?: DeploymentNote[]): Promise<DeploymentSummary[]>;
  /** Two versions of a service side by side. Throws PRODLENS_ERR_VERSION_UNKNOWN. */
  compare(filter: CompareFilter, order: ComparedOrder, alerts: Alert[]): Promise<ComparedFunction[]>;
  catalog(): Promise<CatalogService[]>;
  /** Those that were there within the window, by service, environment and age, at most `limit`. */
  sensors(
    filter: { service?: string; environment?: string; windowSeconds: number },
    limit: number,
  ): Promise<{ sensors: SensorSummary[]; truncated: boolean }>;
  /** One of them with its minutes, ascending; null where no such instance is known. */
  sensor(instance: string, windowSeconds: number): Promise<{ sensor: SensorSummary; minutes: SensorMinute[] } | null>;
}

/** Functions whose numbers are merged in one step. */
const AT_ONCE = 256;

export function createQuery(
  store: Store,
  now: () => number = Date.now,
  regressionOf: RegressionOf = () => null,
): Query {
  const addTrends = createTrends();
  const endpointQuery = createEndpointQuery(store, (seconds) => windowRange(seconds, now()), deploymentsUntilNow);
  const uncalled = createUncalled(store, now, LONGEST_WINDOW_SECONDS);
  const addRegressions = createRegressions(store, now, regressionOf);

  /** None was seen after now, whatever the clock said then: "the last hour" of each must not lie ahead. */
  async function deploymentsUntilNow(service?: string): Promise<Deployment[]> {
    const nowUnixMs = now();
    const deployments = await store.deployments(service);
    return deployments.map((d) => ({ ...d, lastSeenUnixMs: Math.min(d.lastSeenUnixMs, nowUnixMs) }));
  }

  async function functions(
    filter: FunctionsFilter,
    { sort = 'totalNs', limit = Number.POSITIVE_INFINITY }: { sort?: SortKey; limit?: number } = {},
  ): Promise<FunctionsAnswer> {
    const scopes = groupBy(await deploymentsUntilNow(filter.service), scopeKey);
    const asked = [...scopes.values()].flat().filter((d) => isAsked(d, filter));
    const range = windowRange(filter.windowSeconds, now());
    const byId = new Map(asked.map((d) => [d.id, d]));
    const deploymentIds = asked.map(({ id }) => id);

    const named = filter.id === undefined ? null : await store.knownFunctions(deploymentIds, { identity: filter.id });
    const fileIds =
      named !== null
        ? [...new Set(named.map(({ fileId }) => fileId))]
        : filter.files && (await store.fileIds(filter.files, filter.service));
    const live = asked.filter((d) => d.lastSeenUnixMs >= range.fromMinute * 60_000).map(({ id }) => id);
    const scopeOf = (deploymentId: number) => scopeKey(byId.get(deploymentId)!);
    const first =
      fileIds === undefined && !filter.functionIds && limit < Number.POSITIVE_INFINITY && hasScalarOrder(sort)
        ? await firstFunctions(await store.scalars(range, live), scopeOf, { sort, limit })
        : null;
    const wanted = filter.functionIds ?? (first && [...first.functionIds]);
    const shown = wanted && (await store.knownFunctions(deploymentIds, { functionIds: wanted }));
    const countedFiles = shown === null ? fileIds : [...new Set(shown.map(({ fileId }) => fileId))];
    const byDeployment = await store.totals(range, live, countedFiles);
    const pace = paceOf(countedFiles);
    const totals = await mergeByScope(byDeployment, byId, pace);
    const known =
      named ??
      shown ??
      (await store.knownFunctions(
        deploymentIds,
        fileIds === undefined ? { functionIds: [...totals.functionIds] } : { fileIds },
      ));
    const minutes = minutesByDeployments(await store.reporting(range, live));

    const stats: Array<{ known: KnownFunction; stats: FunctionStats }> = [];
    for (const k of known) {
      const found = totals.get(scopeKey(k), k.functionId);
      if (found === undefined && fileIds === undefined) continue;
      stats.push({ known: k, stats: functionStats(k, found, minutes(k.deploymentIds), byId.get(k.deploymentId)!) });
      await pace();
    }
    const compare = compareStats(sort);
    stats.sort((a, b) => compare(a.stats, b.stats));
    const page = stats.slice(0, limit);
    await pace();
    await addRegressions(page, scopes, filter);
    if (filter.files !== undefined) addFingerprints(page);
    let leftOutCalls: number | null = null;
    if (fileIds !== undefined && page.length > 0) {
      const functionIds = page.map((item) => item.known.functionId);
      const found = await store.calls(range, live, functionIds);
      leftOutCalls = found.leftOutCalls;
      addCalls(page, named === null ? CALLS_OF_A_FILE : Number.POSITIVE_INFINITY, {
        calls: found.calls,
        others: await otherEnds(deploymentIds, found.calls),
        scopeOfDeployment: scopeOf,
        scopeOfFunction: scopeKey,
        minutes,
      });
      await pace();
      addVersions(page, byDeployment, byId);
      await pace();
      await addTrends(page, {
        range,
        key: live.join(),
        totalsOf: async (part, ids) => {
          const parts = await mergeByScope(await store.totals(part, live, ids), byId, pace);
          return (known) => parts.get(scopeKey(known), known.functionId);
        },
      });
      await uncalled(page, fileIds, asked);
      const ofLive = { range, live: asked.filter(({ id }) => live.includes(id)) };
      await endpointQuery.addEndpoints(page, { ...ofLive, isFile: named === null });
    }
    const isCut = page.length < stats.length || (first !== null && first.count > stats.length);
    return { functions: page.map((item) => item.stats), truncated: isCut, leftOutCalls };
  }

  async function search(text: string, filter: { service?: string; environment?: string }, limit: number) {
    const deployments = (await deploymentsUntilNow(filter.service)).filter((d) => isAsked(d, filter));
    const functionIds = await store.searchFunctions(text, limit + 1, filter.service);
    const ids = deployments.map(({ id }) => id);
    const known = await store.knownFunctions(ids, { functionIds });
    const place = new Map(functionIds.map((id, i) => [id, i]));
    const found = known.sort((a, b) => place.get(a.functionId)! - place.get(b.functionId)!).map(foundFunction);
    return { functions: found.slice(0, limit), truncated: found.length > limit || functionIds.length > limit };
  }

  async function otherEnds(deploymentIds: number[], calls: CallTotals[]): Promise<KnownFunction[]> {
    const functionIds = [...new Set(calls.flatMap(({ callerId, calleeId }) => [callerId, calleeId]))];
    return functionIds.length === 0 ? [] : store.knownFunctions(deploymentIds, { functionIds });
  }

  return {
    ...endpointQuery,
    functions,
    search,

    async services() {
      const instances = await store.instanceCounts(now() - 60_000, now());
      const services = groupBy(await deploymentsUntilNow(), ({ service }) => service);
      return [...services]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([service, deployments]) => ({
          service,
          environments: [...new Set(deployments.map(({ environment }) => environment))].sort(),
          version: deployments.at(-1)!.version,
          lastSeenUnixMs: Math.max(...deployments.map(({ lastSeenUnixMs }) => lastSeenUnixMs)),
          reportingInstances: instances.get(service) ?? 0,
        }));
    },

    async deployments(notes = []) {
      return noted((await deploymentsUntilNow()).reverse(), notes);
    },

    async compare(filter, order, alerts) {
      return compareVersions(store, await deploymentsUntilNow(filter.service), filter, order, alerts);
    },

    catalog: async () => buildCatalog(store, await deploymentsUntilNow(), now()),

    async sensors({ service, environment, windowSeconds }, limit) {
      const instances = (await store.instances(now() - windowSeconds * 1_000)).filter(
        (i) => (service ?? i.service) === i.service && (environment ?? i.environment) === i.environment,
      );
      return { sensors: instances.slice(0, limit).map(sensorSummary), truncated: instances.length > limit };
    },

    async sensor(instance, windowSeconds) {
      const [found] = await store.instances(0, instance);
      if (found === undefined) return null;
      const range = windowRange(Math.min(windowSeconds, LONGEST_MINUTES_SECONDS), now());
      const minutes = await store.instanceMinutes(instance, range);
      return { sensor: sensorSummary(found), minutes: minutes.map(sensorMinute) };
    },
  };
}

function foundFunction(known: KnownFunction): FoundFunction {
  const { identity, functionId: _, fileId: __, deploymentId: ___, deploymentIds: ____, ...place } = known;
  return { id: identity, ...place };
}

async function mergeByScope(totals: DeploymentTotals[], byId: Map<number, Deployment>, pace: Pace) {
  const scopes = new Map<string, Map<number, FunctionTotals>>();
  const ofDeployment = new Map<number, Map<number, FunctionTotals>>();
  for (const [id, deployment] of byId) {
    const scope = scopeKey(deployment);
    const merged = scopes.get(scope) ?? new Map();
    scopes.set(scope, merged);
    ofDeployment.set(id, merged);
  }
  const functionIds = new Set<number>();
  for (const { deploymentId, functionId, totals: t } of totals) {
    const merged = ofDeployment.get(deploymentId)!;
    const before = merged.get(functionId);
    merged.set(functionId, before ? mergeTotals(before, t) : t);
    if (functionIds.add(functionId).size % AT_ONCE === 0) await pace();
  }
  return { functionIds, get: (scope: string, functionId: number) => scopes.get(scope)?.get(functionId) };
}
