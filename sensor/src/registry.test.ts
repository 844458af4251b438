import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstrumentedFunction } from './instrument.js';
import { IdAllocator, PACKAGE_CAPACITY, Registry } from './registry.js';
import { CAPACITY } from './runtime.js';

const f = (id: number, name: string): InstrumentedFunction => ({
  id,
  name,
  ordinal: 0,
  kind: 'function',
  offset: 0,
  line: 4,
  column: 2,
  isAsync: id === 1,
  timed: true,
});

test('packages stop at their share, the service’s own functions at the capacity', () => {
  const ids = new IdAllocator();
  assert.equal(ids.allocate(PACKAGE_CAPACITY - 1, true), 0);
  assert.equal(ids.allocate(2, true), null);
  assert.equal(ids.allocate(1, true), PACKAGE_CAPACITY - 1);
  assert.equal(ids.allocate(1, true), null);
  assert.equal(ids.allocate(CAPACITY - PACKAGE_CAPACITY, false), PACKAGE_CAPACITY);
  assert.equal(ids.allocate(1, false), null);
});

test('two threads that share the cells never get the same id', () => {
  const main = new IdAllocator();
  const loader = new IdAllocator(main.cells);
  assert.deepEqual([main.allocate(3, false), loader.allocate(2, true), main.allocate(1, false)], [0, 3, 5]);
});

test('functions are described by their file and position, own ones are listed, skipped modules counted by reason', () => {
  const registry = new Registry('/srv/app', true);
  registry.add({ path: '/srv/app/dist/a.js', mapUrl: null, functions: [f(0, 'own'), f(1, 'later')], skipped: null });
  registry.add({ path: '/srv/app/node_modules/x/i.js', mapUrl: null, functions: [f(2, 'theirs')], skipped: null });
  for (let i = 0; i < 2; i++)
    registry.add({ path: '/srv/app/min.js', mapUrl: null, functions: [], skipped: 'minified' });
  const { file, name, line, column, package: of } = registry.describe(0);
  assert.deepEqual([file, name, line, column, of], ['dist/a.js', 'own', 5, 3, null]);
  assert.equal(registry.describe(2).package, 'x');
  assert.deepEqual(registry.ownIds(), [0, 1]);
  assert.deepEqual(
    [registry.isAsync(0), registry.isAsync(1), registry.isKnown(2), registry.isKnown(3)],
    [false, true, true, false],
  );
  assert.deepEqual(registry.facts(), { functions: 3, modules: 2, skipped: { minified: 2 } });
});
