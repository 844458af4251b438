// The numbers of functions in the embedded store: rows of files with histograms (m1, m60, m1440), rows of deployments
// without (s1, s60, s1440), and the answers made of them. Rows come from the fold (write-fold.ts); what is still there is
// added by answers.ts. A question that reads many rows gives way every few milliseconds, and what is asked about again and
// again, a file or a whole service, is answered from sums that are kept (kept-sums.ts).

import { addTotals, type FunctionTotals } from '@prodlens/protocol';
import { paceOf } from '../../pace.js';
import type { StoredScalars } from '../answers.js';
import type { FileSums, FoldedFile, FoldedMinute, FunctionSums } from '../minute-fold.js';
import { decodeMinute, encodeMinute, visitMinute } from '../packed/minute-blob.js';
import { addPackedScalars, encodeScalars } from '../packed/scalar-blob.js';
import { RECENT_SCALARS_MINUTES } from '../retention.js';
import { ScalarSums } from '../scalar-sums.js';
import type { MinuteRange } from '../store.js';
import { createKeptSums, type FileRow } from './kept-sums.js';
import type { Database } from './open-database.js';
import { sweepRows } from './sweep-rows.js';
import { createTierTables, retentionMinutes, rowsOf, TIERS, type Tier } from './tiers.js';

/** Rows that are read in one statement. */
const ROWS_AT_ONCE = 300;
/** The same of rows that have all functions of a deployment. */
const SCALARS_AT_ONCE = 4;

