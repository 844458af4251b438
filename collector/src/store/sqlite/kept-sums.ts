// Sums over the windows that are asked for again and again, of single files and of whole deployments, as an editor asks
// for them: made once, then kept up with what is written, and moved on minute by minute by taking away the minute that
// leaves the window. Sums and histograms can be taken away; a maximum cannot, so those of minutes are kept beside
// them. A window of hours moves once an hour, and is then made anew. Bounded: the sums that were asked for least recently
// go, and those that nobody asked for within ten minutes.

import { addTotals, type FunctionTotals } from '@prodlens/protocol';
import { type FileSums, type FoldedMinute, ownTotals } from '../minute-fold.js';
import { visitMinute } from '../packed/minute-blob.js';
import type { MinuteRange } from '../store.js';

/** Functions in all sums: about 1 KB each. */
const KEPT_FUNCTIONS = 60_000;
/** Files that are asked for together and have sums of their own; more have that of their deployment. */
const FILES_KEPT_APART = 64;
/** Rows of files that a question of hours may read each time: fewer are read faster than sums are kept. */
const ROWS_NOT_KEPT = 1_500;
/** Sums that nobody asked for within this time go. */
const KEPT_MINUTES = 10;
/** Windows up to this length move by the minute. */
const SLIDING_MINUTES = 120;
/** Of files, windows that are shorter are read faster than kept. */
const SHORTEST_MINUTES = 20;

interface KeptSum {
  key: string;
  /** What it is about: a deployment, or one file of it. */
  subject: string;
  deployment: number;
  /** null: all of the deployment. */
  file: number | null;
  fromMinute: number;
  /** Length of the window that it is kept for. */
  minutes: number;
  /** Once they were given to somebody, totals that change are put in their place anew: who has the old still reads them. */
  files: FileSums;
  isGiven: boolean;
  functions: number;
  /** The last minute of the window when it was asked for last. */
  askedMinute: number;
  /** Of a window that moves by the minute, by function id; as addMaximum keeps them. */
  maxima: Map<number, number[]> | null;
  /** When it has been made, or moved. */
  ready: Promise<void>;
}

export interface FileRow {
  /** Minute of a row of a minute. */
  t: number;
  file: number;
  b: Uint8Array;
}

/** What was done in a file, by function id. */
interface WrittenFile {
  file: number;
  functions: Iterable<[id: number, totals: FunctionTotals]>;
}

/** Of all files of the deployment where none are named. Between slices of its work it gives way. */
export type ReadRows = (
  range: MinuteRange,
  deployment: number,
  fileIds: number[] | undefined,
  visit: (row: FileRow) => void,
) => Promise<void>;

