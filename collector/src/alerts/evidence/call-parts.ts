// What a function's calls in a time were made of: its own time, that of its callees, who called it, how many failed. Read
// from the store, each function and time once for as long as the reader is kept, which is for one look.

import { bucketsCount } from '@prodlens/protocol';
import type { Store } from '../../store/store.js';

/** Calls between functions are kept and read by the minute; more of them are not read for a cause. */
export const CAUSE_MINUTES = 60;

export interface CallParts {
  /** Timed ones, which the sums are of. */
  timedCalls: number;
  calls: number;
  errors: number;
  sumNs: number;
  selfNs: number;
  /** By function id, without itself. */
  callees: Map<number, { calls: number; sumNs: number }>;
  callers: Map<number, number>;
}

/** Minutes since the epoch, the second exclusive; only the last CAUSE_MINUTES are read. `of`: deployments. */
export type ReadCallParts = (functionId: number, minutes: [number, number], of: number[]) => Promise<CallParts>;

export function callPartsReader(store: Store): ReadCallParts {
  const known = new Map<string, Promise<CallParts>>();
  return (functionId, minutes, of) => {
    const key = JSON.stringify([functionId, minutes, of]);
    let parts = known.get(key);
    if (parts === undefined) {
      parts = read(store, functionId, minutes, of);
      known.set(key, parts);
    }
    return parts;
  };
}

async function read(store: Store, functionId: number, [from, to]: [number, number], of: number[]): Promise<CallParts> {
  const range = { fromMinute: Math.max(from, to - CAUSE_MINUTES), toMinute: to - 1 };
  const parts: CallParts = {
    ...{ timedCalls: 0, calls: 0, errors: 0, sumNs: 0, selfNs: 0 },
    callees: new Map(),
    callers: new Map(),
  };
  const [place] = await store.knownFunctions(of, { functionIds: [functionId] });
  if (place === undefined || range.toMinute < range.fromMinute) return parts;
  for (const { functionId: id, totals } of await store.totals(range, of, [place.fileId])) {
    if (id !== functionId) continue;
    parts.timedCalls += bucketsCount(totals.buckets);
    parts.calls += totals.calls;
    parts.errors += totals.errors;
    parts.sumNs += totals.sumNs;
    parts.selfNs += totals.selfNs;
  }
  for (const { callerId, calleeId, calls, sumNs } of (await store.calls(range, of, [functionId])).calls) {
    if (callerId === calleeId) continue;
    if (calleeId === functionId) parts.callers.set(callerId, (parts.callers.get(callerId) ?? 0) + calls);
    else {
      const before = parts.callees.get(calleeId) ?? { calls: 0, sumNs: 0 };
      parts.callees.set(calleeId, { calls: before.calls + calls, sumNs: before.sumNs + sumNs });
    }
  }
  return parts;
}
