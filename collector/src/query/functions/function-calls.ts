// Who calls a function and whom it calls: the calls of all deployments of its scope, merged and ordered, with the
// function at the other end named and the share of the asked function's time that they took.

import type { FunctionCall, FunctionStats } from '@prodlens/protocol';
import type { CallTotals, KnownFunction } from '../../store/store.js';
import { groupBy } from '../group-by.js';

interface Asked {
  known: KnownFunction;
  stats: FunctionStats;
}

interface Sources {
  calls: CallTotals[];
  /** The functions at the other ends. */
  others: KnownFunction[];
  scopeOfDeployment(deploymentId: number): string;
  scopeOfFunction(f: { service: string; environment: string }): string;
  minutes(deploymentIds: number[]): number | null;
}

/** Adds callers and callees to the stats of each, at most `limit` of them. Calls of a function that is gone are left out. */
export function addCalls(asked: Asked[], limit: number, sources: Sources): void {
  const { calls, others, scopeOfDeployment, scopeOfFunction, minutes } = sources;
  const keyOf = (functionId: number, scope: string) => `${functionId}/${scope}`;
  const nameOf = new Map(others.map((f) => [keyOf(f.functionId, scopeOfFunction(f)), f]));
  const byCaller = groupBy(calls, (c) => keyOf(c.callerId, scopeOfDeployment(c.deploymentId)));
  const byCallee = groupBy(calls, (c) => keyOf(c.calleeId, scopeOfDeployment(c.deploymentId)));

  for (const { known, stats } of asked) {
    const scope = scopeOfFunction(known);
    const rate = minutes(known.deploymentIds);
    const list = (found: CallTotals[] | undefined, otherId: (c: CallTotals) => number): FunctionCall[] =>
      [...groupBy(found ?? [], otherId)]
        .flatMap(([id, parts]) => {
          const other = nameOf.get(keyOf(id, scope));
          return other === undefined ? [] : [functionCall(other, parts, stats.totalNs, rate)];
        })
        .sort((a, b) => (b.totalNs ?? -1) - (a.totalNs ?? -1) || b.calls - a.calls || (a.id < b.id ? -1 : 1))
        .slice(0, limit);
    const key = keyOf(known.functionId, scope);
    stats.callers = list(byCallee.get(key), (c) => c.callerId);
    stats.callees = list(byCaller.get(key), (c) => c.calleeId);
  }
}

function functionCall(
  { identity, file, name, line }: KnownFunction,
  parts: CallTotals[],
  ofNs: number | null,
  minutes: number | null,
): FunctionCall {
  const calls = parts.reduce((sum, part) => sum + part.calls, 0);
  const sumNs = parts.reduce((sum, part) => sum + part.sumNs, 0);
  const totalNs = sumNs > 0 ? sumNs : null;
  return {
    id: identity,
    file,
    name,
    line,
    calls,
    callsPerMinute: minutes === null ? null : calls / minutes,
    totalNs,
    share: totalNs === null || ofNs === null || ofNs === 0 ? null : totalNs / ofNs,
  };
}
