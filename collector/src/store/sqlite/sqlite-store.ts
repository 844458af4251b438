// The embedded engine behind the Store interface. SQLite answers at once, so each promise here is already settled
// when it is handed out; a throw becomes a rejection.

import type { Store, TokenScope } from '../store.js';
import { createDictionary } from './dictionary.js';
import { createMinutes } from './minutes.js';
import { openDatabase } from './open-database.js';
import { prepareSchema } from './schema.js';

/** Opens the store of a data folder. Throws PRODLENS_ERR_DATA_FOLDER or PRODLENS_ERR_DATA_NEWER. */
export function openSqliteStore(dataDir: string): Store {
  const db = openDatabase(dataDir);
  try {
    prepareSchema(db);
  } catch (error) {
    db.close();
    throw error;
  }
  const dictionary = createDictionary(db);
  const minutes = createMinutes(db);
  const addToken = db.prepare('INSERT INTO token (hash, scope, created_ms) VALUES (?, ?, ?)');
  const selectToken = db.prepare('SELECT scope FROM token WHERE hash = ?');
  const selectAnyToken = db.prepare('SELECT EXISTS (SELECT 1 FROM token) AS found');

  return {
    openInstance: async (hello, now) => dictionary.openInstance(hello, now),
    defineFunctions: async (deploymentId, functions) => dictionary.defineFunctions(deploymentId, functions),
    commit: async (windows) => minutes.commit(windows),

    deployments: async (service) => dictionary.deployments(service),
    fileIds: async (paths, service) => dictionary.fileIds(paths, service),
    ownFiles: async () => dictionary.ownFiles(),
    serviceRoots: async () => dictionary.serviceRoots(),
    instanceCounts: async (from, to) => dictionary.instanceCounts(from, to),
    knownFunctions: async (deploymentIds, by) => dictionary.knownFunctions(deploymentIds, by),
    totals: async (range, deploymentIds, fileIds) => minutes.totals(range, deploymentIds, fileIds),
    reporting: async (range, deploymentIds) => minutes.reporting(range, deploymentIds),

    async addToken(hash, scope, now) {
      addToken.run(hash, scope, now);
    },
    hasTokens: async () => (selectAnyToken.get() as { found: number }).found === 1,
    tokenScope: async (hash) => (selectToken.get(hash) as { scope: TokenScope } | undefined)?.scope ?? null,

    async sweep(now) {
      minutes.sweep(now);
      dictionary.sweep(now);
    },
    async check() {
      db.prepare('SELECT 1').get();
    },
    async close() {
      db.close();
    },
  };
}
