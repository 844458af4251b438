// Snapshots, deflated, newest first. All of them together have room for so many bytes, and none is kept longer than its time:
// the oldest go.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Snapshot, SnapshotSummary } from '@prodlens/protocol';
import { SNAPSHOT_BYTES, SNAPSHOT_RETENTION_MS } from '../../retention.js';
import type { SnapshotFilter, StoredSnapshot } from '../../store.js';
import { type Database, transaction } from '../open-database.js';

export function createSnapshots(db: Database, mostBytes = SNAPSHOT_BYTES) {
  const insert = db.prepare(
    `INSERT INTO snapshot (id, taken_ms, service, environment, function, error_type, summary, b)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const sumBytes = db.prepare('SELECT coalesce(sum(length(b) + length(summary)), 0) AS bytes FROM snapshot');
  const dropOldest = db.prepare(
    `DELETE FROM snapshot WHERE id = (SELECT id FROM snapshot ORDER BY taken_ms LIMIT 1)
     RETURNING length(b) + length(summary) AS bytes`,
  );
  const selectOne = db.prepare('SELECT summary, b FROM snapshot WHERE id = ?');
  /** NULL stands for any. */
  const select = db.prepare(
    `SELECT summary FROM snapshot
     WHERE taken_ms >= ?1 AND service = coalesce(?2, service) AND environment = coalesce(?3, environment)
       AND (?4 IS NULL OR function = ?4 OR summary ->> '$.functionName' = ?4)
       AND (?5 IS NULL OR error_type = ?5)
       AND (?6 IS NULL OR summary ->> '$.endpoint' = ?6)
       AND (?7 IS NULL OR summary ->> '$.trigger' = ?7)
       AND (?8 IS NULL OR summary ->> '$.fingerprint' = ?8)
     ORDER BY taken_ms DESC LIMIT ?9`,
  );
  const dropBefore = db.prepare('DELETE FROM snapshot WHERE taken_ms < ?');
  let bytes = (sumBytes.get() as { bytes: number }).bytes;

  return {
    /** Durable when it returns. One that is there already changes nothing. */
    put({ summary, snapshot }: StoredSnapshot): void {
      const packed = deflateRawSync(JSON.stringify(snapshot));
      const { id, takenUnixMs, service, environment, functionId, errorType } = summary;
      const text = JSON.stringify(summary);
      transaction(db, () => {
        const { changes } = insert.run(id, takenUnixMs, service, environment, functionId, errorType, text, packed);
        if (Number(changes) === 0) return;
        bytes += packed.length + Buffer.byteLength(text);
        while (bytes > mostBytes) {
          const dropped = dropOldest.get() as { bytes: number } | undefined;
          if (dropped === undefined) break;
          bytes -= dropped.bytes;
        }
      });
    },

    list(filter: SnapshotFilter, limit: number): SnapshotSummary[] {
      const { sinceUnixMs, service, environment, endpoint, trigger, fingerprint, errorType } = filter;
      const or = (value: string | undefined) => value ?? null;
      const rows = select.all(
        sinceUnixMs,
        or(service),
        or(environment),
        or(filter.function),
        or(errorType),
        or(endpoint),
        or(trigger),
        or(fingerprint),
        limit,
      ) as Array<{ summary: string }>;
      return rows.map(({ summary }) => JSON.parse(summary));
    },

    find(id: string): StoredSnapshot | null {
      const row = selectOne.get(id) as { summary: string; b: Uint8Array } | undefined;
      if (row === undefined) return null;
      const snapshot = JSON.parse(inflateRawSync(row.b).toString('utf8')) as Snapshot;
      return { summary: JSON.parse(row.summary), snapshot };
    },

    sweep(nowUnixMs: number): void {
      dropBefore.run(nowUnixMs - SNAPSHOT_RETENTION_MS);
      bytes = (sumBytes.get() as { bytes: number }).bytes;
    },
  };
}