/** `readMinutes`: the rows of minutes alone; `readAll`: those that hold the range, of whatever length. */
export function createKeptSums({ readMinutes, readAll }: { readMinutes: ReadRows; readAll: ReadRows }) {
  /** The one asked for last is the last. */
  const kept = new Map<string, KeptSum>();
  const bySubject = new Map<string, Set<KeptSum>>();
  /** In all that is kept. */
  let keptFunctions = 0;

  function counted(sum: KeptSum, more: number): void {
    sum.functions += more;
    if (kept.get(sum.key) === sum) keptFunctions += more;
  }

  function add(sum: KeptSum, minute: number, file: number, id: number, totals: FunctionTotals): void {
    let functions = sum.files.get(file);
    if (functions === undefined) {
      functions = new Map();
      sum.files.set(file, functions);
    }
    const before = functions.get(id);
    if (before !== undefined) {
      const own = sum.isGiven ? ownTotals(before) : before;
      addTotals(own, totals);
      if (own !== before) functions.set(id, own);
    } else {
      functions.set(id, ownTotals(totals));
      counted(sum, 1);
    }
    if (sum.maxima === null) return;
    const maxima = sum.maxima.get(id);
    if (maxima === undefined) sum.maxima.set(id, [minute, totals.maxNs]);
    else addMaximum(maxima, minute, totals.maxNs);
  }

  /** Takes minutes away that have left the window. */
  async function take(sum: KeptSum, left: MinuteRange): Promise<void> {
    await readMinutes(left, sum.deployment, filesOf(sum), ({ t, file, b }) => {
      const functions = new Map(sum.files.get(file));
      visitMinute(b, (id, less) => {
        const sums = functions.get(id);
        if (sums === undefined) return;
        const maxima = sum.maxima!.get(id)!;
        while (maxima[0]! <= t) maxima.splice(0, 2);
        const rest = difference(sums, less, maxima[1] ?? 0);
        if (rest.calls > 0 || rest.buckets.length > 0) {
          functions.set(id, rest);
          return;
        }
        functions.delete(id);
        sum.maxima!.delete(id);
        counted(sum, -1);
      });
      sum.files.set(file, functions);
    });
  }

  function make(key: string, range: MinuteRange, deployment: number, file: number | null): KeptSum {
    const { fromMinute, toMinute } = range;
    const minutes = toMinute - fromMinute + 1;
    const sum: KeptSum = {
      ...{ key, deployment, file, fromMinute, minutes, files: new Map(), functions: 0, askedMinute: toMinute },
      isGiven: false,
      subject: subjectOf(deployment, file),
      maxima: minutes <= SLIDING_MINUTES ? new Map() : null,
      ready: Promise.resolve(),
    };
    const read = sum.maxima === null ? readAll : readMinutes;
    sum.ready = read(range, deployment, filesOf(sum), ({ t, file, b }) =>
      visitMinute(b, (id, totals) => add(sum, t, file, id, totals)),
    );
    const about = bySubject.get(sum.subject) ?? new Set();
    bySubject.set(sum.subject, about.add(sum));
    return sum;
  }

  function forget(sum: KeptSum): void {
    if (kept.get(sum.key) === sum) {
      kept.delete(sum.key);
      keptFunctions -= sum.functions;
    }
    const about = bySubject.get(sum.subject);
    about?.delete(sum);
    if (about?.size === 0) bySubject.delete(sum.subject);
  }

  function trim(toMinute: number): void {
    for (const sum of kept.values()) {
      if (keptFunctions <= KEPT_FUNCTIONS && sum.askedMinute + KEPT_MINUTES >= toMinute) return;
      forget(sum);
    }
  }

  /** As it is now, whatever becomes of it; null where what is kept is further on than the range. */
  async function filesIn(range: MinuteRange, deployment: number, file: number | null): Promise<FileSums | null> {
    const { fromMinute, toMinute } = range;
    const key = keyOf(range, deployment, file);
    const before = kept.get(key);
    let sum = before;
    if (before !== undefined && before.fromMinute !== fromMinute) {
      const isSliding = before.maxima !== null;
      if (isSliding && before.fromMinute > fromMinute) return null;
      if (isSliding && fromMinute - before.fromMinute < before.minutes) {
        const left = { fromMinute: before.fromMinute, toMinute: fromMinute - 1 };
        before.fromMinute = fromMinute;
        before.ready = before.ready.then(() => take(before, left));
      } else {
        forget(before);
        sum = undefined;
      }
    }
    if (sum === undefined) {
      sum = make(key, range, deployment, file);
      keptFunctions += sum.functions;
    }
    kept.delete(key);
    kept.set(key, sum);
    sum.askedMinute = Math.max(sum.askedMinute, toMinute);
    try {
      await sum.ready;
    } catch (error) {
      forget(sum);
      throw error;
    }
    const found = new Map(sum.files);
    sum.isGiven = true;
    if (sum !== before) trim(toMinute);
    return found;
  }

  return {
    /** What has been written counts in every sum whose window it lies in. */
    add({ t, deployment }: Pick<FoldedMinute, 't' | 'deployment'>, { file, functions }: WrittenFile): void {
      // Made once of what is written, however many sums it counts in.
      let written: Array<[id: number, totals: FunctionTotals]> | undefined;
      for (const of of [null, file]) {
        for (const sum of bySubject.get(subjectOf(deployment, of)) ?? []) {
          if (t < sum.fromMinute) continue;
          if (t > sum.askedMinute + KEPT_MINUTES) forget(sum);
          else {
            written ??= [...functions];
            for (const [id, totals] of written) add(sum, t, file, id, totals);
          }
        }
      }
    },

    /** Forgets what begins before the oldest rows of minutes, or of hours, that are there. */
    sweep(oldestMinute: number, oldestHourMinute: number): void {
      for (const sum of kept.values()) {
        if (sum.fromMinute < (sum.maxima === null ? oldestHourMinute : oldestMinute)) forget(sum);
      }
    },

    /** Null where the rows themselves are to be read. Not to be changed by who asked. */
    async of(
      range: MinuteRange,
      deployment: number,
      fileIds: number[] | undefined,
      newestMinute: number,
    ): Promise<FileSums | null> {
      if (range.toMinute < newestMinute) return null;
      if (fileIds === undefined || kept.has(keyOf(range, deployment, null)) || !isApart(range, fileIds)) {
        const files = await filesIn(range, deployment, null);
        return files && fileIds ? only(files, fileIds) : files;
      }
      const minutes = lengthOf(range);
      if (minutes < SHORTEST_MINUTES || minutes > SLIDING_MINUTES) return null;
      const found: FileSums = new Map();
      for (const id of fileIds) {
        const files = await filesIn(range, deployment, id);
        if (files === null) return null;
        for (const [file, functions] of files) found.set(file, functions);
      }
      return found;
    },

    /** Whether the sums of the whole deployment are there to be asked for. */
    hasAll: (range: MinuteRange, deployment: number, newestMinute: number): boolean =>
      range.toMinute >= newestMinute && kept.get(keyOf(range, deployment, null))?.fromMinute === range.fromMinute,
  };
}

