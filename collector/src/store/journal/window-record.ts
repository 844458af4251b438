// A window as the journal keeps it: all but the numbers of functions and edges as JSON, so that what is new in a window
// needs no word here, and those numbers as varints, which take a third of the bytes.

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

/** Throws when the bytes are no whole record. */
export function decodeWindow(record: Uint8Array): InstanceWindow {
  const headLength = varintReader(record, 0)();
  let start = 1;
  while (record[start - 1]! >= 128) start++;
  const head = Buffer.from(record.subarray(start, start + headLength)).toString();
  const rest = JSON.parse(head) as Omit<InstanceWindow, 'rows' | 'edges'>;
  const read = varintReader(record, start + headLength);
  const rows: InstanceWindow['rows'] = [];
  for (let left = read(); left > 0; left--) {
    const [functionId, fileId] = [read(), read()];
    const [calls, errors, sumNs, maxNs, selfNs, cpuNs] = [read(), read(), read(), read(), read(), read()];
    const buckets: number[] = [];
    for (let numbers = read(); numbers > 0; numbers -= 2) buckets.push(read() - 1, read());
    rows.push({ functionId, fileId, totals: { calls, errors, sumNs, maxNs, selfNs, cpuNs, buckets } });
  }
  const edges: InstanceWindow['edges'] = [];
  for (let left = read(); left > 0; left--) {
    edges.push({ callerId: read(), calleeId: read(), calls: read(), sumNs: read() });
  }
  return { ...rest, rows, edges };
}
