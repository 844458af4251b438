// What comes with the numbers of a file's functions beside the number for all of the window: its parts, the versions,
// and for how long a function had no call. All of it is made of the store's merged totals.

import { type FunctionStats, type FunctionTotals, VERSIONS_OF_A_FUNCTION, type VersionStats } from '@prodlens/protocol';
import { clampedQuantileNs } from '../../analysis/detectors/regression.js';
import { paceOf } from '../../pace.js';
import type { Deployment, DeploymentTotals, KnownFunction, MinuteRange, Store } from '../../store/store.js';
import { groupBy } from '../group-by.js';
import { MINUTES_BY_THE_MINUTE, windowRange } from '../time/window-range.js';

interface Asked {
  known: KnownFunction;
  stats: FunctionStats;
}

/** Parts of a window; fewer where a part would be shorter than a minute, or than an hour in a window of hours. */
const PARTS = 20;
/** Numbers of functions in parts that are over, which are remembered: about 100 bytes each. */
const REMEMBERED_CELLS = 300_000;

/** What a function did in a part. */
interface Cell {
  calls: number;
  errors: number;
  p95Ns: number | null;
}
const NO_CALLS: Cell = { calls: 0, errors: 0, p95Ns: null };

interface TrendSources {
  range: MinuteRange;
  /** Names what is asked about besides files and minutes. */
  key: string;
  totalsOf(part: MinuteRange, fileIds: number[]): Promise<(of: KnownFunction) => FunctionTotals | undefined>;
}

/**
 * What makes the function that adds the trend of each function with calls. Parts lie at fixed times, so that of one that
 * is over the numbers are read once, and a window that moves on reads only its end: an editor asks again every second.
 * What reaches such a part hours late no longer shows in the trend. The first part may begin before the window does.
 */
export function createTrends() {
  const remembered = new Map<string, Map<number, Map<string, Cell>>>();
  let cells = 0;
  const nameOf = (known: KnownFunction) => `${known.functionId} ${known.environment}`;

  function remember(part: string): Map<number, Map<string, Cell>> {
    for (const [key, files] of remembered) {
      if (cells <= REMEMBERED_CELLS) break;
      for (const functions of files.values()) cells -= functions.size;
      remembered.delete(key);
    }
    const files = remembered.get(part) ?? new Map();
    remembered.set(part, files);
    return files;
  }

  return async (asked: Asked[], { range, key, totalsOf }: TrendSources): Promise<void> => {
    const { fromMinute, toMinute } = range;
    const called = asked.filter(({ stats }) => stats.calls > 0);
    if (called.length === 0) return;
    const length = toMinute - fromMinute + 1;
    const unit = length > MINUTES_BY_THE_MINUTE ? 60 : 1;
    const minutes = unit * Math.ceil(length / (PARTS * unit));
    const byFile = groupBy(called, ({ known }) => known.fileId);
    const pace = paceOf([...byFile.keys()]);
    const firstMinute = minutes * Math.floor(fromMinute / minutes);
    const about = { partSeconds: minutes * 60, startUnixMs: firstMinute * 60_000 };
    for (const { stats } of called) stats.trend = { ...about, calls: [], errors: [], p95Ns: [] };
    for (let from = firstMinute; from <= toMinute; from += minutes) {
      const part = { fromMinute: from, toMinute: from + minutes - 1 };
      const isOver = part.toMinute < toMinute - 1;
      const files = isOver ? remember(`${from}/${minutes}/${key}`) : new Map<number, Map<string, Cell>>();
      const missing = [...byFile.keys()].filter((id) => !files.has(id));
      const find = missing.length === 0 ? undefined : await totalsOf(part, missing);
      for (const id of missing) {
        const functions = new Map(byFile.get(id)!.flatMap(({ known }) => cellOf(nameOf(known), find!(known))));
        if (isOver) cells += functions.size;
        files.set(id, functions);
      }
      for (const { known, stats } of called) {
        const { calls, errors, p95Ns } = files.get(known.fileId)!.get(nameOf(known)) ?? NO_CALLS;
        stats.trend!.calls.push(calls);
        stats.trend!.errors.push(errors);
        stats.trend!.p95Ns.push(p95Ns);
      }
      await pace();
    }
  };
}

