// The packed form of all functions of one file in one minute: what one row of m1 holds.
//
//   version (1 byte), number of functions, then for each function, ascending by id:
//   id minus the id before, calls, errors, sumNs, maxNs, number of buckets, then for each bucket
//   index minus the index before (the first from -2), count
//
// All numbers are LEB128 varints. They saturate at 2^53 - 1, so that no value a sensor sends can break a row.

import type { FunctionTotals } from '@prodlens/protocol';

const BLOB_VERSION = 1;
const BEFORE_FIRST_INDEX = -2;

/** By function id. */
export type MinuteFunctions = Map<number, FunctionTotals>;

export function encodeMinute(functions: MinuteFunctions): Uint8Array {
  const out: number[] = [BLOB_VERSION];
  writeVarint(out, functions.size);
  let previousId = 0;
  for (const id of [...functions.keys()].sort((a, b) => a - b)) {
    const { calls, errors, sumNs, maxNs, buckets } = functions.get(id)!;
    writeVarint(out, id - previousId);
    writeVarint(out, calls);
    writeVarint(out, errors);
    writeVarint(out, sumNs);
    writeVarint(out, maxNs);
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
  if (blob[0] !== BLOB_VERSION) throw new Error(`minute blob of version ${blob[0]}, not ${BLOB_VERSION}`);
  let at = 1;
  const read = () => {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = blob[at++];
      if (byte === undefined) throw new Error('minute blob is cut short');
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  };
  const functions: MinuteFunctions = new Map();
  let id = 0;
  for (let left = read(); left > 0; left--) {
    id += read();
    const totals: FunctionTotals = { calls: read(), errors: read(), sumNs: read(), maxNs: read(), buckets: [] };
    let index = BEFORE_FIRST_INDEX;
    for (let pairs = read(); pairs > 0; pairs--) {
      index += read();
      totals.buckets.push(index, read());
    }
    functions.set(id, totals);
  }
  return functions;
}

function writeVarint(out: number[], value: number): void {
  let rest = Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
