// How each service does today beside yesterday, by the sums of its endpoints.

import { mergeBuckets, type ServiceDay } from '@prodlens/protocol';
import type { Deployment, MinuteRange, Store } from '../store/store.js';
import { scopeKey } from './deployments/deployment-scope.js';
import { groupBy } from './group-by.js';
import { figures, type Totals } from './time/latency-over-time.js';

const DAY_HOURS = 24;

/** Up to the hour that runs; by service and environment. `deployments` ascending by when each became the current one. */
export async function serviceDays(store: Store, deployments: Deployment[], nowUnixMs: number): Promise<ServiceDay[]> {
  const thisHour = Math.floor(nowUnixMs / 3_600_000);
  const first = thisHour - DAY_HOURS + 1;
  const scopes = groupBy(deployments, scopeKey);
  const scopeOf = new Map([...scopes].flatMap(([scope, own]) => own.map(({ id }) => [id, scope] as const)));

  async function within(fromHour: number, toHour: number): Promise<Map<string, Totals>> {
    const range: MinuteRange = { fromMinute: fromHour * 60, toMinute: toHour * 60 + 59 };
    const live = deployments
      .filter((d) => d.lastSeenUnixMs >= fromHour * 3_600_000 && d.firstSeenUnixMs < (toHour + 1) * 3_600_000)
      .map(({ id }) => id);
    const merged = new Map<string, Totals>();
    if (live.length === 0) return merged;
    for (const { deploymentId, totals } of await store.endpointTotals(range, live)) {
      const scope = scopeOf.get(deploymentId)!;
      const before = merged.get(scope);
      merged.set(scope, before === undefined ? totals : added(before, totals));
    }
    return merged;
  }

  const hours: Array<Map<string, Totals>> = [];
  for (let hour = first; hour <= thisHour; hour++) hours.push(await within(hour, hour));
  const yesterday = await within(first - DAY_HOURS, first - 1);

  return [...scopes]
    .map(([scope, own]): ServiceDay => {
      const { service, environment, version } = own.at(-1)!;
      const parts = hours.map((hour) => hour.get(scope));
      const today = parts.reduce((a, b) => (a && b ? added(a, b) : (a ?? b)), undefined);
      return {
        ...{ service, environment, version },
        lastSeenUnixMs: Math.max(...own.map(({ lastSeenUnixMs }) => lastSeenUnixMs)),
        today: day(today),
        yesterday: day(yesterday.get(scope)),
        startUnixMs: first * 3_600_000,
        calls: parts.map((part) => part?.calls ?? 0),
        errors: parts.map((part) => part?.errors ?? 0),
        p95Ns: parts.map((part) => (part === undefined ? null : figures(part).p95Ns)),
      };
    })
    .sort((a, b) => (a.service + a.environment < b.service + b.environment ? -1 : 1));
}

function added(a: Totals, b: Totals): Totals {
  return {
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    maxNs: Math.max(a.maxNs, b.maxNs),
    buckets: mergeBuckets(a.buckets, b.buckets),
  };
}

function day(totals: Totals | undefined) {
  if (totals === undefined || totals.calls === 0) return null;
  const { calls, errors, p50Ns, p95Ns } = figures(totals);
  return { calls, errors, errorRate: Math.min(1, errors / calls), p50Ns, p95Ns };
}
