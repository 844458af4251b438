// The one place that answers questions: the HTTP API, the language servers and every later reader get their numbers
// from here, so the same question has the same answer everywhere. Plain data out; it writes nothing.

import {
  type Alert,
  bucketsCount,
  CALLS_OF_A_FILE,
  type CatalogService,
  type FunctionPlace,
  type FunctionStats,
  type FunctionTotals,
  mergeTotals,
  type Regression,
  type SensorSummary,
} from '@prodlens/protocol';
import { BASELINE_MS, findRegression, MINIMUM_TIMED_CALLS } from '../analysis/regression.js';
import type { CallTotals, Deployment, DeploymentTotals, KnownFunction, Store } from '../store/store.js';
import { buildCatalog } from './catalog.js';
import { type ComparedFunction, type ComparedOrder, type CompareFilter, compareVersions } from './compare.js';
import { type DeploymentNote, type DeploymentSummary, noted } from './deployment-notes.js';
import { createEndpointQuery, type EndpointQuery } from './endpoints.js';
import { firstFunctions, hasScalarOrder } from './first-functions.js';
import { addCalls } from './function-calls.js';
import { compareStats, functionStats, type SortKey } from './function-stats.js';
import { addVersions, createTrends, createUncalled } from './function-trend.js';
import { groupBy } from './group-by.js';
import { minutesByDeployments } from './reporting-minutes.js';
import { type SensorMinute, sensorMinute, sensorSummary } from './sensors.js';
import { LONGEST_MINUTES_SECONDS, LONGEST_WINDOW_SECONDS, windowRange } from './window-range.js';

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

/** A regression compares the last hour of each deployment, whatever window is asked for. */
const REGRESSION_MINUTES = 60;

/** What the detectors say of a function of a service that has a baseline; null: nothing. */
export type RegressionOf = (functionId: string, environment: string, version: string) => Regression | null;

