import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FACTS, fakeFunction, fakeHello, fakeRow, PROCESS } from '../../testing/fake-sensor.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import { HOURS_RETENTION_HOURS, MINUTES_RETENTION_MINUTES, NAMES_RETENTION_MS } from '../retention.js';
import type { InstanceWindow, Store } from '../store.js';
import { lockDataFolder, openDatabase } from './open-database.js';
import { SCHEMA_VERSION } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

const MINUTE = 29_000_000;
const NOW_MS = MINUTE * 60_000 + 30_000;

async function opened(t: TestContext) {
  const folder = temporaryFolder(t);
  const store = openSqliteStore(folder);
  t.after(() => store.close());
  const { deploymentId } = await store.openInstance(fakeHello(), NOW_MS);
  const [ids] = await store.defineFunctions(deploymentId, [fakeFunction(1)]);
  const window = (sequence: number, fields: Partial<InstanceWindow> = {}): InstanceWindow => {
    const { id: _, ...totals } = fakeRow(1, [1_000, 2_000], 1);
    return {
      instance: 'instance-1',
      deploymentId,
      sequence,
      startUnixMs: NOW_MS - 10_000,
      endUnixMs: NOW_MS,
      receivedUnixMs: NOW_MS,
      rows: [{ ...ids!, totals }],
      edges: [],
      facts: FACTS,
      process: PROCESS,
      ...fields,
    };
  };
  return { folder, store, deploymentId, ids: ids!, window };
}

const calls = async (store: Store, deploymentId: number, fromMinute = MINUTE, toMinute = MINUTE) =>
  (await store.totals({ fromMinute, toMinute }, [deploymentId])).reduce((sum, { totals }) => sum + totals.calls, 0);

test('windows of a minute add up, in one commit and over several, and also after a reopening', async (t) => {
  const { folder, store, deploymentId, window } = await opened(t);
  await store.commit([window(1), window(2)]);
  await store.commit([window(3)]);
  const again = openSqliteStore(folder);
  t.after(() => again.close());
  await again.commit([window(4)]);
  const [row] = await again.totals({ fromMinute: MINUTE, toMinute: MINUTE }, [deploymentId]);
  assert.deepEqual(row?.totals, {
    calls: 8,
    errors: 4,
    sumNs: 12_000,
    maxNs: 2_000,
    buckets: fakeRow(1, Array(4).fill([1_000, 2_000]).flat()).buckets,
    selfNs: 0,
    cpuNs: 0,
  });
});

test('a sequence that is committed adds nothing, in the same commit or a later one', async (t) => {
  const { store, deploymentId, window } = await opened(t);
  await store.commit([window(2), window(2), window(1)]);
  await store.commit([window(2)]);
  assert.equal(await calls(store, deploymentId), 2);
  assert.equal((await store.openInstance(fakeHello(), NOW_MS)).lastSequence, 2);
});

test('a commit that fails leaves no part of itself, on disk or in memory', async (t) => {
  const { store, deploymentId, ids, window } = await opened(t);
  const { functionId } = ids;
  const edges = [{ callerId: functionId, calleeId: functionId, calls: 1, sumNs: 1 }];
  const counted = async () => {
    const range = { fromMinute: MINUTE, toMinute: MINUTE };
    const [edge] = (await store.calls(range, [deploymentId], [functionId])).calls;
    const [minute] = await store.instanceMinutes('instance-1', range);
    return [await calls(store, deploymentId), edge?.calls, minute?.gcCount];
  };
  await store.commit([window(1, { edges })]);
  await assert.rejects(store.commit([window(2, { edges }), window(3, { facts: 1n as never })]));
  assert.deepEqual(await counted(), [2, 1, PROCESS.gcCount]);
  await store.commit([window(2, { edges })]);
  assert.deepEqual(await counted(), [4, 2, 2 * PROCESS.gcCount]);
});

test('a window counts for the minute of its end, and totals cover both ends of the range', async (t) => {
  const { store, deploymentId, window } = await opened(t);
  const at = (minute: number) => ({ endUnixMs: minute * 60_000, startUnixMs: minute * 60_000 - 10_000 });
  await store.commit([-2, -1, 0].map((ago, i) => window(i + 1, at(MINUTE + ago))));
  assert.equal(await calls(store, deploymentId, MINUTE - 1, MINUTE), 4);
  assert.equal(await calls(store, deploymentId, MINUTE - 2, MINUTE - 2), 2);
  assert.equal(await calls(store, deploymentId, MINUTE + 1, MINUTE + 5), 0);
});

test('the position of a function is that of the latest deployment that has it', async (t) => {
  const { store, deploymentId, ids } = await opened(t);
  const second = await store.openInstance(fakeHello({ version: '2.0.0' }), NOW_MS);
  await store.defineFunctions(second.deploymentId, [fakeFunction(5, { name: 'f1', line: 99 })]);
  const third = await store.openInstance(fakeHello({ version: '3.0.0' }), NOW_MS);
  const all = [deploymentId, second.deploymentId, third.deploymentId];
  const [known, ...more] = await store.knownFunctions(all, { fileIds: [ids.fileId] });
  assert.deepEqual([known?.line, known?.deploymentId, more.length], [99, second.deploymentId, 0]);
  const [before] = await store.knownFunctions([deploymentId], { functionIds: [ids.functionId] });
  assert.equal(before?.line, 10);
});

