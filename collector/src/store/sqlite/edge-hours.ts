// Calls between functions by the hour: a row for each hour that is over, made of its minutes, so that a question about
// two days reads 48 rows and not 2,880. The minutes stay what counts: a late one drops the row of its hour, which is
// made anew.

import { MINUTES_RETENTION_MINUTES } from '../retention.js';
import type { MinuteRange } from '../store.js';
import { addEdge, encodeEdges, noEdges, visitEdges } from './edge-blob.js';
import { minuteList } from './minute-list.js';
import type { Database } from './open-database.js';

/** Minutes after the end of an hour in which windows of it are still expected. */
const PATIENCE_MINUTES = 5;

type Blob = { b: Uint8Array };

export function createEdgeHours(db: Database) {
  const selectOpen = db.prepare(
    `SELECT DISTINCT t / 60 AS hour, deployment FROM e1
     WHERE t < ? AND NOT EXISTS (SELECT 1 FROM e60 WHERE e60.t = e1.t / 60 AND e60.deployment = e1.deployment)`,
  );
  const selectMinutes = db.prepare(
    'SELECT e1.b FROM json_each(?) j CROSS JOIN e1 ON e1.t = j.value AND e1.deployment = ?',
  );
  const selectHour = db.prepare('SELECT b FROM e60 WHERE t = ? AND deployment = ?');
  const writeHour = db.prepare('INSERT INTO e60 (t, deployment, b) VALUES (?, ?, ?)');
  const dropHour = db.prepare('DELETE FROM e60 WHERE t = ? AND deployment = ?');

  const minuteBlobs = (range: MinuteRange, deployment: number) =>
    selectMinutes.all(minuteList(range), deployment) as Blob[];
  const minutesOf = (hour: number): MinuteRange => ({ fromMinute: 60 * hour, toMinute: 60 * hour + 59 });

  return {
    /** Makes the rows of the hours that are over. */
    rollUp(nowUnixMs: number): void {
      const before = Math.floor((Math.floor(nowUnixMs / 60_000) - PATIENCE_MINUTES) / 60) * 60;
      for (const { hour, deployment } of selectOpen.all(before) as Array<{ hour: number; deployment: number }>) {
        const sum = noEdges();
        for (const { b } of minuteBlobs(minutesOf(hour), deployment)) {
          sum.leftOutCalls += visitEdges(b, (callerId, calleeId, calls, sumNs) =>
            addEdge(sum, callerId, calleeId, { calls, sumNs }, Number.POSITIVE_INFINITY),
          );
        }
        writeHour.run(hour, deployment, encodeEdges(sum));
      }
    },

    /** Within the transaction that changes the minute. */
    minuteChanges(minute: number, deployment: number): void {
      dropHour.run(Math.floor(minute / 60), deployment);
    },

    /** Packed rows that together hold the range of a deployment: of hours where there is one, else of minutes. */
    blobs({ fromMinute, toMinute }: MinuteRange, deployment: number): Uint8Array[] {
      const found: Blob[] = [];
      let from = Math.max(fromMinute, toMinute - MINUTES_RETENTION_MINUTES);
      while (from <= toMinute) {
        const { toMinute: end } = minutesOf(Math.floor(from / 60));
        const isWhole = from % 60 === 0 && end <= toMinute;
        const hour = isWhole ? (selectHour.get(from / 60, deployment) as Blob | undefined) : undefined;
        if (hour !== undefined) found.push(hour);
        else found.push(...minuteBlobs({ fromMinute: from, toMinute: Math.min(end, toMinute) }, deployment));
        from = end + 1;
      }
      return found.map(({ b }) => b);
    },

    sweep(oldestMinute: number): void {
      db.prepare('DELETE FROM e60 WHERE t < ?').run(Math.floor(oldestMinute / 60));
    },
  };
}
