import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeFunction, fakeHello } from '../../testing/fake-sensor.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import { createNameSearch } from './name-search.js';
import { openRecords } from './records/records.js';

test('names are found by a part, those that begin with it first; also those that came since, of a service alone', async (t) => {
  const records = openRecords(temporaryFolder(t));
  t.after(() => records.close());
  const { store } = records;
  const opened = await store.openInstance(fakeHello(), 1);
  const other = await store.openInstance(fakeHello({ service: 'other', instance: 'other' }), 1);
  const named = async (deploymentId: number, ...names: string[]) => {
    const ids = await store.defineFunctions(
      deploymentId,
      names.map((name, i) => fakeFunction(i + 1, { name, file: `src/${deploymentId}.ts` })),
    );
    for (const [i, { functionId }] of ids.entries()) nameOf.set(functionId, names[i]!);
  };
  const nameOf = new Map<number, string>();
  const find = async (text: string, limit = 10, service?: string) =>
    (await store.searchFunctions(text, limit, service)).map((id) => nameOf.get(id));

  await named(opened.deploymentId, 'Cart.addItem', 'badder', 'add', 'Ünder', 'remove');
  assert.deepEqual(await find('ADD'), ['add', 'Cart.addItem', 'badder']);
  assert.deepEqual(await find('add', 2), ['add', 'Cart.addItem']);
  assert.deepEqual(await find('ünd'), ['Ünder']);
  assert.deepEqual(await find('%'), []);
  assert.deepEqual(await find('add\0'), []);
  assert.equal((await find('')).length, 5);
  await named(other.deploymentId, 'addOther');
  assert.deepEqual(await find('add'), ['add', 'addOther', 'Cart.addItem', 'badder']);
  assert.deepEqual(await find('add', 10, 'other'), ['addOther']);
  // Many at once, so that what is told becomes part of what is kept, twice over.
  for (const round of ['first', 'second']) {
    await named(other.deploymentId, ...Array.from({ length: 5_000 }, (_, i) => `${round}.bulk${i}`));
    assert.deepEqual(await find(`${round}.bulk4999`), [`${round}.bulk4999`]);
  }
  assert.equal((await find('bulk', 20_000)).length, 10_000);
  assert.deepEqual(await find('add', 1), ['add']);
});

test('what is named while the names are read is found once', async (t) => {
  const records = openRecords(temporaryFolder(t));
  t.after(() => records.close());
  const { deploymentId } = await records.store.openInstance(fakeHello(), 1);
  const many = Array.from({ length: 10_000 }, (_, i) => fakeFunction(i + 1, { name: `many${i}` }));
  await records.store.defineFunctions(deploymentId, many);
  const search = createNameSearch(records.db);
  const asked = search.find('many', 20_000);
  const [late] = await records.store.defineFunctions(deploymentId, [fakeFunction(20_000, { name: 'manyLate' })]);
  search.added({ id: late!.functionId, file: late!.fileId, name: 'manyLate' });
  const found = await asked;
  assert.equal(found.length, 10_001);
  assert.equal(new Set(found).size, 10_001);
  search.changed();
  assert.equal((await search.find('many', 20_000)).length, 10_001);
});
