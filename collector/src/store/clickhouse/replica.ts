// Keeps the records of several collectors the same: each sends what was changed in its own database to ClickHouse's log
// of records, and takes from there what others have changed. What is asked for is answered from one's own database,
// also while ClickHouse is away; what was changed meanwhile is sent when it is back.
//
// Of two changes of one record that meet, the one that was sent last stays.

import { type Database, transaction } from '../sqlite/open-database.js';
import type { ClickHouse } from './connection.js';
import { prepareReplica, REPLICATED, type ReplicatedTable } from './replicated-records.js';

/** Changes in one insert, and bytes from which on it is sent (source maps are large). */
const SENT_AT_ONCE = 5_000;
const SENT_BYTES = 8 * 1024 * 1024;
/** Records that are put into the database in one transaction: a few milliseconds. */
const PUT_AT_ONCE = 200;
/** How much later than it was stamped a record may become visible. */
const OVERLAP_SECONDS = 10;

interface Unsent {
  kind: string;
  key: string;
  changes: number;
}

/** `changed` hears when records of others were put into the database. */
export function openReplica(db: Database, clickHouse: ClickHouse, changed: () => void) {
  prepareReplica(db);
  const { database } = clickHouse;
  const state = db.prepare('SELECT collector, pulled FROM replica');
  const { collector } = state.get() as { collector: string };
  const kinds = REPLICATED.map(({ kind }) => kind);
  const selectUnsent = db.prepare(
    `SELECT u.kind, u.key, u.changes FROM unsent u LEFT JOIN json_each(?) k ON k.value = u.kind
     ORDER BY coalesce(k.key, -1) LIMIT ${SENT_AT_ONCE}`,
  );
  const dropUnsent = db.prepare('DELETE FROM unsent WHERE kind = ? AND key = ? AND changes = ?');
  const isUnsent = db.prepare('SELECT 1 FROM unsent WHERE kind = ? AND key = ?');
  const tables = new Map(REPLICATED.map((table) => [table.kind, statementsOf(db, table)]));
  const minutes = {
    p1: { table: 'process', select: db.prepare('SELECT * FROM p1 WHERE t = ? AND instance = ?') },
    reporting: { table: 'reporting', select: db.prepare('SELECT * FROM reporting WHERE t = ? AND deployment = ?') },
  };
  let previous: Promise<unknown> = Promise.resolve();
  let waiting: Promise<void> | null = null;

  async function send(): Promise<void> {
    for (;;) {
      const unsent = selectUnsent.all(JSON.stringify(kinds)) as unknown as Unsent[];
      if (unsent.length === 0) return;
      const records: unknown[][] = [];
      const rows = { p1: [] as unknown[][], reporting: [] as unknown[][] };
      const columns = { p1: [] as string[], reporting: [] as string[] };
      const sent: Unsent[] = [];
      let bytes = 0;
      for (const change of unsent) {
        if (bytes > SENT_BYTES) break;
        sent.push(change);
        const key = JSON.parse(change.key) as string[];
        if (change.kind === 'p1' || change.kind === 'reporting') {
          const row = minutes[change.kind].select.get(...key);
          if (row === undefined) continue;
          columns[change.kind] = [...Object.keys(row), 'collector'];
          rows[change.kind].push([...Object.values(row), collector]);
          continue;
        }
        const row = tables.get(change.kind)?.select.get(...key);
        const value = row === undefined ? '' : encode(row);
        bytes += value.length;
        records.push([change.kind, change.key, value, collector]);
      }
      await clickHouse.insert('record', ['kind', 'key', 'value', 'collector'], records);
      for (const kind of ['p1', 'reporting'] as const) {
        await clickHouse.insert(minutes[kind].table, columns[kind], rows[kind]);
      }
      transaction(db, () => {
        for (const { kind, key, changes } of sent) dropUnsent.run(kind, key, changes);
      });
      if (sent.length < SENT_AT_ONCE && bytes <= SENT_BYTES) return;
    }
  }

  async function take(): Promise<void> {
    const { pulled } = state.get() as { pulled: string };
    const found = await clickHouse.rows<[kind: string, key: string, value: string, by: string, newest: string]>(
      `SELECT kind, key, argMax(value, at), argMax(collector, at) AS by, toString(max(at)) AS newest
       FROM ${database}.record WHERE at > toDateTime64({pulled:String}, 6) - INTERVAL ${OVERLAP_SECONDS} SECOND
       GROUP BY kind, key ORDER BY indexOf({kinds:Array(String)}, kind), newest`,
      { pulled, kinds },
    );
    const others = found.filter(([, , , by]) => by !== collector);
    for (let i = 0; i < others.length; i += PUT_AT_ONCE) {
      transaction(db, () => {
        db.exec('UPDATE replica SET is_putting = 1');
        for (const [kind, key, value] of others.slice(i, i + PUT_AT_ONCE)) put(kind, key, value);
        db.exec('UPDATE replica SET is_putting = 0');
      });
      await new Promise(setImmediate);
    }
    const newest = found.reduce((latest, [, , , , at]) => (at > latest ? at : latest), pulled);
    if (newest > pulled) db.prepare('UPDATE replica SET pulled = ?').run(newest);
    if (others.length > 0) changed();
  }

  function put(kind: string, key: string, value: string): void {
    const table = tables.get(kind);
    // Of a later collector, or changed here since: what is here is sent next.
    if (table === undefined || (table.isWhole && isUnsent.get(kind, key) !== undefined)) return;
    if (value === '') table.remove(JSON.parse(key));
    else table.put(value);
  }

  return {
    collector,

    /** Sends what is unsent, then takes what is new; one after the other, calls that wait share a turn. */
    sync(): Promise<void> {
      waiting ??= previous.then(async () => {
        waiting = null;
        await send();
        await take();
      });
      previous = waiting.catch(() => {});
      return waiting;
    },

    /** Resolves when nothing is under way. */
    async settled(): Promise<void> {
      await previous;
    },
  };
}

function statementsOf(db: Database, { kind, key, select, put }: ReplicatedTable) {
  const remove = db.prepare(`DELETE FROM ${kind} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`);
  const steps = put?.map((statement) => db.prepare(statement));
  return {
    isWhole: put === null,
    select: db.prepare(select),
    remove(values: Array<string | number>): void {
      try {
        remove.run(...values);
      } catch {
        // Something here still refers to it; it goes when that does.
      }
    },
    put(value: string): void {
      if (steps !== undefined) {
        for (const step of steps) step.run(value);
        return;
      }
      const row = decode(value);
      const columns = Object.keys(row);
      db.prepare(`INSERT OR REPLACE INTO ${kind} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`).run(
        ...Object.values(row),
      );
    },
  };
}

type Value = string | number | null | Uint8Array;

/** A row as JSON; bytes as { base64 }. */
function encode(row: object): string {
  const values = Object.entries(row as Record<string, Value>).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  ]);
  return JSON.stringify(Object.fromEntries(values));
}

function decode(text: string): Record<string, Value> {
  const row = JSON.parse(text) as Record<string, Value | { base64: string }>;
  const values = Object.entries(row).map(([name, value]) => [
    name,
    value !== null && typeof value === 'object' && 'base64' in value ? Buffer.from(value.base64, 'base64') : value,
  ]);
  return Object.fromEntries(values);
}
