// The packed form of all endpoints of one deployment in one minute, hour or day, and of the functions that ran in them: what
// one row of n1, n60 or n1440 holds.
//
//   version (1 byte), number of endpoints, then for each, ascending by id:
//     id minus the id before, calls, errors, sumNs, maxNs, databaseNs, outboundNs,
//     number of buckets, then for each: index minus the index before (the first from -2), count,
//     number of functions, then for each, ascending by id: id minus the id before, calls, sumNs, selfNs, busyNs
//
// All numbers are varints.

import {
  addEndpointFunctions,
  type EndpointFunctionTotals,
  type EndpointTotals,
  mergeEndpointTotals,
  NO_ENDPOINT_TOTALS,
} from '@prodlens/protocol';
import { createByteWriter, varintReader } from './varint.js';

const BLOB_VERSION = 1;
const BEFORE_FIRST_INDEX = -2;
const out = createByteWriter();

export interface PackedEndpoint {
  totals: EndpointTotals;
  /** By function id. */
  functions: Map<number, EndpointFunctionTotals>;
}

/** By endpoint id. */
export type PackedEndpoints = Map<number, PackedEndpoint>;

/** The endpoint's, made where it is new. */
export function endpointIn(endpoints: PackedEndpoints, id: number): PackedEndpoint {
  let found = endpoints.get(id);
  if (found === undefined) {
    found = { totals: NO_ENDPOINT_TOTALS, functions: new Map() };
    endpoints.set(id, found);
  }
  return found;
}

/** Adds in place what a function did for the endpoint. */
export function addFunction({ functions }: PackedEndpoint, id: number, totals: EndpointFunctionTotals): void {
  const before = functions.get(id);
  functions.set(id, before === undefined ? totals : addEndpointFunctions(before, totals));
}

/** Adds in place. */
export function addEndpoints(to: PackedEndpoints, more: PackedEndpoints): void {
  for (const [id, { totals, functions }] of more) {
    const endpoint = endpointIn(to, id);
    endpoint.totals = mergeEndpointTotals(endpoint.totals, totals);
    for (const [functionId, f] of functions) addFunction(endpoint, functionId, f);
  }
}

/** The row's bytes, in the form said above. */
export function encodeEndpoints(endpoints: PackedEndpoints): Uint8Array {
  const write = (...values: number[]) => {
    for (const value of values) out.varint(value);
  };
  out.byte(BLOB_VERSION);
  write(endpoints.size);
  let previousId = 0;
  for (const [id, { totals, functions }] of ascending(endpoints)) {
    const { calls, errors, sumNs, maxNs, databaseNs, outboundNs, buckets } = totals;
    write(id - previousId, calls, errors, sumNs, maxNs, databaseNs, outboundNs, buckets.length / 2);
    previousId = id;
    let previousIndex = BEFORE_FIRST_INDEX;
    for (let i = 0; i < buckets.length; i += 2) {
      write(buckets[i]! - previousIndex, buckets[i + 1]!);
      previousIndex = buckets[i]!;
    }
    write(functions.size);
    let previousFunction = 0;
    for (const [functionId, f] of ascending(functions)) {
      write(functionId - previousFunction, f.calls, f.sumNs, f.selfNs, f.busyNs);
      previousFunction = functionId;
    }
  }
  return out.take();
}

/** Throws when the bytes are of another version or cut short. */
export function decodeEndpoints(blob: Uint8Array): PackedEndpoints {
  if (blob[0] !== BLOB_VERSION) throw new Error(`endpoint blob of the unknown version ${blob[0]}`);
  const read = varintReader(blob, 1);
  const endpoints: PackedEndpoints = new Map();
  let id = 0;
  for (let left = read(); left > 0; left--) {
    id += read();
    const totals: EndpointTotals = {
      calls: read(),
      errors: read(),
      sumNs: read(),
      maxNs: read(),
      databaseNs: read(),
      outboundNs: read(),
      buckets: [],
    };
    let index = BEFORE_FIRST_INDEX;
    for (let pairs = read(); pairs > 0; pairs--) {
      index += read();
      totals.buckets.push(index, read());
    }
    const functions: PackedEndpoint['functions'] = new Map();
    let functionId = 0;
    for (let pairs = read(); pairs > 0; pairs--) {
      functionId += read();
      functions.set(functionId, { calls: read(), sumNs: read(), selfNs: read(), busyNs: read() });
    }
    endpoints.set(id, { totals, functions });
  }
  return endpoints;
}

function ascending<T>(byId: Map<number, T>): [number, T][] {
  return [...byId].sort(([a], [b]) => a - b);
}