function lengthOf({ fromMinute, toMinute }: MinuteRange): number {
  return toMinute - fromMinute + 1;
}

/** Whether so few files are read, or kept, faster by themselves. */
function isApart(range: MinuteRange, fileIds: number[]): boolean {
  if (lengthOf(range) <= SLIDING_MINUTES) return fileIds.length <= FILES_KEPT_APART;
  return fileIds.length * 60 <= ROWS_NOT_KEPT;
}

function subjectOf(deployment: number, file: number | null): string {
  return `${deployment}/${file ?? ''}`;
}

function keyOf(range: MinuteRange, deployment: number, file: number | null): string {
  const minutes = lengthOf(range);
  return `${subjectOf(deployment, file)}/${minutes <= SLIDING_MINUTES ? minutes : `${Math.ceil(minutes / 60)}h`}`;
}

function filesOf({ file }: KeptSum): number[] | undefined {
  return file === null ? undefined : [file];
}

function only(files: FileSums, fileIds: number[]): FileSums {
  return new Map(
    fileIds.flatMap((id) => {
      const functions = files.get(id);
      return functions === undefined ? [] : [[id, functions] as const];
    }),
  );
}

/**
 * Of each two in turn a minute and its maximum, ascending by minute: of those minutes alone that no later one exceeds, a
 * few of sixty. The first is the maximum of all, and when its minute leaves the window the next one is.
 */
function addMaximum(maxima: number[], minute: number, maxNs: number): void {
  let later = maxima.length;
  while (later > 0 && maxima[later - 2]! > minute) later -= 2;
  if (later < maxima.length && maxima[later + 1]! >= maxNs) return;
  let larger = later;
  while (larger > 0 && maxima[larger - 1]! <= maxNs) larger -= 2;
  if (larger > 0 && maxima[larger - 2] === minute) return;
  maxima.splice(larger, later - larger, minute, maxNs);
}

/** A new one: who was given the sums before still reads them. */
function difference(sums: FunctionTotals, less: FunctionTotals, maxNs: number): FunctionTotals {
  const buckets: number[] = [];
  let j = 0;
  for (let i = 0; i < sums.buckets.length; i += 2) {
    while (j < less.buckets.length && less.buckets[j]! < sums.buckets[i]!) j += 2;
    const isSame = less.buckets[j] === sums.buckets[i];
    const count = sums.buckets[i + 1]! - (isSame ? less.buckets[j + 1]! : 0);
    if (count > 0) buckets.push(sums.buckets[i]!, count);
  }
  return {
    calls: sums.calls - less.calls,
    errors: sums.errors - less.errors,
    sumNs: sums.sumNs - less.sumNs,
    maxNs,
    selfNs: sums.selfNs - less.selfNs,
    cpuNs: sums.cpuNs - less.cpuNs,
    buckets,
  };
}
