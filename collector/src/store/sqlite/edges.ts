// Who called whom: the calls between functions of a deployment, a row a minute, an hour and a day (tiers.ts), packed
// (edge-blob.ts). Rows come from the fold, as those of functions do.

import type { FoldedMinute } from '../minute-fold.js';
import { addEdge, decodeEdges, encodeEdges, visitEdges } from '../packed/edge-blob.js';
import type { CallTotals, MinuteRange } from '../store.js';
import type { Database } from './open-database.js';
import { sweepRows } from './sweep-rows.js';
import { createTierTables, rowsOf, TIERS, type Tier } from './tiers.js';

/** The rows of the three tables, written and asked for by deployment. */
export function createEdges(db: Database) {
  const tables = createTierTables(db, 'e', ['deployment'], (a, b) => {
    const sum = decodeEdges(a);
    sum.leftOutCalls += visitEdges(b, (callerId, calleeId, calls, sumNs) =>
      addEdge(sum, callerId, calleeId, { calls, sumNs }, Number.POSITIVE_INFINITY),
    );
    return encodeEdges(sum);
  });
  const select = new Map(
    TIERS.map((tier) => [
      tier,
      db.prepare(`SELECT e.b FROM json_each(?) j CROSS JOIN e${tier} e ON e.t = j.value AND e.deployment = ?`),
    ]),
  );
  let newestMinute = (db.prepare('SELECT max(t) AS t FROM e1').get() as { t: number | null }).t ?? 0;

  return {
    /** Within a transaction; as encodeEdges packs it. */
    write(t: number, deployment: number, packed: Uint8Array, tiers: readonly Tier[] = TIERS): void {
      tables.add(t, [deployment], packed, tiers);
    },

    /** After the transaction. */
    written({ t }: FoldedMinute): void {
      newestMinute = Math.max(newestMinute, t);
    },

    /** Adds what the tables hold of the calls from and to the functions; those of all functions that found no room. */
    calls(range: MinuteRange, deploymentId: number, functionIds: Set<number>, merged: Map<string, CallTotals>): number {
      let leftOutCalls = 0;
      for (const [tier, rows] of rowsOf(range, newestMinute)) {
        for (const { b } of select.get(tier)!.iterate(JSON.stringify(rows), deploymentId) as Iterable<{
          b: Uint8Array;
        }>) {
          leftOutCalls += visitEdges(b, (callerId, calleeId, calls, sumNs) => {
            if (functionIds.has(callerId) || functionIds.has(calleeId)) {
              addCall(merged, { deploymentId, callerId, calleeId, calls, sumNs });
            }
          });
        }
      }
      return leftOutCalls;
    },

    sweep: (nowUnixMs: number) => sweepRows(db, tables.tables, nowUnixMs),
  };
}

/** Adds to the call of the same pair in the same deployment; `into` keeps the object that was given first. */
export function addCall(into: Map<string, CallTotals>, call: CallTotals): void {
  const key = `${call.deploymentId}/${call.callerId}/${call.calleeId}`;
  const before = into.get(key);
  if (before === undefined) into.set(key, call);
  else {
    before.calls += call.calls;
    before.sumNs += call.sumNs;
  }
}

export type Edges = ReturnType<typeof createEdges>;
