// A window as the journal keeps it: all but the numbers of functions and edges as JSON, so that what is new in a window
// needs no word here, and those numbers as varints, which take a third of the bytes.

import type { FunctionTotals } from '@prodlens/protocol';
import { createByteWriter, varintReader } from '../packed/varint.js';
import type { InstanceWindow } from '../store.js';

const out = createByteWriter(512 * 1024);

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

/** Hears of the numbers of a window one after the other; what it is given becomes its own. */
export interface NumbersVisitor {
  row(functionId: number, fileId: number, totals: FunctionTotals): void;
  edge(callerId: number, calleeId: number, calls: number, sumNs: number): void;
}

/** Throws when the bytes are no whole record. */
export function decodeWindow(record: Uint8Array): InstanceWindow {
  const rows: InstanceWindow['rows'] = [];
  const edges: InstanceWindow['edges'] = [];
  visitNumbers(record, {
    row: (functionId, fileId, totals) => rows.push({ functionId, fileId, totals }),
    edge: (callerId, calleeId, calls, sumNs) => edges.push({ callerId, calleeId, calls, sumNs }),
  });
  const { start, end } = headOf(record);
  const head = Buffer.from(record.subarray(start, end)).toString();
  const rest = JSON.parse(head) as Omit<InstanceWindow, 'rows' | 'edges'>;
  return { ...rest, rows, edges };
}

/** The numbers of functions and edges alone; builds nothing that outlives a call. Throws as decodeWindow does. */
export function visitNumbers(record: Uint8Array, visitor: NumbersVisitor): void {
  const read = varintReader(record, headOf(record).end);
  for (let left = read(); left > 0; left--) {
    const [functionId, fileId] = [read(), read()];
    const [calls, errors, sumNs, maxNs, selfNs, cpuNs] = [read(), read(), read(), read(), read(), read()];
    const buckets: number[] = [];
    for (let numbers = read(); numbers > 0; numbers -= 2) buckets.push(read() - 1, read());
    visitor.row(functionId, fileId, { calls, errors, sumNs, maxNs, selfNs, cpuNs, buckets });
  }
  for (let left = read(); left > 0; left--) visitor.edge(read(), read(), read(), read());
}

/** Where the JSON begins and ends. */
function headOf(record: Uint8Array): { start: number; end: number } {
  const length = varintReader(record, 0)();
  let start = 1;
  while (record[start - 1]! >= 128) start++;
  return { start, end: start + length };
}
