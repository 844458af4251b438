// What is known of functions, by file or by themselves, as it was read last: an editor asks for the same files every
// second, and names change with a deployment. Dropped as a whole when a name or a deployment changes, or when it is full.

import type { KnownFunction } from '../store.js';

/** About 500 bytes each. */
const FUNCTIONS = 50_000;

/** `groupOf`: by what they are asked for. */
export function createKnownFunctions(groupOf: (known: KnownFunction) => number) {
  let groups = new Map<string, KnownFunction[]>();
  let functions = 0;

  return {
    /** The functions of the groups as the deployments have them; `read` gives those of groups that are not kept. */
    of(deployments: string, ids: number[], read: (ids: number[]) => KnownFunction[]): KnownFunction[] {
      const missing = ids.filter((id) => !groups.has(`${deployments}/${id}`));
      if (missing.length > 0) {
        const found = read(missing);
        if (functions + found.length > FUNCTIONS) this.clear();
        functions += Math.max(missing.length, found.length);
        for (const id of missing) groups.set(`${deployments}/${id}`, []);
        for (const known of found) groups.get(`${deployments}/${groupOf(known)}`)!.push(known);
        // Where it was full, what was kept of the others is gone.
        if (missing.length < ids.length && ids.some((id) => !groups.has(`${deployments}/${id}`))) {
          return read(ids);
        }
      }
      return ids.flatMap((id) => groups.get(`${deployments}/${id}`)!);
    },

    clear(): void {
      groups = new Map();
      functions = 0;
    },
  };
}
