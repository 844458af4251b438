// Chooses the engine by one setting.

import { join } from 'node:path';
import { LOCAL_FOLDER, openClickHouseStore } from './clickhouse/clickhouse-store.js';
import { parseSetting } from './clickhouse/connection.js';
import { prepareReplica } from './clickhouse/replicated-records.js';
import type { NotWritten } from './flush-minutes.js';
import { hashedId } from './function-identity.js';
import { INTAKE_LIMITS } from './sqlite/intake.js';
import { openRecords } from './sqlite/records/records.js';
import { type JournalStore, openSqliteStore } from './sqlite/sqlite-store.js';
import type { Store } from './store.js';

/** `setting`: clickhouse://…; null: embedded in the data folder. */
export async function openStore(
  dataDir: string,
  setting: string | null,
  notWritten?: NotWritten,
): Promise<JournalStore> {
  return setting === null
    ? openSqliteStore(dataDir, INTAKE_LIMITS, notWritten)
    : openClickHouseStore(dataDir, setting, { notWritten });
}

export type TokenStore = Pick<Store, 'addToken' | 'hasTokens' | 'tokens' | 'removeToken' | 'close'>;

/**
 * What a command needs that only makes or revokes tokens: the folder's own database, beside a collector that may be
 * running. Where the store is ClickHouse, the collector brings it to the others.
 */
export function openTokenStore(dataDir: string, setting: string | null): TokenStore {
  if (setting === null) return openSqliteStore(dataDir);
  parseSetting(setting);
  const records = openRecords(join(dataDir, LOCAL_FOLDER), hashedId);
  prepareReplica(records.db);
  return { ...records.store, close: async () => records.close() };
}
