// Writes what a fold holds into the tables, a few milliseconds at a time. Here it is packed; a thread of its own merges it
// with the rows that are there (table-thread.ts), so that sockets and questions go on meanwhile. Each slice is one
// transaction that also notes how far it has come: after a kill the same segment makes the same fold, and writing goes on
// behind the last slice. A slice is of one deployment, and marked as written before a question about that deployment is
// answered again, so that none finds it twice or not at all.

import type { AskedThread } from '../../asked-thread.js';
import type { FoldedFile, FoldedMinute, MinuteFold } from '../minute-fold.js';
import { encodeEdges } from '../packed/edge-blob.js';
import { encodeEndpoints } from '../packed/endpoint-blob.js';
import { encodeMinute } from '../packed/minute-blob.js';
import { encodeScalars } from '../packed/scalar-blob.js';
import { ScalarSums } from '../scalar-sums.js';
import type { Edges } from './edges.js';
import type { Endpoints } from './endpoints.js';
import type { Minutes } from './minutes.js';
import type { Database } from './open-database.js';
import type { PackedPart, TableRequest } from './table-thread.js';

/** Files in one transaction: a few milliseconds of work. */
const SLICE_FILES = 8;

/** What is written as one: a file of a minute, or, where it is null, what a minute has besides files. */
interface Part {
  minute: FoldedMinute;
  file: FoldedFile | null;
}

/** Runs the steps while no question about the deployments is being answered; null: about any. */
export type Move = (deployments: number[] | null, steps: () => Promise<void>) => Promise<void>;

export interface FoldWriter {
  /** The segment that was written last, and how many parts of it are in the tables. */
  progress(): { segment: number; parts: number };
  /** Marks what is in the tables already of the fold of a segment that is read again. */
  resume(fold: MinuteFold, segment: number): void;
  /** Keys of those windows of the segment that another collector has counted: always none on a store of one's own. */
  countedElsewhere(fold: MinuteFold, segment: number): Promise<ReadonlySet<string>>;
  /** Resolves when all is in the tables. Each slice is moved there and marked within `move`. */
  write(fold: MinuteFold, segment: number, move: Move): Promise<void>;
}

export function createFoldWriter(
  db: Database,
  tables: AskedThread<TableRequest, void>,
  { minutes, edges, endpoints }: { minutes: Minutes; edges: Edges; endpoints: Endpoints },
): FoldWriter {
  const selectProgress = db.prepare('SELECT segment, parts FROM journal_progress');

  function written({ minute, file }: Part): void {
    if (file !== null) {
      file.isWritten = true;
      minutes.fileWritten(minute, file);
      return;
    }
    minute.areOthersWritten = true;
    edges.written(minute);
    endpoints.written(minute);
  }

  function progress() {
    return selectProgress.get() as { segment: number; parts: number };
  }

  /** Parts of the segment that are in the tables. */
  function partsDone(segment: number): number {
    const reached = progress();
    return reached.segment === segment ? reached.parts : reached.segment > segment ? Number.POSITIVE_INFINITY : 0;
  }

  return {
    progress,

    resume(fold, segment) {
      const done = partsDone(segment);
      let at = 0;
      for (const part of partsOf(fold)) if (++at <= done) written(part);
    },

    countedElsewhere: async () => new Set(),

    async write(fold, segment, move) {
      const skip = partsDone(segment);
      let done = 0;
      let slice: Part[] = [];
      for (const part of partsOf(fold)) {
        if (++done <= skip) {
          // In the tables, though nobody heard of it, as when the thread has ended right after the transaction.
          if (!isWritten(part)) written(part);
          continue;
        }
        slice.push(part);
        if (part.file !== null && slice.length < SLICE_FILES) continue;
        const request = { type: 'write', part: packed(slice), segment, parts: done } as const;
        await move([part.minute.deployment], async () => {
          await tables.ask(request);
          slice.forEach(written);
        });
        slice = [];
      }
    },
  };
}

function isWritten({ minute, file }: Part): boolean {
  return file === null ? minute.areOthersWritten : file.isWritten;
}

/** Minute by minute and deployment by deployment, what a minute has besides files last. */
function* partsOf(fold: MinuteFold): Generator<Part> {
  for (const minute of fold.minutes()) {
    for (const file of [...minute.files.values()].sort((a, b) => a.file - b.file)) yield { minute, file };
    yield { minute, file: null };
  }
}

/** Of parts of one minute. */
function packed(slice: Part[]): PackedPart {
  const { t, deployment, edges, endpoints, files } = slice[0]!.minute;
  const isLast = slice.at(-1)!.file === null;
  return {
    t,
    deployment,
    files: slice.flatMap(({ file }) =>
      file === null ? [] : { file: file.file, packed: encodeMinute(file.functions) },
    ),
    scalars: isLast && files.size > 0 ? packedScalars(files.values()) : null,
    edges: isLast && (edges.size > 0 || edges.leftOutCalls > 0) ? encodeEdges(edges) : null,
    endpoints: isLast && endpoints.size > 0 ? encodeEndpoints(endpoints) : null,
  };
}

function packedScalars(files: Iterable<FoldedFile>): Uint8Array {
  const sums = new ScalarSums();
  for (const { functions } of files) functions.addScalars(sums);
  return encodeScalars(sums);
}
