// Endpoints: their names, and what each did with the functions that ran in it, a row a minute, an hour and a day
// (tiers.ts), packed (endpoint-blob.ts). Rows come from the fold, as those of functions do.

import { createHash } from 'node:crypto';
import type { SensorEndpoint } from '@prodlens/protocol';
import { COUNTED, type NewId } from '../function-identity.js';
import type { FoldedMinute } from '../minute-fold.js';
import { addEndpoints, decodeEndpoints, encodeEndpoints, type PackedEndpoints } from '../packed/endpoint-blob.js';
import type { KnownEndpoint, MinuteRange } from '../store.js';
import { type Database, transaction } from './open-database.js';
import { sweepRows } from './sweep-rows.js';
import { createTierTables, rowsOf, TIERS } from './tiers.js';

/** Of the database of names. */
export function createEndpointNames(db: Database, newId: NewId = COUNTED) {
  const selectService = db.prepare(
    'SELECT s.id, s.name FROM deployment d JOIN service s ON s.id = d.service WHERE d.id = ?',
  );
  const addEndpoint = db.prepare(
    `INSERT INTO endpoint (id, service, kind, method, route, identity) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (service, kind, method, route) DO UPDATE SET kind = excluded.kind RETURNING id`,
  );
  const selectKnown = db.prepare(
    `SELECT e.id AS endpointId, e.identity, s.name AS service, e.kind, e.method, e.route
     FROM endpoint e JOIN service s ON s.id = e.service
     WHERE e.id IN (SELECT value FROM json_each(?1)) OR e.identity = ?2`,
  );
  return {
    define(deploymentId: number, named: SensorEndpoint[]): number[] {
      return transaction(db, () => {
        const service = selectService.get(deploymentId) as { id: number; name: string };
        return named.map(({ kind, method, route }) => {
          const identity = endpointIdentity(service.name, kind, method, route);
          const id = newId('endpoint', identity);
          return (addEndpoint.get(id, service.id, kind, method, route, identity) as { id: number }).id;
        });
      });
    },

    known(by: { ids: number[] } | { identity: string }): KnownEndpoint[] {
      const [ids, identity] = 'ids' in by ? [by.ids, ''] : [[], by.identity];
      return selectKnown.all(JSON.stringify(ids), identity) as unknown as KnownEndpoint[];
    },

    /** Names of services that have no deployment left. */
    sweep(): void {
      db.exec('DELETE FROM endpoint WHERE service NOT IN (SELECT service FROM deployment)');
    },
  };
}

/** Of the database of numbers. */
export function createEndpoints(db: Database) {
  const tables = createTierTables(db, 'n', ['deployment'], (a, b) => {
    const sum = decodeEndpoints(a);
    addEndpoints(sum, decodeEndpoints(b));
    return encodeEndpoints(sum);
  });
  const select = new Map(
    TIERS.map((tier) => [
      tier,
      db.prepare(`SELECT n.b FROM json_each(?) j CROSS JOIN n${tier} n ON n.t = j.value AND n.deployment = ?`),
    ]),
  );
  let newestMinute = (db.prepare('SELECT max(t) AS t FROM n1').get() as { t: number | null }).t ?? 0;

  return {
    /** Within a transaction; as encodeEndpoints packs it. */
    write(t: number, deployment: number, packed: Uint8Array): void {
      tables.add(t, [deployment], packed);
    },

    /** After the transaction. */
    written({ t }: FoldedMinute): void {
      newestMinute = Math.max(newestMinute, t);
    },

    /** What the tables hold, added up. */
    totals(range: MinuteRange, deploymentId: number): PackedEndpoints {
      const sum: PackedEndpoints = new Map();
      for (const [tier, rows] of rowsOf(range, newestMinute)) {
        const found = select.get(tier)!.all(JSON.stringify(rows), deploymentId) as Array<{ b: Uint8Array }>;
        for (const { b } of found) addEndpoints(sum, decodeEndpoints(b));
      }
      return sum;
    },

    sweep: (nowUnixMs: number) => sweepRows(db, tables.tables, nowUnixMs),
  };
}

export type Endpoints = ReturnType<typeof createEndpoints>;

/** The same for the same endpoint for ever, in every store: 96 bits, hexadecimal. */
function endpointIdentity(service: string, kind: string, method: string, route: string): string {
  const key = JSON.stringify(['endpoint', service, kind, method, route]);
  return createHash('sha256').update(key).digest('hex').slice(0, 24);
}
