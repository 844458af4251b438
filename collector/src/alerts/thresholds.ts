// From which duration on a call is slow, function by function: what sensors are told, so that they know which calls to
// keep the circumstances of. Made anew from the baselines every ten minutes, and only for services that are asked about.

import type { SlowThreshold } from '@prodlens/protocol';
import type { Store } from '../store/store.js';
import { scopeKey } from './alert-watch.js';
import type { AnalysisClient } from './analysis-client.js';

const REFRESH_MS = 10 * 60_000;

export function createThresholds(store: Store, analysis: AnalysisClient, now: () => number) {
  const byScope = new Map<string, SlowThreshold[]>();
  const followers = new Map<(of: SlowThreshold[]) => void, string>();
  let refreshedMs = Number.NEGATIVE_INFINITY;

  return {
    /** Calls `tell` at once where there are any, and whenever they are made anew. Returns the function that ends this. */
    follow(place: { service: string; environment: string }, tell: (of: SlowThreshold[]) => void): () => void {
      const scope = scopeKey(place);
      followers.set(tell, scope);
      const known = byScope.get(scope);
      if (known !== undefined && known.length > 0) tell(known);
      return () => followers.delete(tell);
    },

    async refresh(scopes: string[]): Promise<void> {
      if (Math.abs(now() - refreshedMs) < REFRESH_MS) return;
      refreshedMs = now();
      const deployments = await store.deployments();
      for (const scope of new Set(scopes)) {
        const { thresholds } = await analysis.ask({ type: 'thresholds', scope });
        const ids = deployments.filter((d) => scopeKey(d) === scope).map(({ id }) => id);
        const slowNs = new Map(thresholds);
        const known = slowNs.size === 0 ? [] : await store.knownFunctions(ids, { functionIds: [...slowNs.keys()] });
        const made = known.map(({ functionId, file, name, ordinal }) => ({
          function: { file, name, ordinal },
          slowNs: slowNs.get(functionId)!,
        }));
        if (JSON.stringify(byScope.get(scope) ?? []) === JSON.stringify(made)) continue;
        byScope.set(scope, made);
        for (const [tell, of] of followers) if (of === scope) tell(made);
      }
    },
  };
}

export type Thresholds = ReturnType<typeof createThresholds>;
