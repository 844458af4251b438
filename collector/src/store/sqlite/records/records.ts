// What every engine keeps in a database of its own beside the numbers: names, instances, rules, tokens, sessions, source
// maps and snapshots. All of it is small, and answered at once.

import { join } from 'node:path';
import { paceOf } from '../../../pace.js';
import { COUNTED, type NewId } from '../../function-identity.js';
import type { KnownFunction, Store } from '../../store.js';
import { createDictionary } from '../dictionary.js';
import { createEndpointNames } from '../endpoints.js';
import { closeDatabase, DATABASE_FILE, damaged, openDatabase } from '../open-database.js';
import { createReporting } from '../reporting.js';
import { prepareSchema, SCHEMA_VERSION } from '../schema.js';
import { createInstances } from './instances.js';
import { createMeasuringRules } from './measuring-rules.js';
import { createSessionTable } from './sessions.js';
import { createSnapshots } from './snapshots.js';
import { createSourceMapTable } from './source-maps.js';
import { createTokens } from './tokens.js';

/** Names that are read in one statement: a millisecond or two. */
const FUNCTIONS_AT_ONCE = 200;

/** What each engine answers of its numbers. */
type NumbersMethod =
  | 'commit'
  | 'totals'
  | 'scalars'
  | 'calls'
  | 'endpointTotals'
  | 'reporting'
  | 'instanceMinutes'
  | 'sweep'
  | 'check'
  | 'close';

/** Throws PRODLENS_ERR_DATA_FOLDER, PRODLENS_ERR_DATA_NEWER or PRODLENS_ERR_DATA_DAMAGED. */
export function openRecords(dataDir: string, newId: NewId = COUNTED) {
  const db = openDatabase(dataDir);
  try {
    prepareSchema(db);
  } catch (error) {
    db.close();
    throw damaged(error, join(dataDir, DATABASE_FILE)) ?? error;
  }
  // What the journal holds already need not be synced again.
  const numbers = openDatabase(dataDir, { synced: false });
  const dictionary = createDictionary(db, newId);
  const endpointNames = createEndpointNames(db, newId);
  const instances = createInstances(numbers);
  const reporting = createReporting(numbers);
  const measuring = createMeasuringRules(db);
  const sourceMaps = createSourceMapTable(db);
  const snapshots = createSnapshots(db);
  const tokens = createTokens(db);
  const sessions = createSessionTable(db, tokens);

  const store: Omit<Store, NumbersMethod> = {
    openInstance: async (hello, now, tokenId) => dictionary.openInstance(hello, now, tokenId),
    defineFunctions: async (deploymentId, functions) => dictionary.defineFunctions(deploymentId, functions),
    defineEndpoints: async (deploymentId, named) => endpointNames.define(deploymentId, named),

    deployments: async (service) => dictionary.deployments(service),
    fileIds: async (paths, service) => dictionary.fileIds(paths, service),
    ownFiles: async () => dictionary.ownFiles(),
    serviceRoots: async () => dictionary.serviceRoots(),
    instanceCounts: async (from, to) => dictionary.instanceCounts(from, to),
    searchFunctions: async (text, limit, service) => dictionary.searchFunctions(text, limit, service),
    hasFingerprints: async (deploymentId) => dictionary.hasFingerprints(deploymentId),
    async knownFunctions(deploymentIds, by) {
      if (!('functionIds' in by)) return dictionary.knownFunctions(deploymentIds, by);
      const known: KnownFunction[] = [];
      const pace = paceOf();
      for (let i = 0; i < by.functionIds.length; i += FUNCTIONS_AT_ONCE) {
        if (i > 0) await pace();
        const functionIds = by.functionIds.slice(i, i + FUNCTIONS_AT_ONCE);
        known.push(...dictionary.knownFunctions(deploymentIds, { functionIds }));
      }
      return known;
    },
    knownEndpoints: async (by) => endpointNames.known(by),
    instances: async (since, instance) => instances.instances(since, instance),

    measuringRules: async () => measuring.all(),
    replaceMeasuringRules: async (service, rules) => measuring.replace(service, rules),

    putSnapshot: async (snapshot) => snapshots.put(snapshot),
    snapshots: async (filter, limit) => snapshots.list(filter, limit),
    snapshot: async (id) => snapshots.find(id),

    putSourceMaps: async (service, version, maps, now) => sourceMaps.put(service, version, maps, now),
    sourceMapFiles: async (service, version) => sourceMaps.files(service, version),
    sourceMap: async (service, version, file) => sourceMaps.map(service, version, file),

    addToken: async (hash, token) => tokens.add(hash, token),
    hasTokens: async () => tokens.any(),
    token: async (hash) => tokens.one(hash),
    tokens: async () => tokens.all(),
    removeToken: async (id) => tokens.remove(id),
    addSession: async (hash, session) => sessions.add(hash, session),
    session: async (hash, provider, nowUnixMs) => sessions.person(hash, provider, nowUnixMs),
    removeSession: async (hash) => sessions.remove(hash),
    tokenOfService: async (service) => tokens.ofService(service),
    namedByToken: async (id) => tokens.named(id),
    unknownFunctions: async (service, functions) => tokens.unknown(service, functions),
  };

  let isOpen = true;

  return {
    db,
    numbers,
    instances,
    reporting,
    store,
    /** To be called when somebody else has changed names or deployments in the tables. */
    namesChanged: () => dictionary.changed(),

    sweep(nowUnixMs: number): void {
      reporting.sweep(nowUnixMs);
      instances.sweep(nowUnixMs);
      dictionary.sweep(nowUnixMs);
      endpointNames.sweep();
      sourceMaps.sweep(nowUnixMs);
      snapshots.sweep(nowUnixMs);
      sessions.sweep(nowUnixMs);
    },

    /** Writes what is there already: what cannot be written fails here as it would with numbers. */
    check(): void {
      db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    },

    /** A second time does nothing. */
    close(): void {
      if (!isOpen) return;
      isOpen = false;
      closeDatabase(numbers);
      db.close();
    },
  };
}

export type Records = ReturnType<typeof openRecords>;
