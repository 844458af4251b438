import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service } from '../testing/stats.js';
import { missingFile } from './missing-file.js';

const at = (path: string, ...names: string[]) => ({
  path,
  packageRoots: names.map((name, i) => ({ name, folder: `/w${'/p'.repeat(names.length - 1 - i)}` })),
});
const shop = (...files: string[]) => service('shop', { packageName: '@acme/shop', files });

test('only the nearest package says to which service a file belongs', () => {
  const services = [service('web'), shop('src/cart.ts')];
  assert.deepEqual(missingFile(services, at('/w/src/tax.ts', '@acme/shop')), { service: 'shop', compiled: null });
  assert.equal(missingFile(services, at('/w/p/tax.ts', 'money', '@acme/shop')), null);
  assert.equal(missingFile(services, at('/w/node_modules/a/b.ts', '@acme/shop')), null);
  assert.equal(missingFile([service('bare', { packageName: '' })], at('/w/src/tax.ts')), null);
});

test('compiled files only: a service of JavaScript and a file of TypeScript', () => {
  const compiledFor = (path: string, ...files: string[]) =>
    missingFile([shop(...files)], at(path, '@acme/shop'))?.compiled;
  assert.equal(compiledFor('/w/src/tax.ts', 'dist/app.js', 'dist/tax.mjs'), 'dist/tax.mjs');
  assert.equal(compiledFor('/w/src/new.mts', 'dist/app.js', 'dist/tax.js'), 'dist/app.js');
  assert.equal(compiledFor('/w/src/tax.ts', 'dist/app.js', 'src/cart.ts'), null);
  assert.equal(compiledFor('/w/src/tax.js', 'dist/app.js'), null);
  assert.equal(compiledFor('/w/src/tax.ts'), null);
});
