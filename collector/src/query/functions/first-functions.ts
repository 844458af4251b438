// The first functions of very many, by a number that adds up: found without a histogram, so that those are read only of
// the functions that are shown. What orders by a percentile or a rate needs the numbers of all.

import { createPace, giveWay } from '../../pace.js';
import type { FunctionScalars } from '../../store/store.js';
import type { SortKey } from './function-stats.js';

/** What a function is ordered by; undefined where scalars do not say. */
const VALUE: Partial<Record<SortKey, (f: FunctionScalars) => number>> = {
  totalNs: (f) => f.sumNs,
  selfNs: (f) => f.selfNs,
  cpuNs: (f) => f.cpuNs,
  calls: (f) => f.calls,
  errors: (f) => f.errors,
  maxNs: (f) => f.maxNs,
};

export interface FirstFunctions {
  functionIds: Set<number>;
  /** How many there are in all, one for each function and scope. */
  count: number;
}

export function hasScalarOrder(sort: SortKey): boolean {
  return VALUE[sort] !== undefined;
}

type Found = Array<{ deploymentId: number; functions: Map<number, FunctionScalars> }>;

/** The value of each function by scope. */
async function values(found: Found, scopeOfDeployment: (deploymentId: number) => string, sort: SortKey) {
  const value = VALUE[sort]!;
  const isMaximum = sort === 'maxNs';
  const scopes = new Map<string, Map<number, number>>();
  const pace = createPace(giveWay);
  for (const { deploymentId, functions } of found) {
    const scope = scopeOfDeployment(deploymentId);
    let values = scopes.get(scope);
    if (values === undefined) {
      values = new Map();
      scopes.set(scope, values);
    }
    for (const [id, scalars] of functions) {
      const before = values.get(id);
      const more = value(scalars);
      values.set(id, before === undefined ? more : isMaximum ? Math.max(before, more) : before + more);
    }
    await pace();
  }
  return scopes;
}

/** `limit` of them at least: where several have the same as the last one, all of those. */
export async function firstFunctions(
  found: Found,
  scopeOfDeployment: (deploymentId: number) => string,
  { sort, limit }: { sort: SortKey; limit: number },
): Promise<FirstFunctions> {
  const scopes = await values(found, scopeOfDeployment, sort);
  const count = [...scopes.values()].reduce((sum, values) => sum + values.size, 0);
  const pace = createPace(giveWay);
  let least = Number.NEGATIVE_INFINITY;
  // The largest so far, a few more than are wanted; sorted when there are twice as many.
  let first: number[] = [];
  for (const values of scopes.values()) {
    for (const one of values.values()) {
      if (one < least || first.push(one) < 2 * limit) continue;
      first = first.sort((a, b) => b - a).slice(0, limit);
      least = first.at(-1)!;
    }
    await pace();
  }
  if (first.length > limit) least = first.sort((a, b) => b - a)[limit - 1]!;
  const functionIds = new Set<number>();
  for (const values of scopes.values()) {
    for (const [id, one] of values) if (one >= least) functionIds.add(id);
    await pace();
  }
  return { functionIds, count };
}

/** All of them, or of those that are wanted, that with most first; equal ones by id. */
export async function orderedFunctions(
  found: Found,
  scopeOfDeployment: (deploymentId: number) => string,
  sort: SortKey,
  wanted: ReadonlySet<number> | null,
): Promise<Array<{ functionId: number; scope: string }>> {
  const all: Array<{ functionId: number; scope: string; value: number }> = [];
  for (const [scope, own] of await values(found, scopeOfDeployment, sort)) {
    for (const [functionId, value] of own) {
      if (wanted === null || wanted.has(functionId)) all.push({ functionId, scope, value });
    }
  }
  await giveWay();
  return all.sort((a, b) => b.value - a.value || a.functionId - b.functionId || (a.scope < b.scope ? -1 : 1));
}
