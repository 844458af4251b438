// Backups of the embedded store. A backup is a folder that is itself a data folder: what can be restored can also be
// looked into, by `prodlens up --data`. It is made beside a running collector, which notices nothing: SQLite copies each
// database as it is in one moment, and the journal comes along by hard links, which go on holding what is appended. The
// copy then takes its journal in, as a collector does after a kill, so that nothing is missing and nothing there twice.

import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ProdlensError } from '../../errors.js';
import { DATABASE_FILE, lockDataFolder, openDatabase } from './open-database.js';
import { checkVersion } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

/** Makes a backup of the folder at a path where nothing is yet. Throws PRODLENS_ERR_BACKUP. */
export async function backUp(dataDir: string, target: string): Promise<void> {
  if (existsSync(target)) refuse(`${target} is there already: name a path where nothing is yet`);
  if (!existsSync(join(dataDir, DATABASE_FILE))) refuse(`${resolve(dataDir)} has no data`);
  // Within the data folder: hard links do not reach another file system.
  const copy = join(dataDir, `backup-${process.pid}`);
  rmSync(copy, { recursive: true, force: true });
  try {
    mkdirSync(join(copy, 'journal'), { recursive: true, mode: 0o700 });
    // Before, for what goes to the tables meanwhile; and after, for what has come meanwhile.
    linkJournal(dataDir, copy);
    for (const file of databasesIn(dataDir)) {
      const db = openDatabase(dataDir, { file });
      try {
        db.prepare('VACUUM INTO ?').run(join(copy, file));
      } finally {
        db.close();
      }
    }
    linkJournal(dataDir, copy);
    const store = openSqliteStore(copy);
    try {
      await store.flush();
    } finally {
      await store.close();
    }
    move(copy, target);
  } catch (cause) {
    if (cause instanceof ProdlensError) throw cause;
    refuse(`No backup could be made at ${target}: ${(cause as Error).message}`, cause);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * Puts a backup into a data folder that no collector uses. Data that is there stays as it is, or with `replace` is moved
 * into a folder beside it, of which the path is returned. Throws PRODLENS_ERR_BACKUP, or what is wrong with the backup.
 */
export function restore(source: string, dataDir: string, { replace = false } = {}): string | null {
  if (!existsSync(join(source, DATABASE_FILE))) refuse(`${source} is no backup: it has no ${DATABASE_FILE}`);
  const unlock = lockDataFolder(dataDir);
  try {
    const copy = join(dataDir, `restore-${process.pid}`);
    cpSync(source, copy, { recursive: true });
    try {
      for (const file of databasesIn(copy)) checkDatabase(copy, file);
      const there = readdirSync(dataDir).filter(
        (name) => name === 'journal' || /^(?!collector\.lock).*\.db/.test(name),
      );
      if (there.length > 0 && !replace) refuse(`${resolve(dataDir)} has data: --replace moves it aside`);
      const aside = there.length > 0 ? join(dataDir, `replaced-${Date.now()}`) : null;
      if (aside !== null) {
        mkdirSync(aside, { mode: 0o700 });
        for (const name of there) renameSync(join(dataDir, name), join(aside, name));
      }
      for (const file of databasesIn(copy)) renameSync(join(copy, file), join(dataDir, file));
      return aside;
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  } finally {
    unlock();
  }
}

function checkDatabase(folder: string, file: string): void {
  const db = openDatabase(folder, { file });
  try {
    const [found] = db.prepare('PRAGMA quick_check(1)').all() as Array<Record<string, string>>;
    const said = Object.values(found ?? {})[0];
    if (said !== 'ok') refuse(`${file} of the backup is damaged: ${said}`);
    if (file === DATABASE_FILE) checkVersion(db);
    // All of it into the file itself, which alone is moved.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

function databasesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.db'));
}

function linkJournal(dataDir: string, copy: string): void {
  const journal = join(dataDir, 'journal');
  for (const name of existsSync(journal) ? readdirSync(journal) : []) {
    try {
      linkSync(join(journal, name), join(copy, 'journal', name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Linked before, or in the tables by now.
      if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
    }
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true, errorOnExist: true });
  }
}

function refuse(message: string, cause?: unknown): never {
  throw new ProdlensError('PRODLENS_ERR_BACKUP', message, { cause });
}
