// The sums of whole deployments over the windows that are asked for again and again, as an editor's workspace is: made
// once, then kept up with what is written, and moved on minute by minute by taking away the minute that leaves the
// window. Sums and histograms can be taken away; a maximum cannot, so the maximum of each minute is kept beside them.
// A window of hours moves once an hour, and is then made anew. Bounded: the sums that were asked for least recently go.

import { addTotals, type FunctionTotals } from '@prodlens/protocol';
import { type FileSums, type FoldedFile, type FoldedMinute, type FunctionSums, ownTotals } from '../minute-fold.js';
import { visitMinute } from '../packed/minute-blob.js';
import type { MinuteRange } from '../store.js';

/** Functions in all sums: about 1.5 KB each. */
const KEPT_FUNCTIONS = 60_000;
/** Rows of files that a question may read each time: fewer are read faster than sums are kept. */
const ROWS_NOT_KEPT = 1_500;
/** Sums that nobody asked for within this time go. */
const KEPT_MINUTES = 10;
/** Windows up to this length move by the minute. */
const SLIDING_MINUTES = 120;

interface KeptSum {
  deployment: number;
  fromMinute: number;
  /** Length of the window that it is kept for. */
  minutes: number;
  files: FileSums;
  functions: number;
  /** The last minute of the window when it was asked for last. */
  askedMinute: number;
  /** Of a window that moves by the minute, by function id: the maximum of minute t at t modulo the length. */
  maxima: Map<number, Float64Array> | null;
}

interface Sources {
  readMinute(minute: number, deployment: number): Iterable<{ file: number; b: Uint8Array }>;
  readAll(range: MinuteRange, deployment: number, add: (file: number, blob: Uint8Array) => void): Promise<void>;
}

