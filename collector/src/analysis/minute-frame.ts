// What the functions of one deployment did in one minute, as one flat array of numbers: it travels to the thread that
// analyses without being copied, and 100,000 functions make no objects there.
//
// For each function: id, calls, errors, processor time in ns, pairs of buckets, then index and count of each.

import { type FunctionTotals, SCALE } from '@prodlens/protocol';

/** Numbers of a function before its buckets. */
const HEAD = 5;

type PackedTotals = Pick<FunctionTotals, 'calls' | 'errors' | 'cpuNs' | 'buckets'>;

/** The frame of one deployment's minute, laid out as said above. */
export function packMinute(rows: ReadonlyArray<{ functionId: number; totals: PackedTotals }>): Float64Array {
  const out = new Float64Array(rows.reduce((length, { totals }) => length + HEAD + totals.buckets.length, 0));
  let at = 0;
  for (const { functionId, totals } of rows) {
    const { calls, errors, cpuNs, buckets } = totals;
    out[at] = functionId;
    out[at + 1] = calls;
    out[at + 2] = errors;
    out[at + 3] = cpuNs;
    out[at + 4] = buckets.length / 2;
    at += HEAD;
    for (let i = 0; i < buckets.length; i++) out[at + i] = buckets[i]!;
    at += buckets.length;
  }
  return out;
}

export interface FunctionMinute {
  functionId: number;
  calls: number;
  errors: number;
  cpuNs: number;
  /** Where its buckets begin in the frame, and how many pairs there are. */
  bucketsAt: number;
  pairs: number;
  /** Calls in the buckets, and the sum over them of log2 of their duration in ns. */
  timed: number;
  logSum: number;
}

/** Calls back for each function, with the same object each time. */
export function forEachFunction(frame: Float64Array, visit: (row: FunctionMinute) => void): void {
  const row = { functionId: 0, calls: 0, errors: 0, cpuNs: 0, bucketsAt: 0, pairs: 0, timed: 0, logSum: 0 };
  for (let at = 0; at < frame.length; ) {
    row.functionId = frame[at]!;
    row.calls = frame[at + 1]!;
    row.errors = frame[at + 2]!;
    row.cpuNs = frame[at + 3]!;
    row.pairs = frame[at + 4]!;
    row.bucketsAt = at + HEAD;
    row.timed = 0;
    row.logSum = 0;
    at += HEAD + 2 * row.pairs;
    for (let i = row.bucketsAt; i < at; i += 2) {
      row.timed += frame[i + 1]!;
      row.logSum += frame[i + 1]! * bucketLevel(frame[i]!);
    }
    visit(row);
  }
}

/** log2 of the duration in ns that a bucket stands for: its geometric middle. */
function bucketLevel(index: number): number {
  return (index + 0.5) / 2 ** SCALE;
}
