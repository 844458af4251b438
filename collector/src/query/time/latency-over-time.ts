// What a function or an endpoint did in each part of a window, and by each version, with histograms: for heat maps and
// distributions. All of it is merged from the same totals as every other number.

import {
  bucketsCount,
  type EndpointTotals,
  type FunctionTotals,
  type LatencyFigures,
  type LatencyOverTime,
  mergeBuckets,
} from '@prodlens/protocol';
import { clampedQuantileNs } from '../../analysis/detectors/regression.js';
import type { Deployment, MinuteRange } from '../../store/store.js';

/** What functions and endpoints have in common. */
export type Totals = Pick<FunctionTotals & EndpointTotals, 'calls' | 'errors' | 'maxNs' | 'buckets'>;

/** By deployment id; within the range, of the one function or endpoint that is asked about. */
export type TotalsWithin = (range: MinuteRange, deploymentIds: number[]) => Promise<Map<number, Totals>>;

/** Columns of a heat map at most. */
const PARTS = 72;
/** Lengths of a part that a person can read off an axis, minutes. Numbers are kept by the minute for 48 hours. */
const PART_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1_440, 2_880] as const;
const HOUR_MINUTES = 60;

/** Of one scope: `deployments` are its, ascending by when each became the current one. */
export async function latencyOverTime(
  { fromMinute, toMinute }: MinuteRange,
  deployments: Deployment[],
  totalsWithin: TotalsWithin,
): Promise<LatencyOverTime> {
  const { service, environment } = deployments[0]!;
  const length = toMinute - fromMinute + 1;
  const minutes = PART_MINUTES.find((one) => length <= PARTS * one) ?? PART_MINUTES.at(-1)!;
  const from = minutes * Math.floor(fromMinute / minutes);
  const parts: LatencyFigures[] = [];
  for (let at = from; at <= toMinute; at += minutes) {
    const range = { fromMinute: at, toMinute: at + minutes - 1 };
    const live = deployments.filter((d) => d.lastSeenUnixMs >= at * 60_000).map(({ id }) => id);
    parts.push(figures(mergedTotals((live.length === 0 ? new Map() : await totalsWithin(range, live)).values())));
  }
  const ids = deployments.map(({ id }) => id);
  const inWindow = await totalsWithin({ fromMinute, toMinute }, ids);
  const versions = [];
  for (const deployment of [...deployments].reverse()) {
    const { id, version, revision, currentSinceUnixMs, lastSeenUnixMs } = deployment;
    let range = { fromMinute, toMinute };
    let totals = inWindow.get(id);
    if (totals === undefined && versions.length < 2) {
      const last = Math.floor(lastSeenUnixMs / 60_000);
      range = { fromMinute: last - HOUR_MINUTES, toMinute: last };
      totals = (await totalsWithin(range, [id])).get(id);
    }
    if (totals === undefined) continue;
    const [fromUnixMs, toUnixMs] = [range.fromMinute * 60_000, (range.toMinute + 1) * 60_000];
    versions.push({ version, revision, currentSinceUnixMs, fromUnixMs, toUnixMs, ...figures(totals) });
  }
  return { service, environment, startUnixMs: from * 60_000, partSeconds: minutes * 60, parts, versions };
}

/** Nothing gives totals of 0 calls. */
export function mergedTotals(all: Iterable<Totals>): Totals {
  const merged: Totals = { calls: 0, errors: 0, maxNs: 0, buckets: [] };
  for (const { calls, errors, maxNs, buckets } of all) {
    merged.calls += calls;
    merged.errors += errors;
    merged.maxNs = Math.max(merged.maxNs, maxNs);
    merged.buckets = mergeBuckets(merged.buckets, buckets);
  }
  return merged;
}

/** Percentiles in ns; null without a timed call. */
export function figures(totals: Totals): LatencyFigures {
  const { calls, errors, buckets } = totals;
  const quantile = (q: number) => (bucketsCount(buckets) > 0 ? clampedQuantileNs(totals, q) : null);
  return { calls, errors, p50Ns: quantile(0.5), p95Ns: quantile(0.95), p99Ns: quantile(0.99), buckets };
}
