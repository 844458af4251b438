// From which duration on a call is slow, function by function, and a request, job or run, endpoint by endpoint: what sensors
// are told, so that they know of which to keep the circumstances. Made anew from the baselines every ten minutes.

import {
  type CollectorConfigure,
  ENDPOINT_LIMITS,
  mergeEndpointTotals,
  type SlowEndpoint,
  type SlowThreshold,
} from '@prodlens/protocol';
import { slowEndpointNs } from '../../analysis/slow-thresholds.js';
import { groupBy } from '../../query/group-by.js';
import { windowRange } from '../../query/time/window-range.js';
import type { Deployment, Store } from '../../store/store.js';
import { scopeKey } from './alert-watch.js';
import type { AnalysisClient } from './analysis-client.js';

const REFRESH_MS = 10 * 60_000;
/** What is usual for an endpoint is what it was in this time. */
const ENDPOINT_BASELINE_SECONDS = 86_400;

export type Slow = Required<Pick<CollectorConfigure, 'thresholds' | 'endpointThresholds'>>;

export function createThresholds(store: Store, analysis: AnalysisClient, now: () => number) {
  const byScope = new Map<string, Slow>();
  const followers = new Map<(of: Slow) => void, string>();
  let refreshedMs = Number.NEGATIVE_INFINITY;

  async function ofFunctions(scope: string, deploymentIds: number[]): Promise<SlowThreshold[]> {
    const { thresholds } = await analysis.ask({ type: 'thresholds', scope });
    if (thresholds.length === 0) return [];
    const slowNs = new Map(thresholds);
    const known = await store.knownFunctions(deploymentIds, { functionIds: [...slowNs.keys()] });
    return known.map(({ functionId, file, name, ordinal }) => {
      return { function: { file, name, ordinal }, slowNs: slowNs.get(functionId)! };
    });
  }

  async function ofEndpoints(deploymentIds: number[]): Promise<SlowEndpoint[]> {
    const sums = await store.endpointTotals(windowRange(ENDPOINT_BASELINE_SECONDS, now()), deploymentIds);
    const slowNs = new Map<number, number>();
    for (const [id, parts] of groupBy(sums, ({ endpointId }) => endpointId)) {
      const ns = slowEndpointNs(parts.map(({ totals }) => totals).reduce(mergeEndpointTotals));
      if (ns !== null) slowNs.set(id, ns);
    }
    const known = await store.knownEndpoints({ ids: [...slowNs.keys()] });
    return known.slice(0, ENDPOINT_LIMITS.endpoints).map(({ endpointId, kind, method, route }) => {
      return { endpoint: { kind, method, route }, slowNs: slowNs.get(endpointId)! };
    });
  }

  return {
    /** Calls `tell` at once where there are any, and whenever they are made anew. Returns the function that ends this. */
    follow(place: { service: string; environment: string }, tell: (of: Slow) => void): () => void {
      const scope = scopeKey(place);
      followers.set(tell, scope);
      const known = byScope.get(scope);
      if (known !== undefined) tell(known);
      return () => followers.delete(tell);
    },

    async refresh(scopes: string[]): Promise<void> {
      if (Math.abs(now() - refreshedMs) < REFRESH_MS) return;
      refreshedMs = now();
      const deployments = await store.deployments();
      for (const scope of new Set(scopes)) {
        const ofScope = deployments.filter((d) => scopeKey(d) === scope);
        const live = ofScope.filter(({ lastSeenUnixMs }) => now() - lastSeenUnixMs < ENDPOINT_BASELINE_SECONDS * 1_000);
        const ids = (of: Deployment[]) => of.map(({ id }) => id);
        const made = {
          thresholds: await ofFunctions(scope, ids(ofScope)),
          endpointThresholds: await ofEndpoints(ids(live)),
        };
        const before = byScope.get(scope);
        const isNone = made.thresholds.length + made.endpointThresholds.length === 0;
        if (before === undefined ? isNone : JSON.stringify(before) === JSON.stringify(made)) continue;
        byScope.set(scope, made);
        for (const [tell, of] of followers) if (of === scope) tell(made);
      }
    },
  };
}

export type Thresholds = ReturnType<typeof createThresholds>;
