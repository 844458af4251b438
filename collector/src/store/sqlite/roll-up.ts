// Makes the rows of hours and days from those of minutes, for data that was written before there were any.

import { decodeMinute } from '../packed/minute-blob.js';
import { encodeScalars } from '../packed/scalar-blob.js';
import { ScalarSums } from '../scalar-sums.js';
import { createEdges } from './edges.js';
import { createMinutes } from './minutes.js';
import type { Database } from './open-database.js';
import { createReporting } from './reporting.js';

const LONGER = [60, 1_440] as const;

/** Within a transaction. */
export function rollUpMinutes(db: Database): void {
  const [minutes, edges, reporting] = [createMinutes(db), createEdges(db), createReporting(db)];
  const selectFiles = db.prepare('SELECT file, b FROM m1 WHERE t = ? AND deployment = ?');
  for (const { t, deployment } of rowsIn(db, 'SELECT DISTINCT t, deployment FROM m1')) {
    const scalars = new ScalarSums();
    for (const { file, b } of selectFiles.all(t, deployment) as Array<{ file: number; b: Uint8Array }>) {
      minutes.writeFile(t, deployment, file, b, LONGER);
      for (const [id, totals] of decodeMinute(b)) scalars.addTotals(id, totals);
    }
    minutes.writeScalars(t, deployment, encodeScalars(scalars));
  }
  for (const { t, deployment, b } of rowsIn(db, 'SELECT t, deployment, b FROM e1')) {
    edges.write(t, deployment, b, LONGER);
  }
  for (const { deployment, from_ms, to_ms } of rowsIn(db, 'SELECT deployment, from_ms, to_ms FROM reporting')) {
    reporting.add({ startUnixMs: from_ms, endUnixMs: to_ms, deploymentId: deployment });
  }
}

interface Row {
  t: number;
  deployment: number;
  b: Uint8Array;
  from_ms: number;
  to_ms: number;
}

/** All at once: the statements in between write to other tables, and the rows are small. */
function rowsIn(db: Database, statement: string): Row[] {
  return db.prepare(statement).all() as unknown as Row[];
}
