// The processes that report: what each said of itself last, and a row for each minute in which it reported. The row of
// a minute adds up what adds up (times), and keeps the highest of what does not (memory, delays).

import { MINUTES_RETENTION_MINUTES } from '../../retention.js';
import type { InstanceMinute, InstanceWindow, LatestWindow, MinuteRange, SensorInstance } from '../../store.js';
import type { Database } from '../open-database.js';

interface CommittedRow {
  sequence: number;
  latest: string | null;
}

/** A window without its numbers. */
export type WindowHead = Pick<
  InstanceWindow,
  'instance' | 'deploymentId' | 'sequence' | 'startUnixMs' | 'endUnixMs' | 'receivedUnixMs' | 'facts' | 'process'
>;

type InstanceRow = Omit<SensorInstance, 'latest'> & { latest: string | null };

export function createInstances(db: Database) {
  const selectCommitted = db.prepare('SELECT last_sequence AS sequence, latest FROM instance WHERE instance = ?');
  // A time after the receipt was noted while the clock was ahead: it is replaced, not kept.
  const lastSeen = 'last_seen_ms = CASE WHEN last_seen_ms > ?1 THEN ?2 ELSE max(last_seen_ms, ?2) END';
  const updateInstance = db.prepare(
    `UPDATE instance SET last_sequence = ?4, latest = ?5, ${lastSeen} WHERE instance = ?3`,
  );
  const updateDeployment = db.prepare(`UPDATE deployment SET ${lastSeen} WHERE id = ?3`);
  const writeMinute = db.prepare(
    `INSERT INTO p1 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (t, instance) DO UPDATE SET
       duration_ms = duration_ms + excluded.duration_ms,
       sensor_cpu_ms = sensor_cpu_ms + excluded.sensor_cpu_ms,
       inline_cpu_ms = inline_cpu_ms + excluded.inline_cpu_ms,
       cpu_ms = cpu_ms + excluded.cpu_ms,
       event_loop_busy_ms = event_loop_busy_ms + excluded.event_loop_busy_ms,
       gc_count = gc_count + excluded.gc_count,
       gc_ms = gc_ms + excluded.gc_ms,
       rss_bytes = max(rss_bytes, excluded.rss_bytes),
       heap_used_bytes = max(heap_used_bytes, excluded.heap_used_bytes),
       delay_p50_ns = max(delay_p50_ns, excluded.delay_p50_ns),
       delay_p99_ns = max(delay_p99_ns, excluded.delay_p99_ns),
       delay_max_ns = max(delay_max_ns, excluded.delay_max_ns)`,
  );
  const selectInstances = db.prepare(
    `SELECT i.instance, s.name AS service, e.name AS environment, d.version, d.revision, i.host, i.pid, i.runtime,
       i.sensor_version AS sensorVersion, i.first_seen_ms AS firstSeenUnixMs, i.last_seen_ms AS lastSeenUnixMs, i.latest
     FROM instance i JOIN deployment d ON d.id = i.deployment
     JOIN service s ON s.id = d.service JOIN environment e ON e.id = d.environment
     WHERE i.last_seen_ms >= ?1 AND (?2 IS NULL OR i.instance = ?2)
     ORDER BY s.name, e.name, i.first_seen_ms, i.instance`,
  );
  const selectMinutes = db.prepare(
    `SELECT t AS minute, duration_ms AS durationMs, sensor_cpu_ms AS sensorCpuMs, inline_cpu_ms AS inlineCpuMs,
       cpu_ms AS cpuMs, rss_bytes AS rssBytes, heap_used_bytes AS heapUsedBytes,
       min(1.0, event_loop_busy_ms / max(1.0, duration_ms)) AS eventLoopUtilization,
       delay_p50_ns AS eventLoopDelayP50Ns, delay_p99_ns AS eventLoopDelayP99Ns, delay_max_ns AS eventLoopDelayMaxNs,
       gc_count AS gcCount, gc_ms AS gcMs
     FROM json_each(?) j CROSS JOIN p1 ON p1.t = j.value AND p1.instance = ? ORDER BY t`,
  );

  return {
    /** The highest sequence of the instance that is noted; 0 when none. */
    lastSequence(instance: string): number {
      return (selectCommitted.get(instance) as CommittedRow | undefined)?.sequence ?? 0;
    },

    /** Within a transaction. False for a window that is noted already, which adds nothing. */
    note({ instance, deploymentId, sequence, startUnixMs, endUnixMs, receivedUnixMs, facts, process }: WindowHead) {
      const committed = selectCommitted.get(instance) as CommittedRow | undefined;
      if (sequence <= (committed?.sequence ?? 0)) return false;
      if (facts === null || process === null) {
        updateInstance.run(receivedUnixMs, endUnixMs, instance, sequence, committed?.latest ?? null);
        updateDeployment.run(receivedUnixMs, endUnixMs, deploymentId);
        return true;
      }
      const before: LatestWindow | null = committed?.latest ? JSON.parse(committed.latest) : null;
      const latest: LatestWindow = {
        durationMs: endUnixMs - startUnixMs,
        sensorCpuMs: Math.max(0, facts.sensorCpuMs - (before?.facts.sensorCpuMs ?? 0)),
        inlineCpuMs: Math.max(0, facts.inlineCpuMs - (before?.facts.inlineCpuMs ?? 0)),
        facts,
        process,
      };
      updateInstance.run(receivedUnixMs, endUnixMs, instance, sequence, JSON.stringify(latest));
      updateDeployment.run(receivedUnixMs, endUnixMs, deploymentId);
      const { durationMs, sensorCpuMs, inlineCpuMs } = latest;
      const t = Math.floor(endUnixMs / 60_000);
      const p = process;
      writeMinute.run(
        ...[t, instance, durationMs, sensorCpuMs, inlineCpuMs, p.cpuMs, durationMs * p.eventLoopUtilization],
        ...[p.gcCount, p.gcMs, p.rssBytes, p.heapUsedBytes],
        ...[p.eventLoopDelayP50Ns, p.eventLoopDelayP99Ns, p.eventLoopDelayMaxNs],
      );
      return true;
    },

    instances(sinceUnixMs: number, instance?: string): SensorInstance[] {
      const rows = selectInstances.all(sinceUnixMs, instance ?? null) as InstanceRow[];
      return rows.map((row) => ({ ...row, latest: row.latest === null ? null : JSON.parse(row.latest) }));
    },

    minutes(instance: string, range: MinuteRange): InstanceMinute[] {
      return selectMinutes.all(minuteList(range), instance) as InstanceMinute[];
    },

    sweep(nowUnixMs: number): void {
      db.prepare('DELETE FROM p1 WHERE t < ?').run(Math.floor(nowUnixMs / 60_000) - MINUTES_RETENTION_MINUTES);
    },
  };
}

export type Instances = ReturnType<typeof createInstances>;

/** The minutes as a JSON array, no more of them than are kept. The list drives the join: a range would walk all rows. */
function minuteList({ fromMinute, toMinute }: MinuteRange): string {
  const from = Math.max(fromMinute, toMinute - MINUTES_RETENTION_MINUTES);
  return JSON.stringify(Array.from({ length: Math.max(0, toMinute - from + 1) }, (_, i) => from + i));
}
