// What is known of the functions of files, as it was read last: an editor asks for the same files every second, and
// names change with a deployment. Dropped as a whole when a name or a deployment changes, or when it is full.

import type { KnownFunction } from '../store.js';

/** About 500 bytes each. */
const FUNCTIONS = 50_000;

export function createKnownFiles() {
  let byFile = new Map<string, KnownFunction[]>();
  let functions = 0;

  return {
    /** The functions of the files as the deployments have them; `read` gives those of files that are not kept. */
    of(deployments: string, fileIds: number[], read: (fileIds: number[]) => KnownFunction[]): KnownFunction[] {
      const missing = fileIds.filter((id) => !byFile.has(`${deployments}/${id}`));
      if (missing.length > 0) {
        const found = read(missing);
        if (functions + found.length > FUNCTIONS) this.clear();
        functions += found.length;
        for (const id of missing) byFile.set(`${deployments}/${id}`, []);
        for (const known of found) byFile.get(`${deployments}/${known.fileId}`)!.push(known);
        // Where it was full, what was kept of the other files is gone.
        if (missing.length < fileIds.length && fileIds.some((id) => !byFile.has(`${deployments}/${id}`))) {
          return read(fileIds);
        }
      }
      return fileIds.flatMap((id) => byFile.get(`${deployments}/${id}`)!);
    },

    clear(): void {
      byFile = new Map();
      functions = 0;
    },
  };
}