export function createKeptSums({ readMinute, readAll }: Sources) {
  /** By deployment and length of the window; the one asked for last is the last. */
  const kept = new Map<string, KeptSum>();

  function add(sum: KeptSum, minute: number, file: number, id: number, totals: FunctionTotals): void {
    let functions = sum.files.get(file);
    if (functions === undefined) {
      functions = new Map();
      sum.files.set(file, functions);
    }
    const before = functions.get(id);
    if (before !== undefined) addTotals(before, totals);
    else {
      functions.set(id, ownTotals(totals));
      sum.functions++;
    }
    if (sum.maxima === null) return;
    let maxima = sum.maxima.get(id);
    if (maxima === undefined) {
      maxima = new Float64Array(sum.minutes);
      sum.maxima.set(id, maxima);
    }
    const at = minute % sum.minutes;
    maxima[at] = Math.max(maxima[at]!, totals.maxNs);
  }

  function moveTo(sum: KeptSum, fromMinute: number): void {
    for (; sum.fromMinute < fromMinute; sum.fromMinute++) take(sum, sum.fromMinute);
  }

  /** Takes a minute away that leaves the window. */
  function take(sum: KeptSum, minute: number): void {
    for (const { file, b } of readMinute(minute, sum.deployment)) {
      const functions = sum.files.get(file);
      visitMinute(b, (id, totals) => {
        const sums = functions?.get(id);
        if (sums === undefined) return;
        const maxima = sum.maxima!.get(id)!;
        maxima[minute % sum.minutes] = 0;
        subtract(sums, totals, maxima);
        if (sums.calls > 0 || sums.buckets.length > 0) return;
        functions!.delete(id);
        sum.maxima!.delete(id);
        sum.functions--;
      });
    }
  }

  async function make(range: MinuteRange, deployment: number, minutes: number): Promise<KeptSum> {
    const maxima = minutes <= SLIDING_MINUTES ? new Map() : null;
    const { fromMinute, toMinute } = range;
    const sum: KeptSum = {
      ...{ deployment, fromMinute, minutes, files: new Map(), functions: 0, askedMinute: toMinute, maxima },
    };
    if (maxima === null) {
      await readAll(range, deployment, (file, b) => visitMinute(b, (id, t) => add(sum, 0, file, id, t)));
      return sum;
    }
    for (let minute = fromMinute; minute <= toMinute; minute++) {
      for (const { file, b } of readMinute(minute, deployment)) {
        visitMinute(b, (id, totals) => add(sum, minute, file, id, totals));
      }
      await new Promise(setImmediate);
    }
    return sum;
  }

  function trim(): void {
    let functions = 0;
    for (const sum of kept.values()) functions += sum.functions;
    for (const [key, sum] of kept) {
      if (functions <= KEPT_FUNCTIONS) return;
      kept.delete(key);
      functions -= sum.functions;
    }
  }

  return {
    /** What has been written counts in every sum whose window it lies in. */
    add({ t, deployment }: FoldedMinute, { file, functions }: FoldedFile): void {
      for (const [key, sum] of kept) {
        if (sum.deployment !== deployment || t < sum.fromMinute) continue;
        if (t > sum.askedMinute + KEPT_MINUTES) {
          kept.delete(key);
          continue;
        }
        if (sum.maxima !== null) moveTo(sum, t - sum.minutes + 1);
        for (const [id, totals] of functions) add(sum, t, file, id, totals);
      }
    },

    /** Forgets what begins before the oldest rows of minutes, or of hours, that are there. */
    sweep(oldestMinute: number, oldestHourMinute: number): void {
      for (const [key, { fromMinute, maxima }] of kept) {
        if (fromMinute < (maxima === null ? oldestHourMinute : oldestMinute)) kept.delete(key);
      }
    },

    /** Null where the rows themselves are to be read. Not to be changed by who asked. */
    async of(
      range: MinuteRange,
      deployment: number,
      fileIds: number[] | undefined,
      newestMinute: number,
    ): Promise<FileSums | null> {
      const minutes = range.toMinute - range.fromMinute + 1;
      const key = `${deployment}/${minutes <= SLIDING_MINUTES ? minutes : `${Math.ceil(minutes / 60)}h`}`;
      const rows = (fileIds?.length ?? Number.POSITIVE_INFINITY) * Math.min(minutes, 60);
      if (range.toMinute < newestMinute) return null;
      let sum = kept.get(key);
      // Few files are answered from what is kept for others too.
      if (sum === undefined && rows <= ROWS_NOT_KEPT) return null;
      if (sum?.maxima && range.fromMinute - sum.fromMinute < minutes) moveTo(sum, range.fromMinute);
      if (sum?.fromMinute !== range.fromMinute) sum = await make(range, deployment, minutes);
      sum.askedMinute = range.toMinute;
      kept.delete(key);
      kept.set(key, sum);
      trim();
      if (fileIds === undefined) return sum.files;
      const found: FileSums = new Map();
      for (const id of fileIds) {
        const functions: FunctionSums | undefined = sum.files.get(id);
        if (functions !== undefined) found.set(id, functions);
      }
      return found;
    },
  };
}

function subtract(sums: FunctionTotals, less: FunctionTotals, maxima: Float64Array): void {
  sums.calls -= less.calls;
  sums.errors -= less.errors;
  sums.sumNs -= less.sumNs;
  sums.selfNs -= less.selfNs;
  sums.cpuNs -= less.cpuNs;
  sums.maxNs = maxima.reduce((max, value) => Math.max(max, value), 0);
  const left: number[] = [];
  let j = 0;
  for (let i = 0; i < sums.buckets.length; i += 2) {
    while (j < less.buckets.length && less.buckets[j]! < sums.buckets[i]!) j += 2;
    const isSame = less.buckets[j] === sums.buckets[i];
    const count = sums.buckets[i + 1]! - (isSame ? less.buckets[j + 1]! : 0);
    if (count > 0) left.push(sums.buckets[i]!, count);
  }
  sums.buckets = left;
}
