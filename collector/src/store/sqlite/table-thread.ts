// The thread that writes numbers into the tables, over a connection of its own: readers on the main thread go on beside
// it, which is what SQLite's write-ahead log is for. It is handed what is packed already and merges it with the rows that
// are there; it decides nothing, and answers when the transaction is over.

import { workerData } from 'node:worker_threads';
import { answerQuestions } from '../../asked-thread.js';
import { createEdges } from './edges.js';
import { createEndpoints } from './endpoints.js';
import { createMinutes } from './minutes.js';
import { openDatabase, transaction } from './open-database.js';
import { createInstances, type WindowHead } from './records/instances.js';
import { createReporting } from './reporting.js';

/** Rows of one deployment in one minute; null where there is nothing to write. */
export interface PackedPart {
  t: number;
  deployment: number;
  files: Array<{ file: number; packed: Uint8Array }>;
  scalars: Uint8Array | null;
  edges: Uint8Array | null;
  endpoints: Uint8Array | null;
}

/** One transaction. */
export type TableRequest =
  /** `parts` of the segment are in the tables when it is over. */
  | { type: 'write'; part: PackedPart; segment: number; parts: number }
  /** What windows say of their instances, and of when versions reported. */
  | { type: 'note'; windows: WindowHead[] };

const db = openDatabase(workerData as string, { synced: false });
const minutes = createMinutes(db);
const edges = createEdges(db);
const endpoints = createEndpoints(db);
const instances = createInstances(db);
const reporting = createReporting(db);
const writeProgress = db.prepare('UPDATE journal_progress SET segment = ?, parts = ?');

function write({ t, deployment, files, ...others }: PackedPart): void {
  for (const { file, packed } of files) minutes.writeFile(t, deployment, file, packed);
  if (others.scalars !== null) minutes.writeScalars(t, deployment, others.scalars);
  if (others.edges !== null) edges.write(t, deployment, others.edges);
  if (others.endpoints !== null) endpoints.write(t, deployment, others.endpoints);
}

function run(request: TableRequest): void {
  transaction(db, () => {
    if (request.type === 'note') {
      for (const window of request.windows) if (instances.note(window)) reporting.add(window);
      return;
    }
    write(request.part);
    writeProgress.run(request.segment, request.parts);
  });
}

answerQuestions(run, { closed: () => db.close() });
