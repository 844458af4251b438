// A window as the journal keeps it: all but the numbers of functions and edges as JSON, so that what is new in a window
// needs no word here, and those numbers as varints, which take a third of the bytes.

import { createByteWriter, varintReader } from '../packed/varint.js';
import type { InstanceWindow } from '../store.js';
import type { PassingTotals } from '../sums-table.js';

const out = createByteWriter(512 * 1024);
/** Rows that are read in one step. */
const STEP = 512;
/** What each row is given as. */
const passed: PassingTotals = {
  ...{ calls: 0, errors: 0, sumNs: 0, maxNs: 0, selfNs: 0, cpuNs: 0 },
  ...{ buckets: new Float64Array(64), numbers: 0 },
};

/** What decodeWindow reads: the head as JSON, then rows and calls as varints. */
export function encodeWindow({ rows, edges, ...rest }: InstanceWindow): Uint8Array {
  const head = Buffer.from(JSON.stringify(rest));
  out.varint(head.length);
  out.bytes(head);
  out.varint(rows.length);
  for (const { functionId, fileId, totals } of rows) {
    const { calls, errors, sumNs, maxNs, selfNs, cpuNs, buckets } = totals;
    out.varint(functionId);
    out.varint(fileId);
    out.varint(calls);
    out.varint(errors);
    out.varint(sumNs);
    out.varint(maxNs);
    out.varint(selfNs);
    out.varint(cpuNs);
    out.varint(buckets.length);
    // Indices start at -1.
    for (let i = 0; i < buckets.length; i += 2) {
      out.varint(buckets[i]! + 1);
      out.varint(buckets[i + 1]!);
    }
  }
  out.varint(edges.length);
  for (const { callerId, calleeId, calls, sumNs } of edges) {
    out.varint(callerId);
    out.varint(calleeId);
    out.varint(calls);
    out.varint(sumNs);
  }
  return out.take();
}

/** Hears of the numbers of a window one after the other. */
export interface NumbersVisitor {
  row(functionId: number, fileId: number, totals: PassingTotals): void;
  edge(callerId: number, calleeId: number, calls: number, sumNs: number): void;
}

/** Throws when the bytes are no whole record. */
export function decodeWindow(record: Uint8Array): InstanceWindow {
  const rows: InstanceWindow['rows'] = [];
  const edges: InstanceWindow['edges'] = [];
  const visitor: NumbersVisitor = {
    row(functionId, fileId, { buckets, numbers, ...sums }) {
      rows.push({ functionId, fileId, totals: { ...sums, buckets: Array.from(buckets.subarray(0, numbers)) } });
    },
    edge: (callerId, calleeId, calls, sumNs) => edges.push({ callerId, calleeId, calls, sumNs }),
  };
  for (const _ of visitNumbers(record, visitor));
  const { start, end } = headOf(record);
  const head = Buffer.from(record.subarray(start, end)).toString();
  const rest = JSON.parse(head) as Omit<InstanceWindow, 'rows' | 'edges'>;
  return { ...rest, rows, edges };
}

/**
 * The numbers of functions and edges alone; builds nothing that outlives a call. A step of it takes less than a
 * millisecond. Throws as decodeWindow does.
 */
export function* visitNumbers(record: Uint8Array, visitor: NumbersVisitor): Generator<void> {
  const read = varintReader(record, headOf(record).end);
  for (let left = read(); left > 0; left -= STEP) {
    visitRows(read, Math.min(left, STEP), visitor);
    yield;
  }
  for (let left = read(); left > 0; left--) {
    visitor.edge(read(), read(), read(), read());
    if (left % STEP === 0) yield;
  }
}

function visitRows(read: () => number, count: number, visitor: NumbersVisitor): void {
  for (let left = count; left > 0; left--) {
    const functionId = read();
    const fileId = read();
    passed.calls = read();
    passed.errors = read();
    passed.sumNs = read();
    passed.maxNs = read();
    passed.selfNs = read();
    passed.cpuNs = read();
    passed.numbers = read();
    if (passed.numbers > passed.buckets.length) passed.buckets = new Float64Array(passed.numbers);
    const { buckets, numbers } = passed;
    for (let i = 0; i < numbers; i += 2) {
      buckets[i] = read() - 1;
      buckets[i + 1] = read();
    }
    visitor.row(functionId, fileId, passed);
  }
}

/** Where the JSON begins and ends. */
function headOf(record: Uint8Array): { start: number; end: number } {
  const length = varintReader(record, 0)();
  let start = 1;
  while (record[start - 1]! >= 128) start++;
  return { start, end: start + length };
}
