// The packed form of what all functions of one deployment did in one minute, hour or day, without histograms: a row of
// s1, s60 or s1440. A tenth of the bytes of the rows with histograms, so that the first of all functions are found
// without reading those.
//
//   version (1 byte), number of functions, then for each function, ascending by id:
//   id minus the id before, calls, errors, sumNs, maxNs, selfNs, cpuNs
//
// All numbers are varints.

import type { FunctionScalars } from '../store.js';
import { createByteWriter, varintReader } from './varint.js';

const BLOB_VERSION = 1;
const out = createByteWriter();

/** By function id. */
export type ScalarSums = Map<number, FunctionScalars>;

/** What is there is added to in place; what is new becomes the map's own. */
export function addScalars(into: ScalarSums, id: number, more: FunctionScalars): void {
  const before = into.get(id);
  const { calls, errors, sumNs, maxNs, selfNs, cpuNs } = more;
  if (before === undefined) {
    into.set(id, { calls, errors, sumNs, maxNs, selfNs, cpuNs });
    return;
  }
  before.calls += calls;
  before.errors += errors;
  before.sumNs += sumNs;
  if (maxNs > before.maxNs) before.maxNs = maxNs;
  before.selfNs += selfNs;
  before.cpuNs += cpuNs;
}

export function encodeScalars(functions: ScalarSums): Uint8Array {
  out.byte(BLOB_VERSION);
  out.varint(functions.size);
  let previousId = 0;
  for (const [id, f] of [...functions].sort(([a], [b]) => a - b)) {
    out.varint(id - previousId);
    out.varint(f.calls);
    out.varint(f.errors);
    out.varint(f.sumNs);
    out.varint(f.maxNs);
    out.varint(f.selfNs);
    out.varint(f.cpuNs);
    previousId = id;
  }
  return out.take();
}

/** Adds in place what a packed row holds. Throws when the bytes are of another version or cut short. */
export function addPackedScalars(into: ScalarSums, blob: Uint8Array): void {
  if (blob[0] !== BLOB_VERSION) throw new Error(`scalar blob of the unknown version ${blob[0]}`);
  const read = varintReader(blob, 1);
  let id = 0;
  for (let left = read(); left > 0; left--) {
    id += read();
    addScalars(into, id, {
      calls: read(),
      errors: read(),
      sumNs: read(),
      maxNs: read(),
      selfNs: read(),
      cpuNs: read(),
    });
  }
}
