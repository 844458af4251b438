import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SensorFunction } from '@prodlens/protocol';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { fakeFunction } from '../testing/fake-sensor.js';
import { temporaryFolder } from '../testing/test-collector.js';
import { createSourceMaps } from './source-maps.js';

/** Column 1 of lines 1, 2, 3 comes from lines 5, 4, 5 of the source, named "total"; line 4 comes from nowhere. */
const map = (source: string | null) => ({
  version: 3,
  sources: [source],
  names: ['total'],
  mappings: 'AAIAA;AADAA;AACAA;A',
});
const at = (line: number, name: string, file = 'dist/a.js') => fakeFunction(line, { file, name, line, column: 1 });
const shown = (functions: SensorFunction[]) =>
  functions.map((f) => `${f.id} ${f.name} ${f.ordinal} ${f.file}:${f.line}:${f.column}`);

test('names what a map knows, leaves the rest, and counts each name by position and on over the session', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const maps = createSourceMaps(store);
  await maps.put('orders', '1.0.0', [{ file: 'dist/a.js', map: map('../src/a.ts') }], 0);
  const named = maps.mapper('orders', '1.0.0').functions;
  assert.deepEqual(shown(await named([at(1, 'b'), at(2, 'c'), at(4, 'd'), at(9, 'e'), at(2, 'c', 'dist/b.js')])), [
    '1 total 1 src/a.ts:5:1',
    '2 total 0 src/a.ts:4:1',
    '4 d 0 dist/a.js:4:1',
    '9 e 0 dist/a.js:9:1',
    '2 c 0 dist/b.js:2:1',
  ]);
  // The same place again has the same number.
  assert.deepEqual(shown(await named([at(3, 'f')])), ['3 total 1 src/a.ts:5:1']);
  assert.deepEqual(shown(await maps.mapper('orders', '2.0.0').functions([at(1, 'b')])), ['1 b 0 dist/a.js:1:1']);
});

test('only the last part of a name is replaced, and only where it is a name', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const maps = createSourceMaps(store);
  await maps.put('orders', '1.0.0', [{ file: 'dist/a.js', map: map('../src/a.ts') }], 0);
  const names = ['a', 'A.b', 'A.get b', 'A.#b', "app.get'/b'#1", 'b.(anonymous)', '(return)', 'default', 'b.default'];
  const found = await Promise.all(
    names.map(async (name) => (await maps.mapper('orders', '1.0.0').functions([at(1, name)]))[0]!.name),
  );
  assert.deepEqual(found, ['total', 'A.total', 'A.get total', 'A.total', ...names.slice(4)]);
});

test('a map that is uploaded anew counts from the next session on; a source nobody knows changes nothing', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const maps = createSourceMaps(store);
  const file = async () => (await maps.mapper('orders', '1.0.0').functions([at(1, 'b')]))[0]!.file;
  for (const [source, expected] of [
    ['../src/a.ts', 'src/a.ts'],
    ['../src/b.ts', 'src/b.ts'],
    ['../../../node_modules/pg/lib/x.js', 'node_modules/pg/lib/x.js'],
    ['/home/me/a.ts', 'dist/a.js'],
    [null, 'dist/a.js'],
  ] as const) {
    await maps.put('orders', '1.0.0', [{ file: 'dist/a.js', map: map(source) }], 0);
    assert.equal(await file(), expected);
  }
});

test('a frame has the name of the function of its name that begins last before it, in the same original file', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const maps = createSourceMaps(store);
  // Lines 1, 3 and 5 are functions at lines 1 and 3 of a.ts and at 1 of b.ts; 2, 4 and 6 what is in them.
  const names = ['total', 'price', 'other'];
  const mappings = 'AAAAA;AACA;AACAC;AACA;ACHAC;AACA';
  const two = { version: 3, sources: ['../src/a.ts', '../src/b.ts'], names, mappings };
  await maps.put('orders', '1.0.0', [{ file: 'dist/a.js', map: two }], 0);
  const mapper = maps.mapper('orders', '1.0.0');
  const frame = (line: number, functionName: string) =>
    mapper.frame({ functionName, file: 'dist/a.js', line, column: 1, isAsync: false });
  assert.equal((await frame(2, 'n'))!.functionName, 'n', 'before the session has named it');
  await mapper.functions([at(1, 'n'), at(3, 'C.n'), at(5, 'n')]);
  const shown = async (line: number, name: string) => {
    const { functionName, file, line: original } = (await frame(line, name))!;
    return `${functionName} ${file}:${original}`;
  };
  assert.equal(await shown(2, 'n'), 'total src/a.ts:2');
  assert.equal(await shown(4, 'C.n [as m]'), 'C.price src/a.ts:4');
  assert.equal(await shown(6, 'async n'), 'other src/b.ts:2');
  assert.equal(await shown(4, 'o'), 'o src/a.ts:4');
  assert.equal(await mapper.frame({ functionName: 'n', file: 'dist/b.js', line: 2, column: 1, isAsync: false }), null);
});
