// The packed form of what all functions of one deployment did in one minute, hour or day, without histograms: a row of
// s1, s60 or s1440. A tenth of the bytes of the rows with histograms, so that the first of all functions are found
// without reading those.
//
//   version (1 byte), number of functions, then for each function, ascending by id:
//   id minus the id before, calls, errors, sumNs, maxNs, selfNs, cpuNs
//
// All numbers are varints.

import type { ScalarSums } from '../scalar-sums.js';
import { createByteWriter, varintReader } from './varint.js';

const BLOB_VERSION = 1;
const out = createByteWriter();

/** The row's bytes, in the form said above. */
export function encodeScalars(functions: ScalarSums): Uint8Array {
  out.byte(BLOB_VERSION);
  out.varint(functions.size);
  let previousId = 0;
  functions.visit((id, calls, errors, sumNs, maxNs, selfNs, cpuNs) => {
    out.varint(id - previousId);
    out.varint(calls);
    out.varint(errors);
    out.varint(sumNs);
    out.varint(maxNs);
    out.varint(selfNs);
    out.varint(cpuNs);
    previousId = id;
  }, Float64Array.from(functions.keys()).sort());
  return out.take();
}

/** Adds in place what a packed row holds. Throws when the bytes are of another version or cut short. */
export function addPackedScalars(into: ScalarSums, blob: Uint8Array): void {
  if (blob[0] !== BLOB_VERSION) throw new Error(`scalar blob of the unknown version ${blob[0]}`);
  const read = varintReader(blob, 1);
  let id = 0;
  for (let left = read(); left > 0; left--) {
    id += read();
    into.add(id, read(), read(), read(), read(), read(), read());
  }
}
