import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { instrument } from '../instrument/instrument.js';
import { type InstrumentedModule, instrumentModule } from './instrument-module.js';
import type { ManifestFile } from './manifest.js';
import { readOptions } from './options.js';
import { prelude } from './prelude.js';

const SETTINGS = readOptions({ root: '/service', exclude: ['src/left-out/*'] }, '/service');

function instrumented(code: string, path = '/service/src/a.js'): InstrumentedModule {
  const result = instrumentModule({ path, code, map: null }, SETTINGS);
  assert.ok(result);
  return result;
}

/** What a text registers. */
function manifestOf(code: string): ManifestFile[] {
  const [, manifest] = /\$plG\(1,(.*?)\);/.exec(code)!;
  return JSON.parse(manifest!);
}

/** Runs texts one behind the other, without a sensor, and gives the value of the last. */
function run(...texts: string[]): unknown {
  return runInNewContext([prelude('script', false), ...texts].join('\n'), { process });
}

test('a module names its functions by file and place', () => {
  const { code } = instrumented('const x = 1;\n  async function f() { await g() }\nfunction g() { for (;;) return 1 }');
  assert.deepEqual(manifestOf(code), [['src/a.js', '24', '[["f",0,"function",1,17,1],["g",0,"function",2,9,1]]']]);
});

test('those of TypeScript by the place in the original', () => {
  const source = 'interface Long {\n  a: string;\n}\nexport const one = (a: Long): string => a.a;\n';
  const { code, map } = transformSync(source, { loader: 'ts', sourcemap: true, sourcefile: 'b.ts' });
  const module = { path: '/service/src/b.ts', code, map: JSON.parse(map) };
  assert.deepEqual(manifestOf(instrumentModule(module, SETTINGS)!.code), [
    ['src/b.ts', '0', '[["one",0,"arrow",3,13,0]]'],
  ]);
});

test('a function of a package whose map leads out of the package stays in its file', () => {
  const { code, map } = transformSync('let x: number;\nfunction f() {}', {
    loader: 'ts',
    sourcemap: true,
    sourcefile: '../../../src/theirs.ts',
  });
  const path = '/service/node_modules/@scope/name/dist/index.js';
  const module = { path, code, map: JSON.parse(map) };
  const [[file]] = manifestOf(instrumentModule(module, SETTINGS)!.code) as [ManifestFile];
  assert.equal(file, 'node_modules/@scope/name/dist/index.js');
});

test('a map that names no file does not stop the build', () => {
  const map = { version: 3, sources: ['file://host.of/theirs%2f.ts'], names: [], mappings: 'AAAA' };
  assert.equal(instrumentModule({ path: '/service/src/a.js', code: 'function f() {}', map }, SETTINGS), null);
});

test('without a sensor it does what it did', () => {
  const code = `function sum(n) { let s = 0; for (let i = 0; i < n; i++) s += i; return s }
    const twice = (n) => sum(n) * 2;
    function* numbers() { yield 1; yield 2 }
    function refuse() { throw new Error('refused') }
    let refused; try { refuse() } catch (e) { refused = e.message }
    [sum(4), twice(3), ...numbers(), refused].join()`;
  assert.equal(run(instrumented(code).code), '6,6,1,2,refused');
});

test('an async function too', async () => {
  const code = `async function two() { const one = await 1; return one + await 1 } two()`;
  assert.equal(await run(instrumented(code).code), 2);
});

test('a function that a cycle of imports calls before its module has run counts as no function', () => {
  const { code } = instrumented('function early() { for (;;) return counts() }');
  const counter = run('const counts = () => $plC.join(), before = early();', code, '[before, counts()].join()');
  assert.equal(counter, '-1,-1');
});

test('a registered function counts at its own id', () => {
  const { code } = instrumented('function first() {} function second() {} second()');
  const setUp = 'var $plC = new Int32Array(20), $plG = () => 10;';
  assert.equal(runInNewContext(`${setUp}${code};$plC.join()`), `${'0,'.repeat(11)}-1${',0'.repeat(8)}`);
});

test('"#!", directives and comments before the first statement keep their meaning', () => {
  assert.match(instrumented('#!/usr/bin/env node\nfunction f() {}').code, /^#!\/usr\/bin\/env node\n;var/);
  const strict = instrumented("// licence\n'use strict'\nfunction f() { return this } f()").code;
  assert.match(strict, /^\/\/ licence\n'use strict';var/);
  assert.equal(runInNewContext(`var $plC = [], $plG = () => 0;(function () {${strict}})() === undefined`), true);
});

test('CommonJS that is no ES module is instrumented as such', () => {
  const { code } = instrumented('function f() { return arguments.callee } if (f()) return; var await = 1');
  assert.match(code, /\$plC/);
});

test('left alone: what is excluded, what cannot be parsed, what has no function, what a plugin made', () => {
  const made = instrumented('function f() {}').code;
  for (const [code, path] of [
    ['function f() {}', '/service/src/left-out/a.js'],
    ['function f( {}', '/service/src/a.js'],
    ['const x = 1', '/service/src/a.js'],
    [made, '/service/dist/bundle.js'],
  ] as const) {
    assert.equal(instrumentModule({ path, code, map: null }, SETTINGS), null);
  }
});

test('the loader leaves alone what a plugin made, minified or not', () => {
  const { code } = instrumented('export function f() { return g() }');
  for (const text of [code, transformSync(code, { minify: true }).code]) {
    assert.deepEqual(instrument(text, { path: 'bundle.js', format: 'module' }), {
      skipped: 'instrumented by a plugin',
    });
  }
});
