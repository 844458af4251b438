// Writes what a fold holds to ClickHouse, some ten thousand rows at a time. The rows of a slice are the same after a
// kill, and each slice has a token of its own, so that one that was sent twice counts once.
//
// A window may be in the journals of two collectors: where an acknowledgement was lost, the sensor has sent it to the
// next one too. So each collector notes first which windows it is about to count, and leaves out those that another
// noted before. Two notes that are made within the same moment are told apart by ClickHouse's clock; for that a note is
// read back only when all that were on their way have arrived.

import type { FoldedFile, FoldedMinute, MinuteFold } from '../minute-fold.js';
import { windowKey } from '../minute-fold.js';
import type { Database } from '../sqlite/open-database.js';
import type { FoldWriter } from '../sqlite/write-fold.js';
import type { ClickHouse } from './connection.js';
import { TIER_TABLES, type TierTable } from './schema.js';

/** A tenth of a second of ClickHouse's time; questions wait for one slice. */
const SLICE_ROWS = 20_000;
/** How long an insert of a note may be under way when it succeeds. */
export const SETTLE_MS = 1_000;

interface Slice {
  rows: Record<TierTable, unknown[][]>;
  written: Array<() => void>;
}

interface Parts {
  collector: string;
  settleMs: number;
  /** Hears of each minute that is in ClickHouse. */
  minuteWritten: (minute: number) => void;
}

export function createClickHouseWriter(
  db: Database,
  clickHouse: ClickHouse,
  { collector, settleMs, minuteWritten }: Parts,
): FoldWriter {
  const selectProgress = db.prepare('SELECT segment, parts FROM journal_progress');
  const writeProgress = db.prepare('UPDATE journal_progress SET segment = ?, parts = ?');
  const progress = () => selectProgress.get() as { segment: number; parts: number };

  function* slicesOf(fold: MinuteFold): Generator<Slice> {
    let slice = newSlice();
    for (const minute of fold.minutes()) {
      for (const file of [...minute.files.values()].sort((a, b) => a.file - b.file)) {
        addFile(slice, minute, file);
        if (slice.rows.fn.length < SLICE_ROWS) continue;
        yield slice;
        slice = newSlice();
      }
      addOthers(slice, minute);
      slice.written.push(() => minuteWritten(minute.t));
      if (slice.rows.fn.length + slice.rows.edge.length + slice.rows.endpoint_fn.length < SLICE_ROWS) continue;
      yield slice;
      slice = newSlice();
    }
    if (slice.written.length > 0) yield slice;
  }

  return {
    progress,

    // Nobody asks before what is read again is written again, which says so itself.
    resume() {},

    async countedElsewhere(fold, segment) {
      const windows = fold.windows();
      if (windows.length === 0) return new Set();
      const notes = windows.map(({ instance, sequence }) => [instance, sequence, segment, collector]);
      const columns = ['instance', 'sequence', 'segment', 'collector'];
      await clickHouse.insert('counted', columns, notes, `${collector}/${segment}`);
      await new Promise((done) => setTimeout(done, settleMs));
      const table = `${clickHouse.database}.counted`;
      const elsewhere = await clickHouse.rows<[instance: string, sequence: number]>(
        `SELECT instance, sequence FROM ${table}
         WHERE (instance, sequence) IN (
           SELECT instance, sequence FROM ${table} WHERE collector = {collector:String} AND segment = ${segment})
         GROUP BY instance, sequence HAVING argMin(collector, (at, collector)) <> {collector:String}`,
        { collector },
      );
      return new Set(elsewhere.map(([instance, sequence]) => windowKey({ instance, sequence })));
    },

    async write(fold, segment, move) {
      const reached = progress();
      const skip =
        reached.segment === segment ? reached.parts : reached.segment > segment ? Number.POSITIVE_INFINITY : 0;
      let done = 0;
      for (const slice of slicesOf(fold)) {
        const token = `${collector}/${segment}/${++done}`;
        await move(null, async () => {
          if (done > skip) {
            for (const table of Object.keys(TIER_TABLES) as TierTable[]) {
              await clickHouse.insert(`${table}_1`, columnsOf(table), slice.rows[table], token);
            }
            writeProgress.run(segment, done);
          }
          for (const written of slice.written) written();
        });
      }
    },
  };
}

function newSlice(): Slice {
  return { rows: { fn: [], edge: [], endpoint: [], endpoint_fn: [] }, written: [] };
}

/** In the order of the rows below. */
function columnsOf(table: TierTable): string[] {
  const { key, values } = TIER_TABLES[table];
  return ['t', ...Object.keys(key), ...Object.keys(values)];
}

function addFile({ rows, written }: Slice, { t, deployment }: FoldedMinute, file: FoldedFile): void {
  for (const [id, f] of [...file.functions].sort(([a], [b]) => a - b)) {
    rows.fn.push([
      ...[t, deployment, file.file, id],
      ...[f.calls, f.errors, f.sumNs, f.maxNs, f.selfNs, f.cpuNs].map(whole),
      bucketMap(f.buckets),
    ]);
  }
  written.push(() => {
    file.isWritten = true;
  });
}

function addOthers({ rows, written }: Slice, minute: FoldedMinute): void {
  const { t, deployment, edges, endpoints } = minute;
  for (const [caller, callees] of edges.callers) {
    for (const [callee, { calls, sumNs }] of callees) {
      rows.edge.push([t, deployment, caller, callee, whole(calls), whole(sumNs)]);
    }
  }
  if (edges.leftOutCalls > 0) rows.edge.push([t, deployment, 0, 0, whole(edges.leftOutCalls), 0]);
  for (const [endpoint, { totals, functions }] of endpoints) {
    const { calls, errors, sumNs, maxNs, databaseNs, outboundNs, buckets } = totals;
    rows.endpoint.push([
      ...[t, deployment, endpoint],
      ...[calls, errors, sumNs, maxNs, databaseNs, outboundNs].map(whole),
      bucketMap(buckets),
    ]);
    for (const [id, f] of functions) {
      rows.endpoint_fn.push([t, deployment, endpoint, id, ...[f.calls, f.sumNs, f.selfNs, f.busyNs].map(whole)]);
    }
  }
  written.push(() => {
    minute.areOthersWritten = true;
  });
}

/** As the journal has it: an integer that a double can hold. */
function whole(value: number): number {
  return Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}

function bucketMap(buckets: number[]): Record<string, number> {
  const map: Record<string, number> = {};
  for (let i = 0; i < buckets.length; i += 2) map[buckets[i]!] = whole(buckets[i + 1]!);
  return map;
}
