// Two versions of a service side by side: each function over the last hour in which each version ran, what is new, what is
// gone, and which alerts began with the later one. Pages and agents take the verdict from here; which change is worth an
// alert is the detectors' matter.

import { type Alert, type CallStats, type FunctionTotals, mergeTotals } from '@prodlens/protocol';
import { ProdlensError, quoted } from '../../errors.js';
import type { Deployment, KnownFunction, Store } from '../../store/store.js';
import { callStats } from '../call-stats.js';
import { CHANGE_VERDICTS, changeVerdict, type QuantileChange, quantileChange } from '../quantile-interval.js';
import { lastHourOf } from '../time/last-hour.js';

export type ComparedSide = Pick<CallStats, 'calls' | 'errors' | 'errorRate' | 'p50Ns' | 'p95Ns' | 'totalNs'>;

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
  verdict: Verdict;
  alertIds: string[];
}

/**
 * What is said of its p95, or: "new", "gone": only one of the versions has the function; "not called": both have it, one
 * never called it in its hour.
 */
export const VERDICTS = [...CHANGE_VERDICTS, 'not called', 'new', 'gone'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Functions of a comparison, by verdict. */
export type VerdictCounts = Record<Verdict, number>;

export interface CompareFilter {
  service: string;
  environment?: string;
  /** Versions. */
  from: string;
  to: string;
}

export const COMPARED_ORDERS = ['slower', 'errors', 'time', 'name'] as const;
export type ComparedOrder = (typeof COMPARED_ORDERS)[number];

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
  const knownIn = async (side: Deployment[]) =>
    new Map(
      (
        await store.knownFunctions(
          side.map(({ id }) => id),
          { functionIds },
        )
      ).map((f): [number, KnownFunction] => [f.functionId, f]),
    );
  const [knownBefore, knownAfter] = [await knownIn(before), await knownIn(after)];
  const known = new Map([...knownBefore, ...knownAfter]);
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
    const verdict = verdictOf({
      ...{ isBefore: knownBefore.has(f.functionId), isAfter: knownAfter.has(f.functionId) },
      ...{ areCalled: b !== null && a !== null, p95Change },
    });
    const alertIds = own.map((alert) => alert.id);
    return { id, file, name, line, before: b, after: a, p50Ratio, p95Change, verdict, alertIds };
  });
  const weight = keyOf(order);
  return compared.sort((a, b) => weight(b) - weight(a) || (a.file + a.name < b.file + b.name ? -1 : 1));
}

/** How many functions got each verdict; 0 for those that none got. */
export function countVerdicts(functions: readonly ComparedFunction[]): VerdictCounts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as VerdictCounts;
  for (const { verdict } of functions) counts[verdict]++;
  return counts;
}

interface Judged {
  /** Whether the version has it, called or not. */
  isBefore: boolean;
  isAfter: boolean;
  /** In both. */
  areCalled: boolean;
  p95Change: QuantileChange | null;
}

function verdictOf({ isBefore, isAfter, areCalled, p95Change }: Judged): Verdict {
  if (!isBefore) return 'new';
  if (!isAfter) return 'gone';
  return areCalled ? changeVerdict(p95Change) : 'not called';
}

/** Sure changes for the worse first, the largest of them first; those that changed for the better last. */
const RANK: Partial<Record<Verdict, number>> = { slower: 2, faster: -1 };

function keyOf(order: ComparedOrder): (f: ComparedFunction) => number {
  switch (order) {
    case 'slower':
      // The rank outweighs any ratio, squeezed into 0 to 1.
      return ({ verdict, p95Change }) => {
        const ratio = p95Change?.ratio ?? 0;
        return (RANK[verdict] ?? (p95Change === null ? 0 : 1)) + ratio / (1 + ratio);
      };
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
  for (const deployment of deployments) {
    for (const { functionId, totals } of await store.totals(lastHourOf(deployment), [deployment.id])) {
      const before = merged.get(functionId);
      merged.set(functionId, before === undefined ? totals : mergeTotals(before, totals));
    }
  }
  return merged;
}

function side(totals: FunctionTotals | undefined): ComparedSide | null {
  if (totals === undefined || totals.calls === 0) return null;
  const { calls, errors, errorRate, p50Ns, p95Ns, totalNs } = callStats(totals, null);
  return { calls, errors, errorRate, p50Ns, p95Ns, totalNs };
}
