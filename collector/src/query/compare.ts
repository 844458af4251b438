// Two versions of a service side by side: each function over the last hour in which each version ran, what is new, what is
// gone, and which alerts began with the later one. The verdict is the detectors'; here are the numbers.

import { type Alert, bucketsCount, type FunctionTotals, mergeTotals } from '@prodlens/protocol';
import { clampedQuantileNs } from '../analysis/regression.js';
import { ProdlensError, quoted } from '../errors.js';
import type { Deployment, KnownFunction, Store } from '../store/store.js';
import { type QuantileChange, quantileChange } from './quantile-interval.js';

export interface ComparedSide {
  calls: number;
  errors: number;
  errorRate: number | null;
  p50Ns: number | null;
  p95Ns: number | null;
  totalNs: number | null;
}

export interface ComparedFunction {
  id: string;
  file: string;
  name: string;
  line: number;
  /** null: the version does not have it, or it was not called. */
  before: ComparedSide | null;
  after: ComparedSide | null;
  p50Ratio: number | null;
  /** null where one side has too few timed calls. */
  p95Change: QuantileChange | null;
  alertIds: string[];
}

export interface CompareFilter {
  service: string;
  environment?: string;
  /** Versions. */
  from: string;
  to: string;
}

export const COMPARED_ORDERS = ['slower', 'errors', 'time', 'name'] as const;
export type ComparedOrder = (typeof COMPARED_ORDERS)[number];

const HOUR_MINUTES = 60;
/** A ratio of fewer calls is not one to sort by. */
const LEAST_CALLS = 10;

/** `alerts`: of the service. Throws PRODLENS_ERR_VERSION_UNKNOWN. */
export async function compareVersions(
  store: Store,
  deployments: Deployment[],
  { service, environment, from, to }: CompareFilter,
  order: ComparedOrder,
  alerts: Alert[],
): Promise<ComparedFunction[]> {
  const ofVersion = (version: string): Deployment[] => {
    const found = deployments.filter(
      (d) => d.service === service && d.version === version && (environment ?? d.environment) === d.environment,
    );
    if (found.length > 0) return found;
    const place = `${quoted(service)}${environment === undefined ? '' : ` in ${quoted(environment)}`}`;
    throw new ProdlensError('PRODLENS_ERR_VERSION_UNKNOWN', `No version ${quoted(version)} of ${place} is known`);
  };
  const [before, after] = [ofVersion(from), ofVersion(to)];
  const [totalsBefore, totalsAfter] = [await lastHour(store, before), await lastHour(store, after)];
  const functionIds = [...new Set([...totalsBefore.keys(), ...totalsAfter.keys()])];
  const ids = [...before, ...after].map(({ id }) => id);
  const known = new Map<number, KnownFunction>();
  for (const f of await store.knownFunctions(ids, { functionIds })) known.set(f.functionId, f);
  const compared = [...known.values()].map((f): ComparedFunction => {
    const [beforeTotals, afterTotals] = [totalsBefore.get(f.functionId), totalsAfter.get(f.functionId)];
    const [b, a] = [side(beforeTotals), side(afterTotals)];
    const p95Change = beforeTotals && afterTotals ? quantileChange(beforeTotals, afterTotals, 0.95) : null;
    const p50Ratio = b?.p50Ns && a?.p50Ns ? a.p50Ns / b.p50Ns : null;
    const own = alerts.filter(
      ({ place, deployment }) =>
        place?.type === 'function' && place.functionId === f.identity && deployment?.version === to,
    );
    const { identity: id, file, name, line } = f;
    return { id, file, name, line, before: b, after: a, p50Ratio, p95Change, alertIds: own.map((alert) => alert.id) };
  });
  const weight = keyOf(order);
  return compared.sort((a, b) => weight(b) - weight(a) || (a.file + a.name < b.file + b.name ? -1 : 1));
}

function keyOf(order: ComparedOrder): (f: ComparedFunction) => number {
  switch (order) {
    case 'slower':
      return ({ p50Ratio, before, after }) =>
        p50Ratio !== null && Math.min(before!.calls, after!.calls) >= LEAST_CALLS ? p50Ratio : 0;
    case 'errors':
      return ({ before, after }) => (after?.errorRate ?? 0) - (before?.errorRate ?? 0);
    case 'time':
      return ({ before, after }) => (after?.totalNs ?? 0) - (before?.totalNs ?? 0);
    case 'name':
      return () => 0;
  }
}

async function lastHour(store: Store, deployments: Deployment[]): Promise<Map<number, FunctionTotals>> {
  const merged = new Map<number, FunctionTotals>();
  for (const { id, lastSeenUnixMs } of deployments) {
    const toMinute = Math.floor(lastSeenUnixMs / 60_000);
    for (const { functionId, totals } of await store.totals({ fromMinute: toMinute - HOUR_MINUTES, toMinute }, [id])) {
      const before = merged.get(functionId);
      merged.set(functionId, before === undefined ? totals : mergeTotals(before, totals));
    }
  }
  return merged;
}

function side(totals: FunctionTotals | undefined): ComparedSide | null {
  if (totals === undefined) return null;
  const { calls, errors, sumNs, buckets } = totals;
  const isTimed = bucketsCount(buckets) > 0;
  return {
    calls,
    errors,
    errorRate: calls === 0 ? null : Math.min(1, errors / calls),
    p50Ns: isTimed ? clampedQuantileNs(totals, 0.5) : null,
    p95Ns: isTimed ? clampedQuantileNs(totals, 0.95) : null,
    totalNs: isTimed ? sumNs : null,
  };
}