test('minutes go after their retention, hours and names after theirs, and what is younger stays', async (t) => {
  const { store, deploymentId, window } = await opened(t);
  await store.commit([window(1)]);
  await store.flush();
  // The minute by itself; and from the start of its day on, which is read from rows of hours and days.
  const found = async () => [
    await calls(store, deploymentId),
    await calls(store, deploymentId, 1_440 * Math.floor(MINUTE / 1_440)),
    (await store.scalars({ fromMinute: 60 * Math.floor(MINUTE / 60), toMinute: MINUTE }, [deploymentId]))[0]!.functions
      .size,
    (await store.reporting({ fromMinute: 60 * Math.floor(MINUTE / 60), toMinute: MINUTE }, [deploymentId])).length,
  ];
  await store.sweep(NOW_MS + MINUTES_RETENTION_MINUTES * 60_000);
  assert.deepEqual(await found(), [2, 2, 1, 1]);
  await store.sweep(NOW_MS + (MINUTES_RETENTION_MINUTES + 1) * 60_000);
  assert.deepEqual(await found(), [0, 2, 1, 1]);
  await store.sweep(NOW_MS + (HOURS_RETENTION_HOURS - 24) * 3_600_000);
  assert.deepEqual(await found(), [0, 2, 1, 1]);
  await store.sweep(NOW_MS + (HOURS_RETENTION_HOURS + 24) * 3_600_000);
  assert.deepEqual(await found(), [0, 0, 0, 0]);
});

test('names go after their retention', async (t) => {
  const { store } = await opened(t);
  await store.sweep(NOW_MS + NAMES_RETENTION_MS);
  assert.equal((await store.ownFiles()).length, 1);
  await store.sweep(NOW_MS + NAMES_RETENTION_MS + 1);
  assert.deepEqual([await store.ownFiles(), await store.deployments(), await store.serviceRoots()], [[], [], []]);
  assert.equal(await store.tokenOfService('orders'), null);
});

test('data of each earlier shape is brought up to date, and keeps what it has', async (t) => {
  const { folder, store, deploymentId, window } = await opened(t);
  await store.openInstance(fakeHello({ version: '2.0.0' }), NOW_MS + 1);
  await store.commit([window(1)]);
  await store.flush();
  const older = [
    'DROP TABLE snapshot; PRAGMA user_version = 6',
    'DROP TABLE endpoint; DROP TABLE n1; DROP TABLE n60; DROP TABLE n1440; PRAGMA user_version = 5',
    `DROP TABLE m60; DROP TABLE m1440; DROP TABLE s1; DROP TABLE s60; DROP TABLE s1440; DROP TABLE e1440;
     DROP TABLE reporting60; DROP TABLE journal_progress; PRAGMA user_version = 4`,
    `ALTER TABLE token DROP COLUMN name; ALTER TABLE token DROP COLUMN service;
     ALTER TABLE token DROP COLUMN environment; ALTER TABLE service DROP COLUMN token; PRAGMA user_version = 3`,
    `ALTER TABLE instance DROP COLUMN latest; ALTER TABLE instance ADD COLUMN facts TEXT;
     DROP TABLE e1; DROP TABLE IF EXISTS e60; DROP TABLE p1; DROP TABLE measuring; DROP TABLE source_map; PRAGMA user_version = 2`,
    'ALTER TABLE deployment DROP COLUMN current_since_ms; PRAGMA user_version = 1',
  ];
  for (let version = SCHEMA_VERSION - 1; version >= 1; version--) {
    const db = openDatabase(folder);
    for (const step of older.slice(0, SCHEMA_VERSION - version)) db.exec(step);
    db.close();
    const again = openSqliteStore(folder);
    assert.deepEqual(
      (await again.deployments()).map((d) => [d.version, d.currentSinceUnixMs]),
      [
        ['1.0.0', NOW_MS],
        ['2.0.0', NOW_MS + 1],
      ],
    );
    const sequence = 1 + SCHEMA_VERSION - version;
    await again.commit([window(sequence)]);
    assert.equal(await calls(again, deploymentId), 2 * sequence);
    // From the start of its day on: what was there only in minutes is in hours and days too.
    assert.equal(await calls(again, deploymentId, 1_440 * Math.floor(MINUTE / 1_440)), 2 * sequence);
    assert.deepEqual([(await again.instances(0))[0]?.latest?.facts, await again.measuringRules()], [FACTS, []]);
    await again.close();
  }
});

test('data of a newer collector is refused and left as it is', async (t) => {
  const folder = temporaryFolder(t);
  const db = openDatabase(folder);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  assert.throws(() => openSqliteStore(folder), { code: 'PRODLENS_ERR_DATA_NEWER' });
  assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').all(), []);
  db.close();
});

test('a folder that cannot be made or written is named', (t) => {
  const folder = join(temporaryFolder(t), 'file');
  openDatabase(folder).close();
  assert.throws(() => openSqliteStore(join(folder, 'prodlens.db', 'x')), { code: 'PRODLENS_ERR_DATA_FOLDER' });
});

test('a folder is for one collector at a time', (t) => {
  const folder = temporaryFolder(t);
  const unlock = lockDataFolder(folder);
  assert.throws(() => lockDataFolder(folder), { code: 'PRODLENS_ERR_DATA_IN_USE' });
  unlock();
  lockDataFolder(folder)();
});