function cellOf(name: string, totals: FunctionTotals | undefined): Array<[string, Cell]> {
  if (totals === undefined) return [];
  return [[name, { calls: totals.calls, errors: totals.errors, p95Ns: quantileNs(totals, 0.95) }]];
}

/** Adds what each version did, the one that became current last first; deployments of one version count together. */
export function addVersions(asked: Asked[], totals: DeploymentTotals[], deployments: Map<number, Deployment>): void {
  const order = new Map([...deployments.keys()].map((id, i) => [id, i]));
  const byFunction = groupBy(totals, ({ functionId }) => functionId);
  for (const { known, stats } of asked) {
    const own = (byFunction.get(known.functionId) ?? []).filter((t) => known.deploymentIds.includes(t.deploymentId));
    if (own.length === 0) continue;
    own.sort((a, b) => order.get(b.deploymentId)! - order.get(a.deploymentId)!);
    stats.versions = own
      .slice(0, VERSIONS_OF_A_FUNCTION)
      .map((t) => versionStats(deployments.get(t.deploymentId)!, t.totals));
  }
}

function versionStats({ version, revision }: Deployment, totals: FunctionTotals): VersionStats {
  const { calls, errors } = totals;
  return { version, revision, calls, errors, p50Ns: quantileNs(totals, 0.5), p95Ns: quantileNs(totals, 0.95) };
}

function quantileNs(totals: FunctionTotals | undefined, q: number): number | null {
  return totals === undefined || totals.buckets.length === 0 ? null : clampedQuantileNs(totals, q);
}

/** Files whose calls of long ago are remembered, and for how long: they change slowly and cost much to find. */
const REMEMBERED_FILES = 1_000;
const REMEMBERED_MS = 10 * 60_000;

/** Says of functions without a call in a window for how long they had none, as far back as numbers are kept. */
export function createUncalled(store: Store, now: () => number, longestSeconds: number) {
  const remembered = new Map<string, { atMs: number; called: Set<string> }>();
  const keyOf = (deploymentId: number, functionId: number) => `${deploymentId}/${functionId}`;

  async function calledOnce(fileIds: number[], deploymentIds: number[]): Promise<Set<string>> {
    const key = `${fileIds} ${deploymentIds}`;
    const known = remembered.get(key);
    if (known && now() - known.atMs < REMEMBERED_MS) return known.called;
    const totals = await store.totals(windowRange(longestSeconds, now()), deploymentIds, fileIds);
    const called = new Set(totals.filter((t) => t.totals.calls > 0).map((t) => keyOf(t.deploymentId, t.functionId)));
    remembered.delete(key);
    remembered.set(key, { atMs: now(), called });
    if (remembered.size > REMEMBERED_FILES) remembered.delete(remembered.keys().next().value!);
    return called;
  }

  return async (asked: Asked[], fileIds: number[], deployments: Deployment[]): Promise<void> => {
    const quiet = asked.filter(({ stats }) => stats.calls === 0);
    if (quiet.length === 0) return;
    const called = await calledOnce(
      fileIds,
      deployments.map(({ id }) => id),
    );
    const firstSeen = new Map(deployments.map((d) => [d.id, d.firstSeenUnixMs]));
    for (const { known, stats } of quiet) {
      if (known.deploymentIds.some((id) => called.has(keyOf(id, known.functionId)))) continue;
      const since = Math.min(...known.deploymentIds.map((id) => firstSeen.get(id) ?? now()));
      // Whole hours, so that an editor is told again once an hour.
      const hours = Math.floor(Math.min(longestSeconds, (now() - since) / 1_000) / 3_600);
      if (hours > 0) stats.uncalledSeconds = hours * 3_600;
    }
  };
}
