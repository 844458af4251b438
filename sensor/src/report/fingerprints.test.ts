// What the sensor tells of texts: of the JavaScript that was loaded, and of what it was made of.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { SensorFunction } from '@prodlens/protocol';
import { unpackFingerprint } from '@prodlens/syntax/fingerprint-text';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { transformSync } from 'esbuild';
import { instrument } from '../instrument/instrument.js';
import { fingerprinted } from './fingerprints.js';
import { packFunctions } from './loaded-module.js';
import { sourceMapUrl } from './original-position.js';
import { Registry } from './registry.js';

const JAVASCRIPT = `export class Cart {
  add(item, count) {
    const price = this.prices.get(item) ?? lookup(item);
    this.total += price * count;
  }
}
export const twice = (list) => list.map((one) => one * 2 + Math.max(one, 3));
`;
const TYPESCRIPT = JAVASCRIPT.replace('(item, count)', '(item: string, count: number): void').replace(
  '(list)',
  '(list: number[]): number[]',
);
const stripsTypes = 'stripTypeScriptTypes' in module;

const root = mkdtempSync(join(tmpdir(), 'prodlens-fingerprints-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** What is told of a module that was loaded as `code` from the file. */
function toldOf(file: string, code: string): SensorFunction[] {
  const path = join(root, file);
  const result = instrument(code, { path, format: 'module' });
  assert.ok('functions' in result);
  const registry = new Registry(root, true);
  const { functions, columns } = result;
  registry.add({
    ...{ path, firstId: 1, functionCount: functions.length, functions: packFunctions(functions) },
    ...{ columns, mapUrl: sourceMapUrl(code) },
  });
  return fingerprinted(path, registry).functions;
}

const hashes = (told: SensorFunction[]) => told.map(({ fingerprint }) => unpackFingerprint(fingerprint ?? '')?.hx);
const expected = fingerprintTypeScript(TYPESCRIPT, 'cart.ts').functions.map(({ fingerprint }) => fingerprint.hx);

test('a file without a map: its own text, as long as it is what was loaded', () => {
  writeFileSync(join(root, 'plain.js'), JAVASCRIPT);
  assert.deepEqual(hashes(toldOf('plain.js', JAVASCRIPT)), expected);
  writeFileSync(join(root, 'plain.js'), `function added() {}\n${JAVASCRIPT}`);
  assert.deepEqual(toldOf('plain.js', JAVASCRIPT), []);
});

test('a minified file: the text that its map carries, at the original places', () => {
  const { code } = transformSync(JAVASCRIPT, { minify: true, sourcemap: 'inline', sourcefile: 'src/cart.js' });
  writeFileSync(join(root, 'cart.js'), code);
  const told = toldOf('cart.js', code);
  assert.deepEqual(hashes(told), expected);
  assert.deepEqual([...new Set(told.map(({ file, line }) => `${file} ${line}`))], ['src/cart.js 2', 'src/cart.js 7']);
});

test('TypeScript: the text that was written, in the map or on the disk; none where Node strips no types', () => {
  for (const sourcesContent of [true, false]) {
    writeFileSync(join(root, 'cart.ts'), TYPESCRIPT);
    const { code } = transformSync(TYPESCRIPT, {
      ...{ loader: 'ts', minifyWhitespace: true, keepNames: true, sourcemap: 'inline', sourcesContent },
      sourcefile: 'cart.ts',
    });
    const told = toldOf('cart.ts', code);
    assert.deepEqual(hashes(told), stripsTypes ? expected : []);
    assert.deepEqual([...new Set(told.map(({ file }) => file))], stripsTypes ? ['cart.ts'] : []);
  }
});

test('a TypeScript file that is not what was compiled has none', () => {
  writeFileSync(join(root, 'later.ts'), `// moved\n${TYPESCRIPT}`);
  const options = { loader: 'ts', sourcemap: 'inline', sourcesContent: false, sourcefile: 'later.ts' } as const;
  assert.deepEqual(toldOf('later.ts', transformSync(TYPESCRIPT, options).code), []);
});
