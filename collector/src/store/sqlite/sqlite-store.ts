// The embedded engine behind the Store interface. What it is asked about numbers it answers from the tables and from
// what is still on its way there (intake.ts); names, rules and tokens are read and written at once.

import { join } from 'node:path';
import { addTotals } from '@prodlens/protocol';
import { ownTotals } from '../minute-fold.js';
import { addEndpoints } from '../packed/endpoint-blob.js';
import { addScalars } from '../packed/scalar-blob.js';
import type { CallTotals, DeploymentTotals, EndpointSums, MinuteRange, Store } from '../store.js';
import { createDictionary } from './dictionary.js';
import { addCall, createEdges } from './edges.js';
import { createEndpointNames, createEndpoints } from './endpoints.js';
import { createInstances } from './instances.js';
import { createIntake, INTAKE_LIMITS, type Intake, type IntakeLimits } from './intake.js';
import { createMeasuringRules } from './measuring-rules.js';
import { createMinutes } from './minutes.js';
import { DATABASE_FILE, damaged, openDatabase } from './open-database.js';
import { createReporting } from './reporting.js';
import { prepareSchema, SCHEMA_VERSION } from './schema.js';
import { createSnapshots } from './snapshots.js';
import { createSourceMapTable } from './source-maps.js';
import { vacuum } from './sweep-rows.js';
import { createTokens } from './tokens.js';
import { createFoldWriter } from './write-fold.js';

export interface SqliteStore extends Store {
  /** Brings what is in the journal to the tables now, and not within a minute. */
  flush(): Promise<void>;
}

/** How often it is looked whether a minute is over. */
const FLUSH_CHECK_MS = 1_000;
/** Between the slices of a flush. */
const FLUSH_PAUSE_MS = 5;

/**
 * Opens the store of a data folder. The journal is opened when numbers are first asked for or committed: a program that
 * only makes a token leaves it to the collector. Throws PRODLENS_ERR_DATA_FOLDER or PRODLENS_ERR_DATA_NEWER.
 */