export function createQuery(
  store: Store,
  now: () => number = Date.now,
  regressionOf: RegressionOf = () => null,
): Query {
  const addTrends = createTrends();
  const endpointQuery = createEndpointQuery(store, (windowSeconds) => windowRange(windowSeconds, now()));
  const uncalled = createUncalled(store, now, LONGEST_WINDOW_SECONDS);

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
      fileIds === undefined && limit < Number.POSITIVE_INFINITY && hasScalarOrder(sort)
        ? await firstFunctions(await store.scalars(range, live), scopeOf, { sort, limit })
        : null;
    const shown = first && (await store.knownFunctions(deploymentIds, { functionIds: [...first.functionIds] }));
    const countedFiles = shown === null ? fileIds : [...new Set(shown.map(({ fileId }) => fileId))];
    const byDeployment = await store.totals(range, live, countedFiles);
    const totals = mergeByScope(byDeployment, byId);
    const known =
      named ??
      shown ??
      (await store.knownFunctions(
        deploymentIds,
        fileIds === undefined ? { functionIds: [...totals.functionIds] } : { fileIds },
      ));
    const minutes = minutesByDeployments(await store.reporting(range, live));

    const stats = known.flatMap((k) => {
      const scope = scopeKey(k);
      const found = totals.get(scope, k.functionId);
      if (found === undefined && fileIds === undefined) return [];
      return [{ known: k, stats: functionStats(k, found, minutes(k.deploymentIds), byId.get(k.deploymentId)!) }];
    });
    const compare = compareStats(sort);
    stats.sort((a, b) => compare(a.stats, b.stats));
    const page = stats.slice(0, limit);
    await addRegressions(page, scopes, filter);
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
      addVersions(page, byDeployment, byId);
      await addTrends(page, {
        range,
        key: live.join(),
        totalsOf: async (part, ids) => {
          const parts = mergeByScope(await store.totals(part, live, ids), byId);
          return (known) => parts.get(scopeKey(known), known.functionId);
        },
      });
      await uncalled(page, fileIds, asked);
    }
    if (named !== null) {
      const endpoints = await endpointQuery.endpointsOf(named, range, asked);
      for (const { known: k, stats: one } of page) one.endpoints = endpoints.get(k) ?? [];
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

  /**
   * With a baseline, what the detectors say, as the alerts do. Without one the current deployment of the scope is held
   * against the newest earlier one that has enough timed calls of the function: one that ended soon after its start says
   * nothing and hides nothing.
   */
  async function addRegressions(
    page: Array<{ known: { functionId: number; fileId: number }; stats: FunctionStats }>,
    scopes: Map<string, Deployment[]>,
    { version, revision }: FunctionsFilter,
  ) {
    const oldestUnixMs = now() - LONGEST_MINUTES_SECONDS * 1_000;
    for (const [scope, items] of groupBy(page, ({ stats }) => scopeKey(stats))) {
      const [current, ...earlier] = [...scopes.get(scope)!].reverse();
      // Numbers of an older version must not carry a remark about a newer one.
      if (current === undefined || !isAsked(current, { version, revision })) continue;
      for (const { stats } of items) stats.regression = regressionOf(stats.id, stats.environment, current.version);
      const firstSeenUnixMs = Math.min(...earlier.map((d) => d.firstSeenUnixMs));
      if (current.currentSinceUnixMs - firstSeenUnixMs >= BASELINE_MS) continue;
      const compared = earlier.filter(({ lastSeenUnixMs }) => lastSeenUnixMs >= oldestUnixMs);
      if (compared.length === 0) continue;
      const after = await lastHour(current, items);
      let open = items.filter(
        ({ known, stats }) => stats.regression === null && hasEnoughCalls(after.get(known.functionId)),
      );
      for (const previous of compared) {
        if (open.length === 0) break;
        const before = await lastHour(previous, open);
        open = open.filter(({ known, stats }) => {
          const [b, a] = [before.get(known.functionId), after.get(known.functionId)!];
          if (b === undefined || !hasEnoughCalls(b)) return true;
          stats.regression = findRegression(
            { version: previous.version, totals: b },
            { version: current.version, totals: a },
          );
          return false;
        });
      }
    }
  }

  async function lastHour(
    deployment: Deployment,
    items: Array<{ known: { fileId: number } }>,
  ): Promise<Map<number, FunctionTotals>> {
    const fileIds = [...new Set(items.map(({ known }) => known.fileId))];
    const toMinute = Math.floor(deployment.lastSeenUnixMs / 60_000);
    const range = { fromMinute: toMinute - REGRESSION_MINUTES, toMinute };
    const totals = await store.totals(range, [deployment.id], fileIds);
    return new Map(totals.map((t) => [t.functionId, t.totals]));
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

    async catalog() {
      return buildCatalog(
        await deploymentsUntilNow(),
        await store.serviceRoots(),
        await store.ownFiles(),
        await store.measuringRules(),
      );
    },

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

function hasEnoughCalls(totals: FunctionTotals | undefined): boolean {
  return totals !== undefined && bucketsCount(totals.buckets) >= MINIMUM_TIMED_CALLS;
}

type DeploymentFilter = { [K in 'environment' | 'version' | 'revision']?: string | undefined };

function isAsked(deployment: Deployment, { environment, version, revision }: DeploymentFilter): boolean {
  return (
    (environment === undefined || deployment.environment === environment) &&
    (version === undefined || deployment.version === version) &&
    (revision === undefined || deployment.revision === revision)
  );
}

/** A scope is a service in an environment: what a row of an answer and a comparison of deployments belong to. */
function scopeKey({ service, environment }: { service: string; environment: string }): string {
  return JSON.stringify([service, environment]);
}

function foundFunction(known: KnownFunction): FoundFunction {
  const { identity, functionId: _, fileId: __, deploymentId: ___, deploymentIds: ____, ...place } = known;
  return { id: identity, ...place };
}

function mergeByScope(totals: DeploymentTotals[], byId: Map<number, Deployment>) {
  const merged = new Map<string, FunctionTotals>();
  const functionIds = new Set<number>();
  const keyOf = (scope: string, functionId: number) => `${functionId}/${scope}`;
  for (const { deploymentId, functionId, totals: t } of totals) {
    const key = keyOf(scopeKey(byId.get(deploymentId)!), functionId);
    const before = merged.get(key);
    merged.set(key, before ? mergeTotals(before, t) : t);
    functionIds.add(functionId);
  }
  return { functionIds, get: (scope: string, functionId: number) => merged.get(keyOf(scope, functionId)) };
}
