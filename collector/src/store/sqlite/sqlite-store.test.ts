import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FACTS, fakeHello } from '../../testing/fake-sensor.js';
import { numbersConformance } from '../../testing/numbers-conformance.js';
import {
  callsOf,
  MINUTE,
  NOW_MS,
  openedStore,
  type StoreEngine,
  storeConformance,
} from '../../testing/store-conformance.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import { lockDataFolder, openDatabase } from './open-database.js';
import { SCHEMA_VERSION } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

const SQLITE: StoreEngine = {
  async open(t, folder) {
    const store = openSqliteStore(folder);
    t.after(() => store.close());
    return store;
  },
  reopen(t, folder) {
    return this.open(t, folder);
  },
  sweptLateMinutes: { minutes: 0, hours: 0 },
  steps: 120,
  moments: Number.POSITIVE_INFINITY,
  questions: 3,
};

storeConformance(SQLITE);
numbersConformance(SQLITE);

test('data of each earlier shape is brought up to date, and keeps what it has', async (t) => {
  const { folder, store, deploymentId, window } = await openedStore(t, SQLITE);
  await store.openInstance(fakeHello({ version: '2.0.0' }), NOW_MS + 1);
  await store.commit([window(1)]);
  await store.flush();
  const older = [
    'DROP TABLE session; PRAGMA user_version = 8',
    'ALTER TABLE position DROP COLUMN fingerprint; DROP TABLE fingerprint; PRAGMA user_version = 7',
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
    assert.equal(await callsOf(again, deploymentId), 2 * sequence);
    // From the start of its day on: what was there only in minutes is in hours and days too.
    assert.equal(await callsOf(again, deploymentId, 1_440 * Math.floor(MINUTE / 1_440)), 2 * sequence);
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