export function openSqliteStore(dataDir: string, limits: IntakeLimits = INTAKE_LIMITS): SqliteStore {
  const db = openDatabase(dataDir);
  try {
    prepareSchema(db);
  } catch (error) {
    db.close();
    throw damaged(error, join(dataDir, DATABASE_FILE)) ?? error;
  }
  const numbers = openDatabase(dataDir, { synced: false });
  const dictionary = createDictionary(db);
  const minutes = createMinutes(numbers);
  const edges = createEdges(numbers);
  const endpoints = createEndpoints(numbers);
  const endpointNames = createEndpointNames(db);
  const instances = createInstances(numbers);
  const reporting = createReporting(numbers);
  const writer = createFoldWriter(numbers, { minutes, edges, endpoints });
  const measuring = createMeasuringRules(db);
  const sourceMaps = createSourceMapTable(db);
  const snapshots = createSnapshots(db);
  const tokens = createTokens(db);
  let opened: Intake | null = null;
  let timer: NodeJS.Timeout | null = null;

  function intake(): Intake {
    if (opened === null) {
      opened = createIntake(numbers, dataDir, { instances, reporting, writer, limits });
      timer = setInterval(flushMinute, FLUSH_CHECK_MS).unref();
    }
    return opened;
  }

  let minute = Math.floor(Date.now() / 60_000);
  let isFlushing = false;
  function flushMinute(): void {
    const now = Math.floor(Date.now() / 60_000);
    if (now === minute || isFlushing) return;
    isFlushing = true;
    intake()
      .flush(() => new Promise((done) => setTimeout(done, FLUSH_PAUSE_MS)))
      .then(
        () => {
          minute = now;
        },
        // Tried again in a second; what cannot be written stays in the journal, which is bounded.
        () => {},
      )
      .finally(() => {
        isFlushing = false;
      });
  }

  async function totals(range: MinuteRange, deploymentIds: number[], fileIds?: number[]): Promise<DeploymentTotals[]> {
    const asked = fileIds && new Set(fileIds);
    const found = new Map<string, DeploymentTotals>();
    await intake().whileStill(async () => {
      for (const deploymentId of deploymentIds) {
        for (const [fileId, functions] of await minutes.totals(range, deploymentId, fileIds)) {
          for (const [functionId, sums] of functions) {
            found.set(`${deploymentId}/${functionId}`, { deploymentId, functionId, fileId, totals: ownTotals(sums) });
          }
        }
      }
      for (const { deployment: deploymentId, files } of intake().unwritten(range, deploymentIds)) {
        for (const { file: fileId, functions, isWritten } of files.values()) {
          if (isWritten || asked?.has(fileId) === false) continue;
          for (const [functionId, sums] of functions) {
            const key = `${deploymentId}/${functionId}`;
            const before = found.get(key);
            if (before !== undefined) addTotals(before.totals, sums);
            else found.set(key, { deploymentId, functionId, fileId, totals: ownTotals(sums) });
          }
        }
      }
    });
    return [...found.values()];
  }

  async function scalars(range: MinuteRange, deploymentIds: number[]) {
    return intake().whileStill(async () => {
      const found = new Map(deploymentIds.map((id) => [id, new Map()]));
      for (const id of deploymentIds) found.set(id, await minutes.scalars(range, id));
      for (const { deployment, files, areOthersWritten } of intake().unwritten(range, deploymentIds)) {
        if (areOthersWritten) continue;
        await new Promise(setImmediate);
        const sums = found.get(deployment)!;
        for (const { functions } of files.values()) for (const [id, t] of functions) addScalars(sums, id, t);
      }
      return [...found].map(([deploymentId, functions]) => ({ deploymentId, functions }));
    });
  }

  function calls(range: MinuteRange, deploymentIds: number[], functionIds: number[]) {
    const asked = new Set(functionIds);
    const found: CallTotals[] = [];
    let leftOutCalls = 0;
    const unwritten = intake().unwritten(range, deploymentIds);
    for (const deploymentId of deploymentIds) {
      const stored = edges.calls(range, deploymentId, asked);
      leftOutCalls += stored.leftOutCalls;
      for (const minute of unwritten) {
        if (minute.deployment !== deploymentId || minute.areOthersWritten) continue;
        leftOutCalls += minute.edges.leftOutCalls;
        for (const [callerId, callees] of minute.edges.callers) {
          for (const [calleeId, edge] of callees) {
            if (asked.has(callerId) || asked.has(calleeId)) {
              addCall(stored.merged, { deploymentId, callerId, calleeId, ...edge });
            }
          }
        }
      }
      found.push(...stored.merged.values());
    }
    return { calls: found, leftOutCalls };
  }

  function endpointTotals(range: MinuteRange, deploymentIds: number[]): EndpointSums[] {
    const unwritten = intake().unwritten(range, deploymentIds);
    return deploymentIds.flatMap((deploymentId) => {
      const sum = endpoints.totals(range, deploymentId);
      for (const minute of unwritten) {
        if (minute.deployment === deploymentId && !minute.areOthersWritten) addEndpoints(sum, minute.endpoints);
      }
      return [...sum].map(([endpointId, packed]) => ({ deploymentId, endpointId, ...packed }));
    });
  }

  return {
    openInstance: async (hello, now, tokenId) => dictionary.openInstance(hello, now, tokenId),
    defineFunctions: async (deploymentId, functions) => dictionary.defineFunctions(deploymentId, functions),
    defineEndpoints: async (deploymentId, named) => endpointNames.define(deploymentId, named),
    commit: async (windows) => intake().commit(windows),

    deployments: async (service) => dictionary.deployments(service),
    fileIds: async (paths, service) => dictionary.fileIds(paths, service),
    ownFiles: async () => dictionary.ownFiles(),
    serviceRoots: async () => dictionary.serviceRoots(),
    instanceCounts: async (from, to) => dictionary.instanceCounts(from, to),
    searchFunctions: async (text, limit, service) => dictionary.searchFunctions(text, limit, service),
    knownFunctions: async (deploymentIds, by) => dictionary.knownFunctions(deploymentIds, by),
    totals,
    scalars,
    reporting: async (range, deploymentIds) => reporting.spans(range, deploymentIds),
    calls: async (range, deploymentIds, functionIds) => calls(range, deploymentIds, functionIds),

    knownEndpoints: async (by) => endpointNames.known(by),
    endpointTotals: async (range, deploymentIds) => endpointTotals(range, deploymentIds),

    instances: async (since, instance) => instances.instances(since, instance),
    instanceMinutes: async (instance, range) => instances.minutes(instance, range),

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
    tokenOfService: async (service) => tokens.ofService(service),
    namedByToken: async (id) => tokens.named(id),
    unknownFunctions: async (service, functions) => tokens.unknown(service, functions),

    flush: () => intake().flush(),
    async sweep(now) {
      await minutes.sweep(now);
      await edges.sweep(now);
      await endpoints.sweep(now);
      reporting.sweep(now);
      instances.sweep(now);
      dictionary.sweep(now);
      endpointNames.sweep();
      sourceMaps.sweep(now);
      snapshots.sweep(now);
      await vacuum(numbers);
    },
    async check() {
      // Writes what is there already: what cannot be written fails here as it would with numbers.
      db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
      intake().check();
    },
    async close() {
      if (timer !== null) clearInterval(timer);
      // Where the disk is full the journal keeps what could not be written.
      await opened?.flush().catch(() => {});
      await opened?.close();
      try {
        // Everything into the file itself: who copies that alone, has all of it.
        numbers.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch {
        // The next start does it.
      }
      numbers.close();
      db.close();
    },
  };
}
