// Answers about what was captured when something went wrong. In a list stands what finds a snapshot, newest first; what was
// captured is only in the answer about one.

import type { Snapshot, SnapshotSummary } from '@prodlens/protocol';
import type { SnapshotFilter, Store } from '../store/store.js';

export interface Forensics {
  /** At most `limit`. */
  list(filter: SnapshotFilter, limit: number): Promise<{ snapshots: SnapshotSummary[]; truncated: boolean }>;
  /** null where there is none of that id. */
  find(id: string): Promise<{ summary: SnapshotSummary; snapshot: Snapshot } | null>;
}

export function createForensics(store: Store): Forensics {
  return {
    async list(filter, limit) {
      const found = await store.snapshots(filter, limit + 1);
      return { snapshots: found.slice(0, limit), truncated: found.length > limit };
    },
    find: (id) => store.snapshot(id),
  };
}
