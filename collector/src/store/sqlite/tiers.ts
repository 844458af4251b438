// Rows of one minute, one hour and one day: what happened is added to all three when it is written, in one transaction,
// so that a question about ninety days reads ninety rows of a file and not 130,000, and no tier ever lags behind
// another. `t` counts units of the tier since the Unix epoch.

import { HOURS_RETENTION_HOURS, MINUTES_RETENTION_MINUTES } from '../retention.js';
import type { MinuteRange } from '../store.js';
import type { Database } from './open-database.js';

/** Length of a row, in minutes. */
export const TIERS = [1, 60, 1_440] as const;
export type Tier = (typeof TIERS)[number];

/** Of two packed rows a row with both. */
export type MergeRows = (a: Uint8Array, b: Uint8Array) => Uint8Array;

const DAY_MINUTES = 1_440;

/**
 * The rows that together hold the range: days where a whole one lies in it, else hours, else minutes. The last hour and
 * day count as whole where nothing is known after the range.
 */
export function rowsOf({ fromMinute, toMinute }: MinuteRange, newestMinute: number): Map<Tier, number[]> {
  const rows = new Map<Tier, number[]>(TIERS.map((tier) => [tier, []]));
  const isOpen = toMinute >= newestMinute;
  const fits = (minute: number, tier: Tier) => minute % tier === 0 && (isOpen || minute + tier - 1 <= toMinute);
  // No question reaches further back than the longest retention, whatever it says.
  let minute = Math.max(fromMinute, toMinute - 60 * HOURS_RETENTION_HOURS - DAY_MINUTES);
  while (minute <= toMinute) {
    const tier = fits(minute, DAY_MINUTES) ? DAY_MINUTES : fits(minute, 60) ? 60 : 1;
    rows.get(tier)!.push(minute / tier);
    minute += tier;
  }
  return rows;
}

/** Minutes for which a row of the tier is kept. */
export function retentionMinutes(tier: Tier): number {
  return tier === 1 ? MINUTES_RETENTION_MINUTES : 60 * HOURS_RETENTION_HOURS;
}

/** The three tables `prefix`1, `prefix`60 and `prefix`1440 with the key (t, …keys). */
export function createTierTables(db: Database, prefix: string, keys: readonly string[], merge: MergeRows) {
  const key = ['t', ...keys];
  const where = key.map((name) => `${name} = ?`).join(' AND ');
  const tables = TIERS.map((tier) => {
    const name = `${prefix}${tier}`;
    return {
      tier,
      name,
      select: db.prepare(`SELECT b FROM ${name} WHERE ${where}`),
      insert: db.prepare(`INSERT INTO ${name} (b, ${key.join()}) VALUES (?, ${key.map(() => '?').join()})`),
      update: db.prepare(`UPDATE ${name} SET b = ? WHERE ${where}`),
    };
  });

  return {
    /** Within a transaction; to the rows of all tiers, or of those that are named. */
    add(minute: number, ids: number[], packed: Uint8Array, tiers: readonly Tier[] = TIERS): void {
      for (const { tier, select, insert, update } of tables) {
        if (!tiers.includes(tier)) continue;
        const at = [Math.floor(minute / tier), ...ids];
        const before = select.get(...at) as { b: Uint8Array } | undefined;
        if (before === undefined) insert.run(packed, ...at);
        else update.run(merge(before.b, packed), ...at);
      }
    },

    /** The names of the tables, and the key behind `t` that deletes in slices. */
    tables: tables.map(({ tier, name }) => ({ tier, name, key })),
  };
}
