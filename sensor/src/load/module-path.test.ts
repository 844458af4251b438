import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesAny, modulePath } from './module-path.js';

const PATHS: [path: string, file: string, name: string | null][] = [
  ['/srv/app/dist/a.js', 'dist/a.js', null],
  ['/srv/app/node_modules/express/lib/router.js', 'node_modules/express/lib/router.js', 'express'],
  ['/srv/node_modules/@scope/x/i.js', 'node_modules/@scope/x/i.js', '@scope/x'],
  ['/srv/app/node_modules/a/node_modules/b/i.js', 'node_modules/b/i.js', 'b'],
  ['/srv/lib/shared.js', '../lib/shared.js', null],
];
for (const [path, file, name] of PATHS) {
  test(path, () => assert.deepEqual(modulePath(path, '/srv/app'), { file, package: name }));
}

test('a service that is installed below node_modules is its own', () => {
  assert.deepEqual(modulePath('/opt/node_modules/server/lib/a.js', '/opt/node_modules/server'), {
    file: 'lib/a.js',
    package: null,
  });
  const beside = modulePath('/opt/node_modules/ajv/lib/a.js', '/opt/node_modules/server');
  assert.deepEqual(beside, { file: 'node_modules/ajv/lib/a.js', package: 'ajv' });
});

test('patterns name files or packages', () => {
  const express = modulePath('/a/node_modules/express/x.js', '/a');
  assert.ok(matchesAny(['express'], express));
  assert.ok(matchesAny(['node_modules/exp*'], express));
  assert.ok(!matchesAny(['exp', 'src/*'], express));
});
