// The packed form of all functions of one file in one minute, hour or day: what one row of m1, m60 or m1440 holds.
//
//   version (1 byte), number of functions, then for each function, ascending by id:
//   id minus the id before, calls, errors, sumNs, maxNs, selfNs, cpuNs, number of buckets, then for each bucket
//   index minus the index before (the first from -2), count
//
// All numbers are varints. Version 1, which is still read, had neither selfNs nor cpuNs.

import type { FunctionTotals } from '@prodlens/protocol';
import type { FunctionSums } from '../minute-fold.js';
import type { FunctionTable } from '../sums-table.js';
import { createByteWriter, varintReader } from './varint.js';

const BLOB_VERSION = 2;
const BEFORE_FIRST_INDEX = -2;

const out = createByteWriter();

/** The row's bytes, in the form said above. */
export function encodeMinute(functions: FunctionSums | FunctionTable): Uint8Array {
  out.byte(BLOB_VERSION);
  out.varint(functions.size);
  let previousId = 0;
  for (const [id, totals] of [...functions].sort(([a], [b]) => a - b)) {
    const { calls, errors, sumNs, maxNs, selfNs, cpuNs, buckets } = totals;
    out.varint(id - previousId);
    out.varint(calls);
    out.varint(errors);
    out.varint(sumNs);
    out.varint(maxNs);
    out.varint(selfNs);
    out.varint(cpuNs);
    out.varint(buckets.length / 2);
    let previousIndex = BEFORE_FIRST_INDEX;
    for (let i = 0; i < buckets.length; i += 2) {
      out.varint(buckets[i]! - previousIndex);
      out.varint(buckets[i + 1]!);
      previousIndex = buckets[i]!;
    }
    previousId = id;
  }
  return out.take();
}

/** What encodeMinute was given. Throws where the bytes are of another version or end early. */
export function decodeMinute(blob: Uint8Array): FunctionSums {
  const functions: FunctionSums = new Map();
  visitMinute(blob, (id, totals) => functions.set(id, totals));
  return functions;
}

/** Visits each function, ascending by id. Throws when the bytes are of another version or cut short. */
export function visitMinute(blob: Uint8Array, visit: (functionId: number, totals: FunctionTotals) => void): void {
  const version = blob[0];
  if (version !== 1 && version !== BLOB_VERSION) throw new Error(`minute blob of the unknown version ${version}`);
  const read = varintReader(blob, 1);
  let id = 0;
  for (let left = read(); left > 0; left--) {
    id += read();
    const totals: FunctionTotals = {
      calls: read(),
      errors: read(),
      sumNs: read(),
      maxNs: read(),
      selfNs: version === 1 ? 0 : read(),
      cpuNs: version === 1 ? 0 : read(),
      buckets: [],
    };
    let index = BEFORE_FIRST_INDEX;
    for (let pairs = read(); pairs > 0; pairs--) {
      index += read();
      totals.buckets.push(index, read());
    }
    visit(id, totals);
  }
}
