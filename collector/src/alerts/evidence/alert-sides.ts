// Before and after of an alert, read from the store, so that its numbers are those of every other answer.

import {
  type AlertSide,
  bucketsCount,
  type FunctionTotals,
  mergeBuckets,
  mergeTotals,
  NO_TOTALS,
} from '@prodlens/protocol';
import { clampedQuantileNs } from '../../analysis/detectors/regression.js';
import type { Finding } from '../../analysis/finding.js';
import type { KnownFunction, Store } from '../../store/store.js';

type SideTotals = Pick<FunctionTotals, 'calls' | 'sumNs' | 'maxNs' | 'buckets'>;

export interface Side {
  totals: SideTotals;
  side: AlertSide;
}

/** Before and after. Of what a deployment did after, only its own instances; before, whatever ran. */
export async function sidesOf(
  store: Store,
  finding: Finding,
  known: KnownFunction | undefined,
  ids: number[],
  currentId: number,
): Promise<[before: Side, after: Side]> {
  const read = async ([from, to]: [number, number], of: number[]): Promise<SideTotals> => {
    const range = { fromMinute: from, toMinute: to - 1 };
    if (finding.endpointId !== undefined) {
      const sums = await store.endpointTotals(range, of);
      return sums
        .filter(({ endpointId }) => endpointId === finding.endpointId)
        .reduce((sum, { totals }) => added(sum, totals), NO_TOTALS as SideTotals);
    }
    // Of a whole service only how many calls there were: times of many functions together say nothing.
    if (known === undefined) {
      const calls = (await store.totals(range, of)).reduce((sum, { totals }) => sum + totals.calls, 0);
      return { ...NO_TOTALS, calls };
    }
    const rows = await store.totals(range, of, [known.fileId]);
    return rows
      .filter(({ functionId }) => functionId === known.functionId)
      .reduce((sum, { totals }) => mergeTotals(sum, totals), NO_TOTALS);
  };
  const before = await read(finding.beforeMinutes, finding.beforeDeployments ?? ids);
  const after = await read(finding.afterMinutes, finding.isOfDeployment ? [currentId] : ids);
  return [
    { totals: before, side: sideOf(finding, before, finding.before, finding.beforeMinutes) },
    { totals: after, side: sideOf(finding, after, finding.after, finding.afterMinutes) },
  ];
}

function added(a: SideTotals, b: SideTotals): SideTotals {
  return {
    calls: a.calls + b.calls,
    sumNs: a.sumNs + b.sumNs,
    maxNs: Math.max(a.maxNs, b.maxNs),
    buckets: mergeBuckets(a.buckets, b.buckets),
  };
}

function sideOf({ measure }: Finding, totals: SideTotals, value: number, [from, to]: [number, number]): AlertSide {
  const isTime = measure === 'medianNs';
  const timed = bucketsCount(totals.buckets);
  return {
    value: isTime && timed > 0 ? clampedQuantileNs(totals, 0.5) : value,
    p95Ns: isTime && timed > 0 ? clampedQuantileNs(totals, 0.95) : null,
    calls: isTime ? timed : totals.calls,
    fromUnixMs: from * 60_000,
    toUnixMs: to * 60_000,
  };
}

/** Added time in all calls together, ms a second; null where it is not time. */
export function extraMsPerSecond(finding: Finding, before: SideTotals, after: SideTotals): number | null {
  if (finding.measure === 'cpuNsPerSecond') return (finding.after - finding.before) / 1e6;
  const [n, m] = [bucketsCount(before.buckets), bucketsCount(after.buckets)];
  if (finding.measure !== 'medianNs' || n === 0 || m === 0) return null;
  const seconds = (finding.afterMinutes[1] - finding.afterMinutes[0]) * 60;
  return Math.max(0, ((after.sumNs / m - before.sumNs / n) * m) / seconds / 1e6);
}
