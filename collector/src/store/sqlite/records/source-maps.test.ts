import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeHello } from '../../../testing/fake-sensor.js';
import { temporaryFolder } from '../../../testing/test-collector.js';
import { NAMES_RETENTION_MS } from '../../retention.js';
import { openDatabase } from '../open-database.js';
import { prepareSchema } from '../schema.js';
import { openSqliteStore } from '../sqlite-store.js';
import { createSourceMapTable } from './source-maps.js';

const of = (file: string, bytes: number) => ({ file, map: new Uint8Array(bytes) });

test('a service has its room: what was uploaded longest ago goes, and a version that is too large is refused whole', (t) => {
  const db = openDatabase(temporaryFolder(t));
  t.after(() => db.close());
  prepareSchema(db);
  const maps = createSourceMapTable(db, 100);
  assert.deepEqual(maps.put('other', '1', [of('a.js', 100)], 0), []);
  assert.deepEqual(maps.put('orders', '2', [of('a.js', 30), of('b.js', 10)], 1), []);
  assert.deepEqual(maps.put('orders', '1', [of('a.js', 40)], 2), []);
  assert.deepEqual(maps.put('orders', '1', [of('a.js', 60)], 3), []);
  assert.deepEqual(maps.put('orders', '3', [of('a.js', 30)], 4), ['2']);
  assert.throws(() => maps.put('orders', '4', [of('a.js', 60), of('b.js', 41)], 5), {
    code: 'PRODLENS_ERR_SOURCE_MAPS_FULL',
  });
  assert.deepEqual(
    ['1', '2', '3', '4'].map((version) => [...maps.files('orders', version)]),
    [['a.js'], [], ['a.js'], []],
  );
  assert.equal(maps.map('orders', '1', 'a.js')?.length, 60);
  assert.equal(maps.map('orders', '1', 'b.js'), null);
  assert.equal(maps.map('other', '1', 'a.js')?.length, 100);
});

test('the maps of a version go when it has not been seen for the retention time', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const later = 86_400_000;
  for (const version of ['1.0.0', '2.0.0']) await store.putSourceMaps('orders', version, [of('a.js', 1)], 0);
  await store.openInstance(fakeHello({ version: '2.0.0' }), later);
  const kept = async () =>
    (await Promise.all(['1.0.0', '2.0.0'].map((version) => store.sourceMapFiles('orders', version)))).map(
      (f) => f.size,
    );
  await store.sweep(NAMES_RETENTION_MS);
  assert.deepEqual(await kept(), [1, 1]);
  await store.sweep(NAMES_RETENTION_MS + 1);
  assert.deepEqual(await kept(), [0, 1]);
  await store.sweep(NAMES_RETENTION_MS + later + 1);
  assert.deepEqual(await kept(), [0, 0]);
});
