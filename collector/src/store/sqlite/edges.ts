// Who called whom: the calls between functions of a deployment, a row a minute (edge-blob.ts). As with the numbers of
// functions, the rows of the current minutes stay decoded in memory, as a copy of what is on disk.

import { MINUTES_RETENTION_MINUTES } from '../retention.js';
import type { CallTotals, InstanceWindow, MinuteRange } from '../store.js';
import { addEdge, decodeEdges, encodeEdges, type MinuteEdges, noEdges, visitEdges } from './edge-blob.js';
import { createEdgeHours } from './edge-hours.js';
import type { Database } from './open-database.js';

/** Pairs of functions in one minute of one deployment; calls between further pairs are only counted. */
const MINUTE_PAIRS = 65_536;
/** Pairs that stay in memory, about 100 bytes each; the oldest minutes go first. */
const CACHED_PAIRS = 500_000;

interface EdgeRow {
  t: number;
  deployment: number;
  edges: MinuteEdges;
}

export function createEdges(db: Database, minutePairs = MINUTE_PAIRS) {
  const cache = new Map<string, EdgeRow>();
  const touched = new Set<EdgeRow>();
  const selectRow = db.prepare('SELECT b FROM e1 WHERE t = ? AND deployment = ?');
  const writeRow = db.prepare(
    `INSERT INTO e1 (t, deployment, b) VALUES (?, ?, ?)
     ON CONFLICT (t, deployment) DO UPDATE SET b = excluded.b`,
  );
  const hours = createEdgeHours(db);

  function row(t: number, deployment: number): EdgeRow {
    const key = `${t}/${deployment}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const stored = selectRow.get(t, deployment) as { b: Uint8Array } | undefined;
    const fresh = { t, deployment, edges: stored === undefined ? noEdges() : decodeEdges(stored.b) };
    cache.set(key, fresh);
    return fresh;
  }

  return {
    /** Within a transaction, of which `write` is a part too. */
    add({ endUnixMs, deploymentId, edges }: InstanceWindow): void {
      if (edges.length === 0) return;
      const minute = row(Math.floor(endUnixMs / 60_000), deploymentId);
      touched.add(minute);
      for (const { callerId, calleeId, ...totals } of edges) {
        addEdge(minute.edges, callerId, calleeId, totals, minutePairs);
      }
    },

    write(): void {
      for (const { t, deployment, edges } of touched) {
        writeRow.run(t, deployment, encodeEdges(edges));
        hours.minuteChanges(t, deployment);
      }
    },

    /** After the transaction: what it changed is on disk. */
    committed(newestMinute: number): void {
      touched.clear();
      let pairs = 0;
      for (const { edges } of cache.values()) pairs += edges.size;
      for (const [key, { t, edges }] of cache) {
        if (t >= newestMinute - 1 && pairs <= CACHED_PAIRS) continue;
        cache.delete(key);
        pairs -= edges.size;
      }
    },

    /** After a transaction that failed: the memory may hold what the disk does not. */
    forget(): void {
      touched.clear();
      cache.clear();
    },

    /** Added up over the minutes: all pairs of which one of the functions is a part. */
    calls(range: MinuteRange, deploymentIds: number[], functionIds: number[]) {
      const asked = new Set(functionIds);
      const merged = new Map<string, CallTotals>();
      let leftOutCalls = 0;
      for (const deploymentId of deploymentIds) {
        for (const blob of hours.blobs(range, deploymentId)) {
          leftOutCalls += visitEdges(blob, (callerId, calleeId, calls, sumNs) => {
            if (!asked.has(callerId) && !asked.has(calleeId)) return;
            const key = `${deploymentId}/${callerId}/${calleeId}`;
            const before = merged.get(key);
            if (before === undefined) merged.set(key, { deploymentId, callerId, calleeId, calls, sumNs });
            else {
              before.calls += calls;
              before.sumNs += sumNs;
            }
          });
        }
      }
      return { calls: [...merged.values()], leftOutCalls };
    },

    sweep(nowUnixMs: number): void {
      const oldest = Math.floor(nowUnixMs / 60_000) - MINUTES_RETENTION_MINUTES;
      db.prepare('DELETE FROM e1 WHERE t < ?').run(oldest);
      hours.sweep(oldest);
      hours.rollUp(nowUnixMs);
      for (const [key, { t }] of cache) if (t < oldest) cache.delete(key);
    },
  };
}

export type Edges = ReturnType<typeof createEdges>;
