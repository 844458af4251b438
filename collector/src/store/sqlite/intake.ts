// Takes windows in: makes them durable in the journal, counts them in a fold in memory, and notes at once in the tables
// what they say of their instance. Once a minute the fold goes to the tables, and then its segment of the journal goes.
//
// What was appended to the journal counts, whatever happens later. Where the disk takes no more, nothing is taken in
// (PRODLENS_ERR_STORE_PAUSED) until it does; a window that is handed in again is recognised by its sequence.

import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ProdlensError } from '../../errors.js';
import { createPace } from '../../pace.js';
import { openJournal, readSegment, segmentsOf } from '../journal/journal.js';
import { decodeWindow, encodeWindow } from '../journal/window-record.js';
import { createMinuteFold, type FoldedMinute, type MinuteFold, windowKey } from '../minute-fold.js';
import type { InstanceWindow, MinuteRange, RecordedWindow } from '../store.js';
import { DATABASE_FILE, type Database, transaction } from './open-database.js';
import type { Instances, WindowHead } from './records/instances.js';
import type { Reporting } from './reporting.js';
import type { FoldWriter } from './write-fold.js';

export interface IntakeLimits {
  /** Bytes of the journal, and functions in minutes in memory, from which on nothing more is taken in. */
  journalBytes: number;
  foldedFunctions: number;
}

/** Five minutes of 60,000 rows a second; a function in a minute takes about 300 bytes of memory. */
export const INTAKE_LIMITS: IntakeLimits = { journalBytes: 1024 ** 3, foldedFunctions: 1_000_000 };

type ReceivedWindow = InstanceWindow | RecordedWindow;

export interface Intake {
  /** All or nothing, durable when it resolves; a sequence that the instance has committed adds nothing. */
  commit(windows: ReceivedWindow[]): Promise<void>;
  /** What counts and is not in the tables yet. */
  unwritten(range: MinuteRange, deploymentIds: number[]): FoldedMinute[];
  /**
   * Runs the steps while nothing of the deployments goes from memory to the tables: a number is found in one of the two,
   * never in both.
   */
  whileStill<T>(deploymentIds: number[], steps: () => Promise<T>): Promise<T>;
  /** Brings everything taken in so far to the tables; `pause` is awaited between slices of a few milliseconds. */
  flush(pause?: () => Promise<void>): Promise<void>;
  /** Throws what keeps windows from being taken in. */
  check(): void;
  close(): Promise<void>;
}

interface Parts {
  instances: Instances;
  reporting: Reporting;
  writer: FoldWriter;
  limits: IntakeLimits;
  /** Notes on another thread, in one transaction, what windows say of their instances; missing: on this one. */
  noteElsewhere?: (windows: WindowHead[]) => Promise<void>;
}

interface Segment {
  number: number;
  fold: MinuteFold;
}

