// The first functions of very many, by a number that adds up: found without a histogram, so that those are read only of
// the functions that are shown. What orders by a percentile or a rate needs the numbers of all.

import { giveWay, paceOf } from '../../pace.js';
import type { Store } from '../../store/store.js';
import type { SortKey } from './function-stats.js';

/** What a function is ordered by; undefined where scalars do not say. */
const VALUE: Partial<
  Record<
    SortKey,
    (calls: number, errors: number, sumNs: number, maxNs: number, selfNs: number, cpuNs: number) => number
  >
> = {
  calls: (calls) => calls,
  errors: (_, errors) => errors,
  totalNs: (_, __, sumNs) => sumNs,
  maxNs: (_, __, ___, maxNs) => maxNs,
  selfNs: (_, __, ___, ____, selfNs) => selfNs,
  cpuNs: (_, __, ___, ____, _____, cpuNs) => cpuNs,
};

export interface FirstFunctions {
  functionIds: Set<number>;
  /** How many there are in all, one for each function and scope. */
  count: number;
}

/** Whether `sort` goes by a number that adds up, so that it needs no histogram. */
export function hasScalarOrder(sort: SortKey): boolean {
  return VALUE[sort] !== undefined;
}

type Found = Awaited<ReturnType<Store['scalars']>>;

/** The value of each function by scope. */
async function values(found: Found, scopeOfDeployment: (deploymentId: number) => string, sort: SortKey) {
  const value = VALUE[sort]!;
  const isMaximum = sort === 'maxNs';
  const scopes = new Map<string, Map<number, number>>();
  const pace = paceOf();
  for (const { deploymentId, functions } of found) {
    const scope = scopeOfDeployment(deploymentId);
    let values = scopes.get(scope);
    if (values === undefined) {
      values = new Map();
      scopes.set(scope, values);
    }
    const own = values;
    functions.visit((id, calls, errors, sumNs, maxNs, selfNs, cpuNs) => {
      const before = own.get(id);
      const more = value(calls, errors, sumNs, maxNs, selfNs, cpuNs);
      own.set(id, before === undefined ? more : isMaximum ? Math.max(before, more) : before + more);
    });
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
  const pace = paceOf();
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
