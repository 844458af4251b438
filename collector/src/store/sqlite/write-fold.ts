// Writes what a fold holds into the tables, a few milliseconds at a time, so that sockets and questions go on. Each
// slice is one transaction that also notes how far it has come: after a kill the same segment makes the same fold, and
// writing goes on behind the last slice. What a slice has written is marked in the same turn, so that a question never
// finds it twice or not at all.

import type { FoldedFile, FoldedMinute, MinuteFold } from '../minute-fold.js';
import type { Edges } from './edges.js';
import type { Endpoints } from './endpoints.js';
import type { Minutes } from './minutes.js';
import { type Database, transaction } from './open-database.js';

/** Parts in one transaction: a few milliseconds of work. */
const SLICE_PARTS = 16;

/** What is written as one: a file of a minute, or what a minute has besides files. */
interface Part {
  write(): void;
  written(): void;
}

/** Runs the steps while no question is being answered. */
export type Move = (steps: () => void | Promise<void>) => Promise<void>;

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
  { minutes, edges, endpoints }: { minutes: Minutes; edges: Edges; endpoints: Endpoints },
): FoldWriter {
  const selectProgress = db.prepare('SELECT segment, parts FROM journal_progress');
  const writeProgress = db.prepare('UPDATE journal_progress SET segment = ?, parts = ?');

  function* partsOf(fold: MinuteFold): Generator<Part> {
    for (const minute of fold.minutes()) {
      const files = [...minute.files.values()].sort((a, b) => a.file - b.file);
      for (const file of files) yield filePart(minute, file);
      yield {
        write: () => {
          minutes.writeScalars(minute);
          edges.write(minute);
          endpoints.write(minute);
        },
        written: () => {
          minute.areOthersWritten = true;
          edges.written(minute);
          endpoints.written(minute);
        },
      };
    }
  }

  function filePart(minute: FoldedMinute, file: FoldedFile): Part {
    return {
      write: () => minutes.writeFile(minute, file),
      written: () => {
        file.isWritten = true;
        minutes.fileWritten(minute, file);
      },
    };
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
      for (const part of partsOf(fold)) if (++at <= done) part.written();
    },

    countedElsewhere: async () => new Set(),

    async write(fold, segment, move) {
      const skip = partsDone(segment);
      let done = 0;
      let slice: Part[] = [];
      const writeSlice = async () => {
        await move(() => {
          transaction(db, () => {
            for (const part of slice) part.write();
            writeProgress.run(segment, done);
          });
          for (const part of slice) part.written();
        });
        slice = [];
      };
      for (const part of partsOf(fold)) {
        if (++done <= skip) continue;
        slice.push(part);
        if (slice.length === SLICE_PARTS) await writeSlice();
      }
      if (slice.length > 0) await writeSlice();
    },
  };
}
