// One answer about one function, made of its merged totals.

import type { FunctionStats, FunctionTotals } from '@prodlens/protocol';
import type { KnownFunction } from '../../store/store.js';
import { callStats } from '../call-stats.js';

/** What orders a list of functions: the largest first, except by name. */
export const SORT_KEYS = [
  'totalNs',
  'selfNs',
  'cpuNs',
  'calls',
  'callsPerMinute',
  'errors',
  'p50Ns',
  'p95Ns',
  'p99Ns',
  'maxNs',
  'name',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** `totals` undefined: no data in the window; `minutes` null: nobody reported in the window. */
export function functionStats(
  known: KnownFunction,
  totals: FunctionTotals | undefined,
  minutes: number | null,
  { version, revision }: { version: string; revision: string },
): FunctionStats {
  const ofCalls = callStats(totals, minutes);
  const { selfNs = 0, cpuNs = 0 } = totals ?? {};
  return {
    id: known.identity,
    service: known.service,
    environment: known.environment,
    file: known.file,
    name: known.name,
    ordinal: known.ordinal,
    kind: known.kind,
    line: known.line,
    column: known.column,
    package: known.package,
    timed: known.timed,
    ...ofCalls,
    // None where it was not measured, as in rows that an earlier collector wrote.
    selfNs: ofCalls.totalNs !== null && selfNs > 0 ? selfNs : null,
    cpuNs: cpuNs > 0 ? cpuNs : null,
    version,
    revision,
    regression: null,
  };
}

/** In place, where one is known: only for those who look functions up in a text. */
export function addFingerprints(page: { known: KnownFunction; stats: FunctionStats }[]): void {
  for (const { known, stats } of page) if (known.fingerprint !== null) stats.fingerprint = known.fingerprint;
}

/** Orders for Array.sort; equal ones by service, file, name and ordinal, so that the order is always the same. */
export function compareStats(key: SortKey): (a: FunctionStats, b: FunctionStats) => number {
  const byPlace = (a: FunctionStats, b: FunctionStats) =>
    compareText(a.service, b.service) ||
    compareText(a.environment, b.environment) ||
    compareText(a.file, b.file) ||
    compareText(a.name, b.name) ||
    a.ordinal - b.ordinal;
  if (key === 'name') return (a, b) => compareText(a.name, b.name) || byPlace(a, b);
  return (a, b) => (b[key] ?? -1) - (a[key] ?? -1) || byPlace(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
