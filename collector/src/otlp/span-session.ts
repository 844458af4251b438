// What is remembered of one process that sends spans: its deployment, the functions it has named, when it sent last, and
// the calls between its functions that the next window will count.

import { bucketIndex, type FunctionPlace, type FunctionTotals, NO_TOTALS, type SensorHello } from '@prodlens/protocol';
import type { InstanceWindow } from '../store/store.js';

export interface StoredFunction {
  functionId: number;
  fileId: number;
}

export interface SpanSession {
  /** Its own among all sessions. */
  number: number;
  identity: SensorHello;
  deploymentId: number;
  /** Of the last window. */
  sequence: number;
  /** By placeKey. */
  functions: Map<string, StoredFunction>;
  edges: Map<string, InstanceWindow['edges'][number]>;
  receivedUnixMs: number | null;
  /** That are being counted. */
  batches: number;
}

/** A process that sent nothing for so long is taken to have been away meanwhile, not idle. */
const IDLE_MS = 15 * 60_000;
const LONGEST_FIRST_MS = 60_000;

/** A function by its file and name, as a key of maps: spans know of no more. */
export function placeKey({ file, name }: FunctionPlace): string {
  return JSON.stringify([file, name]);
}

/** Counts one call, which lasted `durationNs`, for the next window. */
export function addEdge({ edges }: SpanSession, callerId: number, calleeId: number, durationNs: number): void {
  const key = `${callerId} ${calleeId}`;
  const edge = edges.get(key) ?? { callerId, calleeId, calls: 0, sumNs: 0 };
  edges.set(key, { ...edge, calls: edge.calls + 1, sumNs: edge.sumNs + durationNs });
}

/**
 * When the window that ends with this receipt began: at the one before. An SDK sends nothing while nothing happens, and
 * that time counts, or the rate of what is called rarely would be that of its busiest seconds.
 */
export function startOfWindow(session: SpanSession, receivedUnixMs: number, longestNs: number): number {
  const before = session.receivedUnixMs;
  if (before !== null && before <= receivedUnixMs && receivedUnixMs - before <= IDLE_MS) return before;
  return Math.round(receivedUnixMs - Math.min(longestNs / 1e6, LONGEST_FIRST_MS));
}

/** Calls of one function added up. */
export function createTotals() {
  const totals: FunctionTotals = { ...NO_TOTALS, buckets: [] };
  const counts = new Map<number, number>();
  return {
    add(durationNs: number, failed: boolean): void {
      totals.calls++;
      if (failed) totals.errors++;
      totals.sumNs += durationNs;
      totals.maxNs = Math.max(totals.maxNs, durationNs);
      const index = bucketIndex(durationNs);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    },
    totals: (): FunctionTotals => ({ ...totals, buckets: [...counts].sort(([a], [b]) => a - b).flat() }),
  };
}
