import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingFileText } from '../ide/no-data.js';
import { service } from '../testing/stats.js';
import { type MissingFile, missingFile } from './missing-file.js';

const at = (path: string, ...names: string[]) => ({
  path,
  packageRoots: names.map((name, i) => ({ name, folder: `/w${'/p'.repeat(names.length - 1 - i)}` })),
});
const compiledOf = (missing: MissingFile | null) => (missing?.kind === 'compiled' ? missing.compiled : null);
const shop = (...files: string[]) => service('shop', { packageName: '@acme/shop', files });

test('only the nearest package says to which service a file belongs', () => {
  const services = [service('web'), shop('src/cart.ts')];
  assert.deepEqual(missingFile(services, at('/w/src/tax.ts', '@acme/shop')), {
    ...{ kind: 'not loaded', service: 'shop', unsure: true },
  });
  assert.equal(missingFile(services, at('/w/p/tax.ts', 'money', '@acme/shop')), null);
  assert.equal(missingFile(services, at('/w/node_modules/a/b.ts', '@acme/shop')), null);
  assert.equal(missingFile([service('bare', { packageName: '' })], at('/w/src/tax.ts')), null);
});

test('compiled files only: a service of JavaScript and a file of TypeScript', () => {
  const compiledFor = (path: string, ...files: string[]) =>
    compiledOf(missingFile([shop(...files)], at(path, '@acme/shop')));
  assert.equal(compiledFor('/w/src/tax.ts', 'dist/app.js', 'dist/tax.mjs'), 'dist/tax.mjs');
  assert.equal(compiledFor('/w/src/new.mts', 'dist/app.js', 'dist/tax.js'), 'dist/app.js');
  assert.equal(compiledFor('/w/src/tax.ts', 'dist/app.js', 'src/cart.ts'), null);
  assert.equal(compiledFor('/w/src/tax.js', 'dist/app.js'), null);
  assert.equal(compiledFor('/w/src/tax.ts'), null);
});

test('left out with its reason, where a sensor tells; else not loaded', () => {
  const leftOut = [{ file: 'src/tax.ts', reason: 'settings' }];
  const services = [{ ...shop('src/cart.ts'), leftOut }];
  const text = (path: string) => missingFileText(missingFile(services, at(path, '@acme/shop'))!);
  assert.equal(
    text('/w/src/tax.ts'),
    'no data: shop runs this file unmeasured: PRODLENS_INCLUDE or PRODLENS_EXCLUDE says so',
  );
  assert.equal(text('/w/src/new.ts'), 'no data: shop has not loaded this file');
  // Of another package nothing is known.
  assert.equal(missingFile(services, at('/w/p/src/tax.ts', 'other', 'more')), null);
});

test('no mapping where it may be one of several files, and quiet where nothing speaks for one', () => {
  const bare = (name: string, ...files: string[]) => service(name, { packageName: '', files });
  const services = [bare('web', 'app/src/cart.ts'), bare('jobs', 'src/cart.ts')];
  const missing = missingFile(services, at('/w/src/cart.ts'))!;
  assert.deepEqual(missing, { kind: 'no mapping', service: 'web', files: ['web app/src/cart.ts', 'jobs src/cart.ts'] });
  assert.match(
    missingFileText(missing),
    /it may be web app\/src\/cart.ts or jobs src\/cart.ts \(set prodlens.pathMappings\)$/,
  );
  assert.equal(missingFile(services, at('/w/src/other.ts')), null);
});
