// Answers about what was captured when something went wrong. In a list stands what finds a snapshot, newest first; what was
// captured is only in the answer about one.

import {
  LAST_ERRORS,
  LAST_ERRORS_OF_A_FUNCTION,
  type LastError,
  type Snapshot,
  type SnapshotSummary,
} from '@prodlens/protocol';
import type { SnapshotFilter, Store } from '../store/store.js';

export interface Forensics {
  /** At most `limit`. */
  list(filter: SnapshotFilter, limit: number): Promise<{ snapshots: SnapshotSummary[]; truncated: boolean }>;
  /** null where there is none of that id. */
  find(id: string): Promise<{ summary: SnapshotSummary; snapshot: Snapshot } | null>;
  /** Of each function, those that differ; among the newest snapshots. Newest first. */
  lastErrors(): Promise<LastError[]>;
}

/** Snapshots that last errors are looked for in. */
const LOOKED_AT = 1_000;

export function createForensics(store: Store): Forensics {
  return {
    async list(filter, limit) {
      const found = await store.snapshots(filter, limit + 1);
      return { snapshots: found.slice(0, limit), truncated: found.length > limit };
    },
    find: (id) => store.snapshot(id),

    async lastErrors() {
      const seen = new Set<string>();
      const counts = new Map<string, number>();
      const errors: LastError[] = [];
      for (const summary of await store.snapshots({ sinceUnixMs: 0 }, LOOKED_AT)) {
        const { id: snapshotId, takenUnixMs, service, environment, functionId, errorType: type, endpoint } = summary;
        if (functionId === null || type === null || errors.length === LAST_ERRORS) continue;
        const of = `${functionId} ${environment}`;
        const what = `${of} ${summary.fingerprint}`;
        const count = counts.get(of) ?? 0;
        if (seen.has(what) || count === LAST_ERRORS_OF_A_FUNCTION) continue;
        seen.add(what);
        counts.set(of, count + 1);
        errors.push({ snapshotId, takenUnixMs, service, environment, functionId, type, endpoint });
      }
      return errors;
    },
  };
}
