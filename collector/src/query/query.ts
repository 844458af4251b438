// The one place that answers questions: the HTTP API, the language servers and every later reader get their numbers
// from here, so the same question has the same answer everywhere. Plain data out; it writes nothing.

import {
  bucketsCount,
  CALLS_OF_A_FILE,
  type CatalogService,
  type FunctionStats,
  type FunctionTotals,
  mergeTotals,
  type SensorSummary,
} from '@prodlens/protocol';
import { findRegression, MINIMUM_TIMED_CALLS } from '../analysis/regression.js';
import { MINUTES_RETENTION_MINUTES } from '../store/retention.js';
import type { CallTotals, Deployment, DeploymentTotals, KnownFunction, MinuteRange, Store } from '../store/store.js';
import { buildCatalog } from './catalog.js';
import { addCalls } from './function-calls.js';
import { compareStats, functionStats, type SortKey } from './function-stats.js';
import { groupBy } from './group-by.js';
import { minutesByDeployments } from './reporting-minutes.js';
import { type SensorMinute, sensorMinute, sensorSummary } from './sensors.js';

export interface FunctionsFilter {
  service?: string;
  environment?: string;
  version?: string;
  /** Every known function of these files, also without data. */
  files?: string[];
  /** FunctionStats.id; also without data. */
  id?: string;
  /** Up to now, to the minute: covers at least this long, up to LONGEST_WINDOW_SECONDS, and at most a minute more. */
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

export interface Query {
  /** Functions with data in the window, one for each environment, ordered, at most `limit`. */
  functions(filter: FunctionsFilter, order?: { sort?: SortKey; limit?: number }): Promise<FunctionsAnswer>;
  services(): Promise<ServiceSummary[]>;
  /** The one that became current last comes first. */
  deployments(): Promise<Array<Omit<Deployment, 'id'>>>;
  catalog(): Promise<CatalogService[]>;
  /** Those that were there within the window, by service, environment and age, at most `limit`. */
  sensors(
    filter: { service?: string; environment?: string; windowSeconds: number },
    limit: number,
  ): Promise<{ sensors: SensorSummary[]; truncated: boolean }>;
  /** One of them with its minutes, ascending; null where no such instance is known. */
  sensor(instance: string, windowSeconds: number): Promise<{ sensor: SensorSummary; minutes: SensorMinute[] } | null>;
}

/** There is nothing older than this to answer from. */
export const LONGEST_WINDOW_SECONDS = MINUTES_RETENTION_MINUTES * 60;

/** A regression compares the last hour of each deployment, whatever window is asked for. */
const REGRESSION_MINUTES = 60;

export function createQuery(store: Store, now: () => number = Date.now): Query {
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
    const totals = mergeByScope(await store.totals(range, live, fileIds), byId);
    const known =
      named ??
      (await store.knownFunctions(
        deploymentIds,
        fileIds === undefined ? { functionIds: [...totals.functionIds] } : { fileIds },
      ));
    const minutes = minutesByDeployments(await store.reporting(range, live));

    const stats = known.flatMap((k) => {
      const scope = scopeKey(k);
      const found = totals.get(scope, k.functionId);
      if (found === undefined && fileIds === undefined) return [];
      return [{ known: k, stats: functionStats(k, found, minutes(k.deploymentIds), versionOf(byId, k.deploymentId)) }];
    });
    const compare = compareStats(sort);
    stats.sort((a, b) => compare(a.stats, b.stats));
    const page = stats.slice(0, limit);
    await addRegressions(page, scopes, filter.version);
    let leftOutCalls: number | null = null;
    if (fileIds !== undefined && page.length > 0) {
      const functionIds = page.map((item) => item.known.functionId);
      const found = await store.calls(range, live, functionIds);
      leftOutCalls = found.leftOutCalls;
      addCalls(page, named === null ? CALLS_OF_A_FILE : Number.POSITIVE_INFINITY, {
        calls: found.calls,
        others: await otherEnds(deploymentIds, found.calls),
        scopeOfDeployment: (id) => scopeKey(byId.get(id)!),
        scopeOfFunction: scopeKey,
        minutes,
      });
    }
    return { functions: page.map((item) => item.stats), truncated: page.length < stats.length, leftOutCalls };
  }

  async function otherEnds(deploymentIds: number[], calls: CallTotals[]): Promise<KnownFunction[]> {
    const functionIds = [...new Set(calls.flatMap(({ callerId, calleeId }) => [callerId, calleeId]))];
    return functionIds.length === 0 ? [] : store.knownFunctions(deploymentIds, { functionIds });
  }

  /**
   * Compares, for each function of the page, the current deployment of its scope with the newest earlier one that has
   * enough timed calls of it: one that ended soon after its start says nothing and hides nothing.
   */
  async function addRegressions(
    page: Array<{ known: { functionId: number; fileId: number }; stats: FunctionStats }>,
    scopes: Map<string, Deployment[]>,
    version: string | undefined,
  ) {
    const oldestUnixMs = now() - LONGEST_WINDOW_SECONDS * 1_000;
    for (const [scope, items] of groupBy(page, ({ stats }) => scopeKey(stats))) {
      const [current, ...earlier] = [...scopes.get(scope)!].reverse();
      // Numbers of an older version must not carry a remark about a newer one.
      if (current === undefined || (version !== undefined && version !== current.version)) continue;
      const compared = earlier.filter(({ lastSeenUnixMs }) => lastSeenUnixMs >= oldestUnixMs);
      if (compared.length === 0) continue;
      const after = await lastHour(current, items);
      let open = items.filter(({ known }) => hasEnoughCalls(after.get(known.functionId)));
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
    functions,

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

    async deployments() {
      return (await deploymentsUntilNow()).reverse().map(({ id: _, ...deployment }) => deployment);
    },

    async catalog() {
      return buildCatalog(await deploymentsUntilNow(), await store.serviceRoots(), await store.ownFiles());
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
      const minutes = await store.instanceMinutes(instance, windowRange(windowSeconds, now()));
      return { sensor: sensorSummary(found), minutes: minutes.map(sensorMinute) };
    },
  };
}

function hasEnoughCalls(totals: FunctionTotals | undefined): boolean {
  return totals !== undefined && bucketsCount(totals.buckets) >= MINIMUM_TIMED_CALLS;
}

/** Minutes that cover the window up to now, as far back as minutes are kept. */
function windowRange(windowSeconds: number, nowUnixMs: number): MinuteRange {
  const toMinute = Math.floor(nowUnixMs / 60_000);
  const fromMinute = Math.floor((nowUnixMs - windowSeconds * 1_000) / 60_000);
  return { fromMinute: Math.max(fromMinute, toMinute - MINUTES_RETENTION_MINUTES), toMinute };
}

function isAsked(deployment: Deployment, { environment, version }: FunctionsFilter): boolean {
  return (
    (environment === undefined || deployment.environment === environment) &&
    (version === undefined || deployment.version === version)
  );
}

/** A scope is a service in an environment: what a row of an answer and a comparison of deployments belong to. */
function scopeKey({ service, environment }: { service: string; environment: string }): string {
  return JSON.stringify([service, environment]);
}

function versionOf(byId: Map<number, Deployment>, deploymentId: number): string {
  return byId.get(deploymentId)!.version;
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