export function createIntake(db: Database, dataDir: string, parts: Parts): Intake {
  const { instances, reporting, writer, limits, noteElsewhere } = parts;
  const folder = join(dataDir, 'journal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  /** Segments that are being written to the tables, oldest first. */
  const closed: Segment[] = [];
  /** Durable windows whose instances are not noted yet. */
  let unnoted: ReceivedWindow[] = [];
  let fold = createMinuteFold();
  let isEmpty = true;
  let previous: Promise<unknown> = Promise.resolve();
  let flushing: Promise<void> | null = null;
  let trouble: ProdlensError | null = null;
  /** The deployments that each question being answered is about. */
  const readers = new Set<{ ids: number[] }>();
  let readerLeft = () => {};
  let moving: { deployments: number[] | null; over: Promise<void> } | null = null;

  replay();
  const journal = openJournal(folder, writer.progress().segment);

  function replay(): void {
    for (const number of segmentsOf(folder)) {
      const folded = foldOf(number, (window) => {
        unnoted.push(window);
        if (unnoted.length >= 64) noteHere();
        return true;
      });
      noteHere();
      writer.resume(folded, number);
      closed.push({ number, fold: folded });
    }
  }

  function foldOf(segment: number, counts: (window: InstanceWindow) => boolean): MinuteFold {
    const folded = createMinuteFold();
    for (const record of readSegment(folder, segment)) {
      const window = decodeWindow(record);
      if (counts(window)) folded.add(window);
    }
    return folded;
  }

  /** One after the other. */
  function inTurn<T>(steps: () => Promise<T>): Promise<T> {
    const result = previous.then(steps);
    previous = result.catch(() => {});
    return result;
  }

  function noteHere(): void {
    transaction(db, () => {
      for (const window of unnoted) if (instances.note(window)) reporting.add(window);
    });
    unnoted = [];
  }

  async function note(): Promise<void> {
    if (unnoted.length === 0) return;
    if (noteElsewhere === undefined) return noteHere();
    await noteElsewhere(unnoted.map(headOf));
    for (const { endUnixMs } of unnoted) reporting.noted(endUnixMs);
    unnoted = [];
  }

  function newOnes(windows: ReceivedWindow[]): ReceivedWindow[] {
    const last = new Map<string, number>();
    return windows.filter(({ instance, sequence }) => {
      if (sequence <= (last.get(instance) ?? instances.lastSequence(instance))) return false;
      last.set(instance, sequence);
      return true;
    });
  }

  function checkRoom(): void {
    const functions = closed.reduce((sum, segment) => sum + segment.fold.size(), fold.size());
    if (journal.bytes() < limits.journalBytes && functions < limits.foldedFunctions) return;
    throw new ProdlensError(
      'PRODLENS_ERR_STORE_PAUSED',
      'What was received cannot be written as fast as more arrives; sensors keep their numbers meanwhile',
    );
  }

  async function take(windows: ReceivedWindow[]): Promise<void> {
    await note();
    const fresh = newOnes(windows);
    if (fresh.length === 0) return;
    checkRoom();
    const pace = createPace();
    const records: Uint8Array[] = [];
    for (const window of fresh) {
      records.push('record' in window ? window.record : encodeWindow(window));
      await pace();
    }
    await journal.append(records);
    unnoted = fresh;
    isEmpty = false;
    for (const window of fresh) {
      for (const _ of fold.adding(window)) await pace();
      await pace();
    }
    await note();
  }

  /** While no question about the deployments is being answered; what is asked meanwhile waits for the steps. */
  async function moveWhileUnread(deployments: number[] | null, steps: () => Promise<void>): Promise<void> {
    while ([...readers].some(({ ids }) => overlap(deployments, ids))) {
      await new Promise<void>((left) => (readerLeft = left));
    }
    const moved = steps();
    const over = moved.then(
      () => {},
      () => {},
    );
    moving = { deployments, over };
    await moved.finally(() => {
      moving = null;
    });
  }

  async function writeClosed(pause: () => Promise<void>): Promise<void> {
    for (let segment = closed[0]; segment !== undefined; segment = closed[0]) {
      const elsewhere = await writer.countedElsewhere(segment.fold, segment.number);
      if (elsewhere.size > 0) {
        segment.fold = foldOf(segment.number, (window) => !elsewhere.has(windowKey(window)));
      }
      await writer.write(segment.fold, segment.number, async (deployments, steps) => {
        await pause();
        await moveWhileUnread(deployments, steps);
      });
      // The tables are synced only now and then; the segment must not go before they are.
      await syncFile(join(dataDir, `${DATABASE_FILE}-wal`));
      closed.shift();
      segment.fold.clear();
      journal.drop(segment.number);
    }
  }

  return {
    commit: (windows) =>
      inTurn(async () => {
        try {
          await take(windows);
          trouble = null;
        } catch (error) {
          trouble = paused(error);
          throw trouble ?? error;
        }
      }),

    unwritten(range, deploymentIds) {
      return [...closed.map((segment) => segment.fold), fold].flatMap((f) => f.within(range, deploymentIds));
    },

    async whileStill(deploymentIds, steps) {
      while (moving !== null && overlap(moving.deployments, deploymentIds)) await moving.over;
      const reader = { ids: deploymentIds };
      readers.add(reader);
      try {
        return await steps();
      } finally {
        readers.delete(reader);
        readerLeft();
      }
    },

    async flush(pause = async () => {}) {
      await flushing?.catch(() => {});
      await inTurn(async () => {
        if (isEmpty) return;
        closed.push({ number: journal.rotate(), fold });
        fold = createMinuteFold();
        isEmpty = true;
      });
      flushing ??= writeClosed(pause).finally(() => {
        flushing = null;
      });
      await flushing;
    },

    check() {
      if (trouble !== null) throw trouble;
    },

    async close() {
      await previous;
      journal.close();
    },
  };
}

function headOf(window: WindowHead): WindowHead {
  const { instance, deploymentId, sequence, startUnixMs, endUnixMs, receivedUnixMs, facts, process } = window;
  return { instance, deploymentId, sequence, startUnixMs, endUnixMs, receivedUnixMs, facts, process };
}

/** null: all there are. */
function overlap(deployments: number[] | null, ids: number[]): boolean {
  return deployments === null || deployments.some((id) => ids.includes(id));
}

/** What passes when there is room again; null for a fault of another kind. */
function paused(error: unknown): ProdlensError | null {
  if (error instanceof ProdlensError) return error.code === 'PRODLENS_ERR_STORE_PAUSED' ? error : null;
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/ENOSPC|EDQUOT|EFBIG|EIO/.test(code ?? '') && !/disk is full|disk I\/O error/i.test(message)) return null;
  return new ProdlensError(
    'PRODLENS_ERR_STORE_PAUSED',
    `The disk takes no more (${message}); sensors keep their numbers until there is room`,
    { cause: error },
  );
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
