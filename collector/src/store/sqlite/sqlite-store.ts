// The embedded engine behind the Store interface. SQLite answers at once, so each promise here is already settled
// when it is handed out; a throw becomes a rejection.

import type { Store, TokenScope } from '../store.js';
import { createCommit } from './commit.js';
import { createDictionary } from './dictionary.js';
import { createEdges } from './edges.js';
import { createInstances } from './instances.js';
import { createMeasuringRules } from './measuring-rules.js';
import { createMinutes } from './minutes.js';
import { openDatabase } from './open-database.js';
import { prepareSchema } from './schema.js';
import { createSourceMapTable } from './source-maps.js';

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
  const edges = createEdges(db);
  const instances = createInstances(db);
  const measuring = createMeasuringRules(db);
  const sourceMaps = createSourceMapTable(db);
  const commit = createCommit(db, { minutes, edges, instances });
  const addToken = db.prepare('INSERT INTO token (hash, scope, created_ms) VALUES (?, ?, ?)');
  const selectToken = db.prepare('SELECT scope FROM token WHERE hash = ?');
  const selectAnyToken = db.prepare('SELECT EXISTS (SELECT 1 FROM token) AS found');

  return {
    openInstance: async (hello, now) => dictionary.openInstance(hello, now),
    defineFunctions: async (deploymentId, functions) => dictionary.defineFunctions(deploymentId, functions),
    commit: async (windows) => commit(windows),

    deployments: async (service) => dictionary.deployments(service),
    fileIds: async (paths, service) => dictionary.fileIds(paths, service),
    ownFiles: async () => dictionary.ownFiles(),
    serviceRoots: async () => dictionary.serviceRoots(),
    instanceCounts: async (from, to) => dictionary.instanceCounts(from, to),
    knownFunctions: async (deploymentIds, by) => dictionary.knownFunctions(deploymentIds, by),
    totals: async (range, deploymentIds, fileIds) => minutes.totals(range, deploymentIds, fileIds),
    reporting: async (range, deploymentIds) => minutes.reporting(range, deploymentIds),
    calls: async (range, deploymentIds, functionIds) => edges.calls(range, deploymentIds, functionIds),

    instances: async (since, instance) => instances.instances(since, instance),
    instanceMinutes: async (instance, range) => instances.minutes(instance, range),

    measuringRules: async () => measuring.all(),
    replaceMeasuringRules: async (service, rules) => measuring.replace(service, rules),

    putSourceMaps: async (service, version, maps, now) => sourceMaps.put(service, version, maps, now),
    sourceMapFiles: async (service, version) => sourceMaps.files(service, version),
    sourceMap: async (service, version, file) => sourceMaps.map(service, version, file),

    async addToken(hash, scope, now) {
      addToken.run(hash, scope, now);
    },
    hasTokens: async () => (selectAnyToken.get() as { found: number }).found === 1,
    tokenScope: async (hash) => (selectToken.get(hash) as { scope: TokenScope } | undefined)?.scope ?? null,

    async sweep(now) {
      minutes.sweep(now);
      edges.sweep(now);
      instances.sweep(now);
      dictionary.sweep(now);
      sourceMaps.sweep(now);
    },
    async check() {
      db.prepare('SELECT 1').get();
    },
    async close() {
      db.close();
    },
  };
}
