// Deletes what is older than its retention a few rows at a time: a whole minute at once would hold up everything else.

import type { Database } from './open-database.js';
import { retentionMinutes, type Tier } from './tiers.js';

/** Rows of one statement: a millisecond or two. */
const SLICE_ROWS = 400;

export interface SweptTable {
  tier: Tier;
  name: string;
  /** Its primary key, `t` first. */
  key: string[];
  /** Instead of the tier's retention. */
  minutes?: number;
}

/** Resolves when nothing is too old any more. Gives way after each slice. */
export async function sweepRows(db: Database, tables: SweptTable[], nowUnixMs: number): Promise<void> {
  for (const { tier, name, key, minutes = retentionMinutes(tier) } of tables) {
    const oldest = Math.floor((Math.floor(nowUnixMs / 60_000) - minutes) / tier);
    const columns = key.join();
    const statement = db.prepare(
      `DELETE FROM ${name} WHERE (${columns}) IN (SELECT ${columns} FROM ${name} WHERE t < ? LIMIT ${SLICE_ROWS})`,
    );
    while (Number(statement.run(oldest).changes) > 0) await new Promise(setImmediate);
  }
}

const VACUUM_PAGES = 200;
/** Free pages are taken by what is written next: only a file that has shrunk by this share gives them back. */
const FREE_SHARE = 0.2;

/** Gives pages back to the file system while many of them are free. */
export async function vacuum(db: Database): Promise<void> {
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0] as number;
  while (pragma('freelist_count') > Math.max(VACUUM_PAGES, FREE_SHARE * pragma('page_count'))) {
    const before = pragma('freelist_count');
    db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    if (pragma('freelist_count') >= before) return;
    await new Promise(setImmediate);
  }
}
