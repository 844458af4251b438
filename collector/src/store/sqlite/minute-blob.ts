// The packed form of all functions of one file in one minute: what one row of m1 holds.
//
//   version (1 byte), number of functions, then for each function, ascending by id:
//   id minus the id before, calls, errors, sumNs, maxNs, selfNs, cpuNs, number of buckets, then for each bucket
//   index minus the index before (the first from -2), count
//
// All numbers are varints. Version 1, which is still read, had neither selfNs nor cpuNs.

import type { FunctionTotals } from '@prodlens/protocol';
import { varintReader, writeVarint } from './varint.js';

const BLOB_VERSION = 2;
const BEFORE_FIRST_INDEX = -2;

/** By function id. */
export type MinuteFunctions = Map<number, FunctionTotals>;

export function encodeMinute(functions: MinuteFunctions): Uint8Array {
  const out: number[] = [BLOB_VERSION];
  writeVarint(out, functions.size);
  let previousId = 0;
  for (const id of [...functions.keys()].sort((a, b) => a - b)) {
    const { calls, errors, sumNs, maxNs, selfNs, cpuNs, buckets } = functions.get(id)!;
    writeVarint(out, id - previousId);
    writeVarint(out, calls);
    writeVarint(out, errors);
    writeVarint(out, sumNs);
    writeVarint(out, maxNs);
    writeVarint(out, selfNs);
    writeVarint(out, cpuNs);
    writeVarint(out, buckets.length / 2);
    let previousIndex = BEFORE_FIRST_INDEX;
    for (let i = 0; i < buckets.length; i += 2) {
      writeVarint(out, buckets[i]! - previousIndex);
      writeVarint(out, buckets[i + 1]!);
      previousIndex = buckets[i]!;
    }
    previousId = id;
  }
  return Uint8Array.from(out);
}

/** Throws when the bytes are of another version or cut short. */
export function decodeMinute(blob: Uint8Array): MinuteFunctions {
  const version = blob[0];
  if (version !== 1 && version !== BLOB_VERSION) throw new Error(`minute blob of the unknown version ${version}`);
  const read = varintReader(blob, 1);
  const functions: MinuteFunctions = new Map();
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
    functions.set(id, totals);
  }
  return functions;
}
