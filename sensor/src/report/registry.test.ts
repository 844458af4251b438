import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KnownFunction, packFunctions } from './loaded-module.js';
import { Registry } from './registry.js';

const f = (name: string): KnownFunction => ({
  name,
  ordinal: 0,
  kind: 'function',
  line: 4,
  column: 2,
  timed: true,
  parameters: [],
});
const module = (path: string, firstId: number, ...names: string[]) => ({
  path,
  firstId,
  functions: packFunctions(names.map(f)),
  functionCount: names.length,
  columns: new Uint8Array(),
  mapUrl: null,
});

test('functions are described by their file and position, own ones are listed, what was left out is counted by reason', () => {
  const registry = new Registry('/srv/app', true);
  // Two threads load modules: the order of ids is not that of the news.
  registry.add(module('/srv/app/node_modules/x/i.js', 3, 'theirs', 'more'));
  registry.add(module('/srv/app/dist/a.js', 1, 'own', 'later'));
  for (let i = 0; i < 2; i++) registry.addSkipped({ path: '/srv/app/min.js', skipped: 'too large' });
  const { file, name, line, column, package: of, timed } = registry.describe(2);
  assert.deepEqual([file, name, line, column, of, timed], ['dist/a.js', 'later', 5, 3, null, true]);
  assert.deepEqual([registry.describe(4).name, registry.describe(4).package], ['more', 'x']);
  assert.deepEqual(registry.ownIds(), [1, 2]);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((id) => registry.isKnown(id)),
    [false, true, true, true, true, false],
  );
  registry.addSkipped({ path: '/srv/app/node_modules/x/big.js', skipped: 'too large' });
  assert.deepEqual(registry.facts(), {
    functions: 4,
    modules: 2,
    skipped: { 'too large': 3 },
    leftOut: [{ file: 'min.js', reason: 'too large' }],
    unknownLibraries: {},
  });
});

test('ids between two modules, and a module without functions, belong to nobody', () => {
  const registry = new Registry('/srv/app', true);
  registry.add(module('/srv/app/a.js', 1, 'a'));
  registry.add(module('/srv/app/empty.js', 2));
  registry.add(module('/srv/app/b.js', 5, 'b'));
  assert.deepEqual(
    [1, 2, 3, 5, 6].map((id) => registry.isKnown(id)),
    [true, false, false, true, false],
  );
});
