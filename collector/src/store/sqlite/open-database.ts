// Opens the embedded SQLite: the one inside Node where it has one (22.13 and later), else @photostructure/sqlite,
// which has the same API. Also takes the lock that keeps a second collector off the same folder: the collector
// keeps the current minutes in memory, so two of them would undo each other's numbers.

import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { ProdlensError } from '../../errors.js';

export type Database = DatabaseSyncInstance;
type Engine = { DatabaseSync: new (path: string) => Database };

const BUSY_TIMEOUT_MS = 5_000;

export const DATABASE_FILE = 'prodlens.db';

/**
 * Opens (or makes) a database file of a data folder. `synced`: what is committed outlives a power cut, and not only the
 * end of the process; without, something else must (the journal does). Throws PRODLENS_ERR_DATA_FOLDER.
 */
export function openDatabase(dataDir: string, { file = DATABASE_FILE, synced = true } = {}): Database {
  return inFolder(dataDir, () => {
    const db = new (loadEngine().DatabaseSync)(join(dataDir, file));
    try {
      prepare(db, synced);
      return db;
    } catch (cause) {
      db.close();
      throw damaged(cause, join(dataDir, file)) ?? cause;
    }
  });
}

function prepare(db: Database, synced: boolean): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // Counts in a new file only.
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${synced ? 'FULL' : 'NORMAL'}`);
  // The first read of the file itself.
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
}

/** Closes it with everything in the file itself: who copies that alone, has all of it. */
export function closeDatabase(db: Database): void {
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The next start does it.
  }
  db.close();
}

/** PRODLENS_ERR_DATA_DAMAGED where SQLite says that the file is not what it wrote; else null. */
export function damaged(error: unknown, path: string): ProdlensError | null {
  const { message } = error as Error;
  if (!/malformed|not a database|disk image|file is encrypted/i.test(message)) return null;
  return new ProdlensError(
    'PRODLENS_ERR_DATA_DAMAGED',
    `${path} is damaged (${message}). With a backup: prodlens restore PATH --replace --data "${dirname(path)}"`,
    { cause: error },
  );
}

/**
 * Holds the folder until the returned function is called or the process ends in whatever way. The operating system
 * releases the lock, so a killed collector leaves nothing behind. Throws PRODLENS_ERR_DATA_IN_USE.
 */
export function lockDataFolder(dataDir: string): () => void {
  return inFolder(dataDir, () => {
    const lock = new (loadEngine().DatabaseSync)(join(dataDir, 'collector.lock'));
    try {
      lock.exec('PRAGMA busy_timeout = 0');
      lock.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      lock.close();
      if (!/locked|busy/i.test(String(cause))) throw cause;
      throw new ProdlensError('PRODLENS_ERR_DATA_IN_USE', `Another collector is using ${dataDir}`, { cause });
    }
    return () => lock.close();
  });
}

/** Runs the steps in one transaction; rolls back when they throw. */
export function transaction<T>(db: Database, steps: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = steps();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    rollback(db);
    throw error;
  }
}

function rollback(db: Database): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // After some failures, such as a full disk, SQLite has already rolled back.
  }
}

function inFolder<T>(dataDir: string, open: () => T): T {
  try {
    makeFolder(dataDir);
    return open();
  } catch (cause) {
    if (cause instanceof ProdlensError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProdlensError('PRODLENS_ERR_DATA_FOLDER', `Cannot use the data folder ${dataDir}: ${reason}`, { cause });
  }
}

/** Not mkdir's own `recursive`: under a file system that refuses new folders, such as /proc, that never returns. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function loadEngine(): Engine {
  const builtin = process.getBuiltinModule as ((id: string) => unknown) | undefined;
  // Node 22 remarks on stderr that its SQLite is experimental, which tells the person who runs this nothing.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const own = builtin?.('node:sqlite') as Engine | undefined;
    return own ?? (createRequire(import.meta.url)('@photostructure/sqlite') as Engine);
  } finally {
    process.emitWarning = emitWarning;
  }
}
