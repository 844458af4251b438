// The numbers of the embedded store: windows merged into the rows of their minute, and the rows of many minutes
// merged into totals. The rows of the current minutes stay decoded in memory, so that a commit packs and writes
// but need not read. The memory is a copy: what is dropped from it, or lost with the process, is on disk.

import { mergeTotals } from '@prodlens/protocol';
import { MINUTES_RETENTION_MINUTES } from '../retention.js';
import type { DeploymentTotals, InstanceWindow, MinuteRange, ReportingSpan } from '../store.js';
import { decodeMinute, encodeMinute, type MinuteFunctions } from './minute-blob.js';
import { minuteList } from './minute-list.js';
import type { Database } from './open-database.js';

/**
 * Rows (files of a minute) that stay in memory; the oldest go first. A row of ten functions takes about 5 KB, so this
 * many stay below 64 MB.
 */
const CACHED_ROWS = 12_000;

interface MinuteRow {
  t: number;
  deployment: number;
  file: number;
  functions: MinuteFunctions;
}

export function createMinutes(db: Database, cachedRows = CACHED_ROWS) {
  const cache = new Map<string, MinuteRow>();
  const touched = new Set<MinuteRow>();
  const selectRow = db.prepare('SELECT b FROM m1 WHERE t = ? AND deployment = ? AND file = ?');
  const writeRow = db.prepare(
    `INSERT INTO m1 (t, deployment, file, b) VALUES (?, ?, ?, ?)
     ON CONFLICT (t, deployment, file) DO UPDATE SET b = excluded.b`,
  );
  const writeReporting = db.prepare(
    `INSERT INTO reporting (t, deployment, from_ms, to_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (t, deployment) DO UPDATE
     SET from_ms = min(from_ms, excluded.from_ms), to_ms = max(to_ms, excluded.to_ms)`,
  );
  const fromMinutes = 'FROM json_each(?) j CROSS JOIN json_each(?) d';
  const selectTotals = db.prepare(
    `SELECT m1.deployment, m1.file, m1.b ${fromMinutes} CROSS JOIN m1 ON m1.t = j.value AND m1.deployment = d.value`,
  );
  const selectFileTotals = db.prepare(
    `SELECT m1.deployment, m1.file, m1.b ${fromMinutes} CROSS JOIN json_each(?) f
     CROSS JOIN m1 ON m1.t = j.value AND m1.deployment = d.value AND m1.file = f.value`,
  );
  const selectReporting = db.prepare(
    `SELECT r.deployment AS deploymentId, r.from_ms AS fromUnixMs, r.to_ms AS toUnixMs
     ${fromMinutes} CROSS JOIN reporting r ON r.t = j.value AND r.deployment = d.value`,
  );

  function row(t: number, deployment: number, file: number): MinuteRow {
    const key = `${t}/${deployment}/${file}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const stored = selectRow.get(t, deployment, file) as { b: Uint8Array } | undefined;
    const functions: MinuteFunctions = stored === undefined ? new Map() : decodeMinute(stored.b);
    const fresh = { t, deployment, file, functions };
    cache.set(key, fresh);
    return fresh;
  }

  /** Forgets the rows of minutes that no window is likely to reach any more, then the oldest beyond the limit. */
  function trimCache(newestMinute: number): void {
    let excess = cache.size - cachedRows;
    for (const [key, cached] of cache) {
      if (cached.t < newestMinute - 1 || excess > 0) cache.delete(key);
      excess--;
    }
  }

  return {
    /** Within a transaction, of which `write` is a part too. */
    add({ startUnixMs, endUnixMs, deploymentId, rows }: InstanceWindow): void {
      const t = Math.floor(endUnixMs / 60_000);
      for (const { functionId, fileId, totals } of rows) {
        const minute = row(t, deploymentId, fileId);
        touched.add(minute);
        const before = minute.functions.get(functionId);
        minute.functions.set(functionId, before ? mergeTotals(before, totals) : totals);
      }
      writeReporting.run(t, deploymentId, startUnixMs, endUnixMs);
    },

    write(): void {
      for (const { t, deployment, file, functions } of touched) {
        writeRow.run(t, deployment, file, encodeMinute(functions));
      }
    },

    /** After the transaction: what it changed is on disk. */
    committed(newestMinute: number): void {
      touched.clear();
      trimCache(newestMinute);
    },

    /** After a transaction that failed: the memory may hold what the disk does not. */
    forget(): void {
      touched.clear();
      cache.clear();
    },

    totals(range: MinuteRange, deploymentIds: number[], fileIds?: number[]): DeploymentTotals[] {
      const [minutes, deployments] = [minuteList(range), JSON.stringify(deploymentIds)];
      const rows =
        fileIds === undefined
          ? selectTotals.iterate(minutes, deployments)
          : selectFileTotals.iterate(minutes, deployments, JSON.stringify(fileIds));
      const merged = new Map<string, DeploymentTotals>();
      for (const { deployment, file, b } of rows as Iterable<{ deployment: number; file: number; b: Uint8Array }>) {
        for (const [functionId, totals] of decodeMinute(b)) {
          const key = `${deployment}/${functionId}`;
          const before = merged.get(key);
          if (before !== undefined) before.totals = mergeTotals(before.totals, totals);
          else merged.set(key, { deploymentId: deployment, functionId, fileId: file, totals });
        }
      }
      return [...merged.values()];
    },

    reporting(range: MinuteRange, deploymentIds: number[]): ReportingSpan[] {
      return selectReporting.all(minuteList(range), JSON.stringify(deploymentIds)) as ReportingSpan[];
    },

    sweep(nowUnixMs: number): void {
      const oldest = Math.floor(nowUnixMs / 60_000) - MINUTES_RETENTION_MINUTES;
      db.prepare('DELETE FROM m1 WHERE t < ?').run(oldest);
      db.prepare('DELETE FROM reporting WHERE t < ?').run(oldest);
      for (const [key, { t }] of cache) if (t < oldest) cache.delete(key);
    },
  };
}

export type Minutes = ReturnType<typeof createMinutes>;
