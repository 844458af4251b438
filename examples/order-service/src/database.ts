// Opens the service's one database file and lays out its tables. Money is whole cents, times are Unix milliseconds.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { seed } from './seed.js';

export type Database = DatabaseSyncInstance;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS products (
    sku TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    delivery TEXT NOT NULL CHECK (delivery IN ('parcel', 'email'))
  ) STRICT;
  CREATE TABLE IF NOT EXISTS stock (
    sku TEXT PRIMARY KEY REFERENCES products (sku),
    available INTEGER NOT NULL CHECK (available >= 0)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    net_cents INTEGER NOT NULL,
    tax_cents INTEGER NOT NULL,
    total_cents INTEGER NOT NULL,
    placed_at INTEGER NOT NULL,
    confirmed_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer, placed_at, total_cents);
  CREATE TABLE IF NOT EXISTS order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    sku TEXT NOT NULL REFERENCES products (sku),
    quantity INTEGER NOT NULL,
    unit_cents INTEGER NOT NULL,
    discount_percent INTEGER NOT NULL,
    PRIMARY KEY (order_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    failed_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS jobs_due ON jobs (run_at) WHERE failed_at IS NULL;
  CREATE TABLE IF NOT EXISTS outbox (
    order_id TEXT PRIMARY KEY REFERENCES orders (id),
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

/** Opens orders.db in `folder`, which is made if it is not there. A new database gets the shop's data (seed.ts). */
export function openDatabase(folder: string): Database {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'orders.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
  inTransaction(database, () => {
    database.exec(SCHEMA);
    if (database.prepare('SELECT 1 FROM products LIMIT 1').get() === undefined) seed(database);
  });
  return database;
}

/** Runs `work` in one transaction: all of it is kept, or, when it throws, none of it. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
