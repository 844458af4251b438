// When deployments were reporting: the span of the windows that ended in each minute, and of each hour the spans that
// its minutes make, so that a rate over ninety days divides by the time that was really covered.

import { MINUTES_RETENTION_MINUTES } from '../retention.js';
import type { InstanceWindow, MinuteRange, ReportingSpan } from '../store.js';
import type { Database } from './open-database.js';
import { retentionMinutes, rowsOf } from './tiers.js';

type WindowSpan = Pick<InstanceWindow, 'startUnixMs' | 'endUnixMs' | 'deploymentId'>;
type Span = [fromUnixMs: number, toUnixMs: number];

/** Spans with a gap below this count as one: windows follow each other within it. */
const GAP_MS = 1_000;

export function createReporting(db: Database) {
  const writeMinute = db.prepare(
    `INSERT INTO reporting (t, deployment, from_ms, to_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (t, deployment) DO UPDATE
     SET from_ms = min(from_ms, excluded.from_ms), to_ms = max(to_ms, excluded.to_ms)`,
  );
  const selectHour = db.prepare('SELECT spans FROM reporting60 WHERE t = ? AND deployment = ?');
  const writeHour = db.prepare(
    `INSERT INTO reporting60 (t, deployment, spans) VALUES (?, ?, ?)
     ON CONFLICT (t, deployment) DO UPDATE SET spans = excluded.spans`,
  );
  const fromRows = 'FROM json_each(?) j CROSS JOIN json_each(?) d CROSS JOIN';
  const selectMinutes = db.prepare(
    `SELECT r.deployment AS deploymentId, r.from_ms AS fromUnixMs, r.to_ms AS toUnixMs
     ${fromRows} reporting r ON r.t = j.value AND r.deployment = d.value`,
  );
  const selectHours = db.prepare(
    `SELECT r.deployment, r.spans ${fromRows} reporting60 r ON r.t = j.value AND r.deployment = d.value`,
  );
  let newestMinute = (db.prepare('SELECT max(t) AS t FROM reporting').get() as { t: number | null }).t ?? 0;

  return {
    /** Within a transaction. */
    add({ startUnixMs, endUnixMs, deploymentId }: WindowSpan): void {
      const t = Math.floor(endUnixMs / 60_000);
      writeMinute.run(t, deploymentId, startUnixMs, endUnixMs);
      const hour = Math.floor(t / 60);
      const before = selectHour.get(hour, deploymentId) as { spans: string } | undefined;
      const spans = joined([...(before ? (JSON.parse(before.spans) as Span[]) : []), [startUnixMs, endUnixMs]]);
      writeHour.run(hour, deploymentId, JSON.stringify(spans));
      this.noted(endUnixMs);
    },

    /** A window that ended then is in the tables, whoever wrote it. */
    noted(endUnixMs: number): void {
      newestMinute = Math.max(newestMinute, Math.floor(endUnixMs / 60_000));
    },

    spans(range: MinuteRange, deploymentIds: number[]): ReportingSpan[] {
      const rows = rowsOf(range, newestMinute);
      const deployments = JSON.stringify(deploymentIds);
      const hours = [
        ...rows.get(60)!,
        ...rows.get(1_440)!.flatMap((day) => Array.from({ length: 24 }, (_, h) => 24 * day + h)),
      ];
      const ofHours = selectHours.all(JSON.stringify(hours), deployments) as Array<{
        deployment: number;
        spans: string;
      }>;
      return [
        ...(selectMinutes.all(JSON.stringify(rows.get(1)!), deployments) as ReportingSpan[]),
        ...ofHours.flatMap(({ deployment, spans }) =>
          (JSON.parse(spans) as Span[]).map(([fromUnixMs, toUnixMs]) => ({
            deploymentId: deployment,
            fromUnixMs,
            toUnixMs,
          })),
        ),
      ];
    },

    sweep(nowUnixMs: number): void {
      const minute = Math.floor(nowUnixMs / 60_000);
      db.prepare('DELETE FROM reporting WHERE t < ?').run(minute - MINUTES_RETENTION_MINUTES);
      db.prepare('DELETE FROM reporting60 WHERE t < ?').run(Math.floor((minute - retentionMinutes(60)) / 60));
    },
  };
}

/** The union of the spans, ascending. */
function joined(spans: Span[]): Span[] {
  const union: Span[] = [];
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = union.at(-1);
    if (last !== undefined && from <= last[1] + GAP_MS) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  return union;
}

export type Reporting = ReturnType<typeof createReporting>;
