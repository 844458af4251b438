// The packed form of all calls between functions of one deployment in one minute, hour or day: what one row of e1, e60
// or e1440 holds.
//
//   version (1 byte), calls left out, number of callers, then for each caller, ascending by id:
//   id minus the id before, number of callees, then for each callee, ascending by id:
//   id minus the id before, calls, sumNs
//
// All numbers are varints.

import { createByteWriter, varintReader } from './varint.js';

const BLOB_VERSION = 1;
const out = createByteWriter();

export interface EdgeTotals {
  calls: number;
  sumNs: number;
}

export interface MinuteEdges {
  /** By function id of the caller, then of the callee. */
  callers: Map<number, Map<number, EdgeTotals>>;
  /** Pairs in `callers`. */
  size: number;
  /** Calls between pairs that found no room. */
  leftOutCalls: number;
}

/** A minute in which nobody called anybody. */
export function noEdges(): MinuteEdges {
  return { callers: new Map(), size: 0, leftOutCalls: 0 };
}

/** Adds in place. A pair that is new counts as left out where the minute has `limit` pairs already. */
export function addEdge(minute: MinuteEdges, callerId: number, calleeId: number, edge: EdgeTotals, limit: number) {
  let callees = minute.callers.get(callerId);
  const before = callees?.get(calleeId);
  if (before !== undefined) {
    before.calls += edge.calls;
    before.sumNs += edge.sumNs;
    return;
  }
  if (minute.size >= limit) {
    minute.leftOutCalls += edge.calls;
    return;
  }
  if (callees === undefined) {
    callees = new Map();
    minute.callers.set(callerId, callees);
  }
  callees.set(calleeId, { calls: edge.calls, sumNs: edge.sumNs });
  minute.size++;
}

/** The row's bytes, in the form said above. */
export function encodeEdges({ callers, leftOutCalls }: MinuteEdges): Uint8Array {
  out.byte(BLOB_VERSION);
  out.varint(leftOutCalls);
  out.varint(callers.size);
  let previousCaller = 0;
  for (const [callerId, callees] of ascending(callers)) {
    out.varint(callerId - previousCaller);
    out.varint(callees.size);
    previousCaller = callerId;
    let previousCallee = 0;
    for (const [calleeId, { calls, sumNs }] of ascending(callees)) {
      out.varint(calleeId - previousCallee);
      out.varint(calls);
      out.varint(sumNs);
      previousCallee = calleeId;
    }
  }
  return out.take();
}

/**
 * Visits each pair without building anything, and returns the calls left out. Throws when the bytes are of another
 * version or cut short.
 */
export function visitEdges(
  blob: Uint8Array,
  visit: (callerId: number, calleeId: number, calls: number, sumNs: number) => void,
): number {
  if (blob[0] !== BLOB_VERSION) throw new Error(`edge blob of the unknown version ${blob[0]}`);
  const read = varintReader(blob, 1);
  const leftOutCalls = read();
  let callerId = 0;
  for (let callers = read(); callers > 0; callers--) {
    callerId += read();
    let calleeId = 0;
    for (let callees = read(); callees > 0; callees--) {
      calleeId += read();
      visit(callerId, calleeId, read(), read());
    }
  }
  return leftOutCalls;
}

/** What encodeEdges was given. Throws where the bytes are of another version or end early. */
export function decodeEdges(blob: Uint8Array): MinuteEdges {
  const minute = noEdges();
  minute.leftOutCalls = visitEdges(blob, (callerId, calleeId, calls, sumNs) =>
    addEdge(minute, callerId, calleeId, { calls, sumNs }, Number.POSITIVE_INFINITY),
  );
  return minute;
}

function ascending<T>(byId: Map<number, T>): [number, T][] {
  return [...byId].sort(([a], [b]) => a - b);
}