export function createMinutes(db: Database) {
  const files = createTierTables(db, 'm', ['deployment', 'file'], (a, b) => {
    const sums = decodeMinute(a);
    visitMinute(b, (id, totals) => addTo(sums, id, totals));
    return encodeMinute(sums);
  });
  const scalars = createTierTables(db, 's', ['deployment'], (a, b) => {
    const sums = new ScalarSums();
    addPackedScalars(sums, a);
    addPackedScalars(sums, b);
    return encodeScalars(sums);
  });
  const fromRows = 'FROM json_each(?) j CROSS JOIN';
  const ofTiers = <T>(make: (tier: Tier) => T) => new Map(TIERS.map((tier) => [tier, make(tier)]));
  const selectAll = ofTiers((tier) =>
    db.prepare(`SELECT m.t, m.file, m.b ${fromRows} m${tier} m ON m.t = j.value AND m.deployment = ?`),
  );
  const selectFiles = ofTiers((tier) =>
    db.prepare(
      `SELECT m.t, m.file, m.b ${fromRows} json_each(?) f
       CROSS JOIN m${tier} m ON m.t = j.value AND m.deployment = ? AND m.file = f.value`,
    ),
  );
  const selectScalars = ofTiers((tier) =>
    db.prepare(`SELECT s.b ${fromRows} s${tier} s ON s.t = j.value AND s.deployment = ?`),
  );
  const newest = db.prepare('SELECT max(t) AS t FROM m1').get() as { t: number | null };
  let newestMinute = newest.t ?? 0;

  const kept = createKeptSums({
    readMinutes: ({ fromMinute, toMinute }, ...about) => {
      const minutes = Array.from({ length: toMinute - fromMinute + 1 }, (_, i) => fromMinute + i);
      return read(new Map([[1, minutes]]), ...about);
    },
    readAll: (range, ...about) => read(rowsOf(range, newestMinute), ...about),
  });

  /** Visits each of the rows, giving way now and then. */
  async function read(
    rows: Map<Tier, number[]>,
    deployment: number,
    fileIds: number[] | undefined,
    visit: (row: FileRow) => void,
  ): Promise<void> {
    const asked = fileIds && JSON.stringify(fileIds);
    const pace = paceOf(fileIds);
    for (const [tier, times] of rows) {
      // A time has as many rows as the deployment has files.
      const step = asked === undefined ? 1 : Math.max(1, Math.floor(ROWS_AT_ONCE / fileIds!.length));
      for (let i = 0; i < times.length; i += step) {
        const some = JSON.stringify(times.slice(i, i + step));
        const found =
          asked === undefined
            ? selectAll.get(tier)!.all(some, deployment)
            : selectFiles.get(tier)!.all(some, asked, deployment);
        for (const row of found as unknown as FileRow[]) {
          visit(row);
          const turn = pace();
          if (turn !== undefined) await turn;
        }
      }
    }
  }

  async function readScalars(range: MinuteRange, deployment: number): Promise<ScalarSums> {
    const sums = new ScalarSums();
    const pace = paceOf();
    for (const [tier, times] of rowsOf(range, newestMinute)) {
      for (let i = 0; i < times.length; i += SCALARS_AT_ONCE) {
        const some = JSON.stringify(times.slice(i, i + SCALARS_AT_ONCE));
        for (const { b } of selectScalars.get(tier)!.all(some, deployment) as Array<{ b: Uint8Array }>) {
          addPackedScalars(sums, b);
          await pace();
        }
      }
    }
    return sums;
  }

  return {
    /** Within a transaction; as encodeMinute packs it. */
    writeFile(t: number, deployment: number, file: number, packed: Uint8Array, tiers: readonly Tier[] = TIERS): void {
      files.add(t, [deployment, file], packed, tiers);
    },

    /** Within a transaction; as encodeScalars packs it. */
    writeScalars(t: number, deployment: number, packed: Uint8Array): void {
      scalars.add(t, [deployment], packed);
    },

    /** After the transaction: the file counts in the tables from now on. */
    fileWritten(minute: FoldedMinute, file: FoldedFile): void {
      newestMinute = Math.max(newestMinute, minute.t);
      kept.add(minute, file);
    },

    /** What the tables hold of one deployment in the range; of all its files where none are named. */
    async totals(range: MinuteRange, deployment: number, fileIds?: number[]): Promise<FileSums> {
      const sums = await kept.of(range, deployment, fileIds, newestMinute);
      if (sums !== null) return sums;
      const found: FileSums = new Map();
      await read(rowsOf(range, newestMinute), deployment, fileIds, ({ file, b }) => addRow(found, file, b));
      return found;
    },

    /** The same without histograms; of deployments whose sums are kept file by file, of others by the minute. */
    async scalars(range: MinuteRange, deploymentIds: number[]): Promise<StoredScalars> {
      const found = new Map<number, ScalarSums>();
      const byFile = new Set<number>();
      for (const id of deploymentIds) {
        const files = kept.hasAll(range, id, newestMinute) ? await kept.of(range, id, undefined, newestMinute) : null;
        if (files !== null) byFile.add(id);
        found.set(id, files === null ? await readScalars(range, id) : await withoutHistograms(files));
      }
      return {
        sums: found,
        isCounted: ({ deployment, areOthersWritten }, { isWritten }) =>
          byFile.has(deployment) ? isWritten : areOthersWritten,
      };
    },

    async sweep(nowUnixMs: number): Promise<void> {
      const recent = scalars.tables.map((table) =>
        table.tier === 1 ? { ...table, minutes: RECENT_SCALARS_MINUTES } : table,
      );
      await sweepRows(db, [...files.tables, ...recent], nowUnixMs);
      const minute = Math.floor(nowUnixMs / 60_000);
      kept.sweep(minute - retentionMinutes(1), minute - retentionMinutes(60));
    },
  };
}

async function withoutHistograms(files: FileSums): Promise<ScalarSums> {
  const sums = new ScalarSums();
  const pace = paceOf();
  for (const functions of files.values()) {
    for (const [id, totals] of functions) sums.addTotals(id, totals);
    await pace();
  }
  return sums;
}

function addRow(into: FileSums, file: number, blob: Uint8Array): void {
  let sums = into.get(file);
  if (sums === undefined) {
    sums = new Map();
    into.set(file, sums);
  }
  const functions = sums;
  visitMinute(blob, (id, totals) => addTo(functions, id, totals));
}

/** `totals` becomes the map's own where it is the first of its function. */
function addTo(sums: FunctionSums, id: number, totals: FunctionTotals): void {
  const before = sums.get(id);
  if (before === undefined) sums.set(id, totals);
  else addTotals(before, totals);
}

export type Minutes = ReturnType<typeof createMinutes>;
