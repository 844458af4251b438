// What the answer about a function says of the deployment that runs: slower than the one before it, or nothing.

import { bucketsCount, type FunctionStats, type FunctionTotals, NO_TOTALS, type Regression } from '@prodlens/protocol';
import { BASELINE_MS, COLD_MINUTES, findRegression, MINIMUM_TIMED_CALLS } from '../../analysis/detectors/regression.js';
import type { Deployment, Store } from '../../store/store.js';
import { groupBy } from '../group-by.js';
import { lastHourOf } from '../time/last-hour.js';
import { LONGEST_MINUTES_SECONDS } from '../time/window-range.js';
import { type DeploymentFilter, isAsked, scopeKey } from './deployment-scope.js';

/** What the detectors say of a function of a service that has a baseline; null: nothing. */
export type RegressionOf = (functionId: string, environment: string, version: string) => Regression | null;

/**
 * With a baseline, what the detectors say, as the alerts do. Without one the current deployment of the scope is held
 * against the newest earlier one that has enough timed calls of the function: one that ended soon after its start says
 * nothing and hides nothing.
 */
export function createRegressions(store: Store, now: () => number, regressionOf: RegressionOf) {
  async function lastHour(
    deployment: Deployment,
    items: Array<{ known: { fileId: number } }>,
    sinceMinute = 0,
  ): Promise<Map<number, FunctionTotals>> {
    const fileIds = [...new Set(items.map(({ known }) => known.fileId))];
    const { fromMinute, toMinute } = lastHourOf(deployment);
    const range = { fromMinute: Math.max(sinceMinute, fromMinute), toMinute };
    if (range.fromMinute > toMinute) return new Map();
    const totals = await store.totals(range, [deployment.id], fileIds);
    return new Map(totals.map((t) => [t.functionId, t.totals]));
  }

  return async function addRegressions(
    page: Array<{ known: { functionId: number; fileId: number }; stats: FunctionStats }>,
    scopes: Map<string, Deployment[]>,
    { version, revision }: DeploymentFilter,
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
      const warm = await lastHour(current, items, Math.floor(current.currentSinceUnixMs / 60_000) + COLD_MINUTES);
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
            { version: current.version, totals: a, warm: warm.get(known.functionId) ?? NO_TOTALS },
          );
          return false;
        });
      }
    }
  };
}

function hasEnoughCalls(totals: FunctionTotals | undefined): boolean {
  return totals !== undefined && bucketsCount(totals.buckets) >= MINIMUM_TIMED_CALLS;
}
