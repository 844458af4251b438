// The first functions of very many, by a number that adds up: found without a histogram, so that those are read only of
// the functions that are shown. What orders by a percentile or a rate needs the numbers of all.

import type { FunctionScalars } from '../store/store.js';
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

/** Lets what waits go first: sockets, other questions. */
const giveWay = () => new Promise<void>((resume) => setImmediate(resume));

/** `limit` of them at least: where several have the same as the last one, all of those. */
export async function firstFunctions(
  found: Array<{ deploymentId: number; functions: Map<number, FunctionScalars> }>,
  scopeOfDeployment: (deploymentId: number) => string,
  { sort, limit }: { sort: SortKey; limit: number },
): Promise<FirstFunctions> {
  const value = VALUE[sort]!;
  const isMaximum = sort === 'maxNs';
  const scopes = new Map<string, Map<number, number>>();
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
    await giveWay();
  }
  const count = [...scopes.values()].reduce((sum, values) => sum + values.size, 0);
  const all = new Float64Array(count);
  let at = 0;
  for (const values of scopes.values()) for (const one of values.values()) all[at++] = one;
  all.sort();
  await giveWay();
  const least = count > limit ? all[count - limit]! : Number.NEGATIVE_INFINITY;
  const functionIds = new Set<number>();
  for (const values of scopes.values()) for (const [id, one] of values) if (one >= least) functionIds.add(id);
  return { functionIds, count };
}
