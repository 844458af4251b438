// Programs and tools that hook, replace or freeze what the sensor hooks too, before it and after it, with and without
// the sensor: the same output, errors and exit code. What others made of a text is instrumented, not what they read.

import assert from 'node:assert/strict';
import module from 'node:module';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { programs, REGISTER, REGISTER_PATH } from '../testing/programs.js';

/** Text that is JavaScript only after a tool has replaced the macro. */
const MACRO = `function macro() { return %VALUE% }`;
const TOOL = `.replace('%VALUE%', '[1, 2].map((n) => n * 2).join()')`;

const host = programs({
  'macro.cjs': `${MACRO} measured(macro); exports.value = macro()`,
  'macro.mjs': `${MACRO} measured(macro); export const value = macro()`,
  'uses-cjs.cjs': `console.log(require('./macro.cjs').value)`,
  'uses-esm.mjs': `import { value } from './macro.mjs'; function own() { return value } measured(own); console.log(own())`,
  'uses-both.mjs': `import { value } from './macro.mjs'; import cjs from './macro.cjs'; console.log(value, cjs.value)`,
  'require-hook.cjs': `const { _extensions } = require('node:module'); const before = _extensions['.js'];
    _extensions['.cjs'] = (mod, file) => { const compile = mod._compile; mod._compile = (text, ...rest) => { mod._compile = compile; return mod._compile(text${TOOL}, ...rest) }; before(mod, file) }`,
  'compile-hook.cjs': `const { prototype } = require('node:module'); const before = prototype._compile;
    prototype._compile = function (text, ...rest) { return before.call(this, text${TOOL}, ...rest) }`,
  'loader.mjs': `export async function load(url, context, next) { const result = await next(url, context); if (!url.includes('macro')) return result;
    const { read } = await import('./loader-reads.mjs'); return { ...result, source: (await read(url))${TOOL} } }`,
  'loader-reads.mjs': `import { readFile } from 'node:fs/promises'; export const read = (url) => readFile(new URL(url), 'utf8')`,
  'register.mjs': `import { register } from 'node:module'; register('./loader.mjs', import.meta.url)`,
  'register-hooks.mjs': `import { registerHooks } from 'node:module'; import { readFileSync } from 'node:fs';
    registerHooks({ load(url, context, next) { return url.includes('macro') ? { ...next(url, context), source: readFileSync(new URL(url), 'utf8')${TOOL} } : next(url, context) } })`,
  'freeze.cjs': `const own = process.env.TEST_FREEZES; Object.freeze(own === 'Module' ? require('node:module').prototype : globalThis[own].prototype)`,
  'plain.mjs': `import { twice } from './plain.cjs'; class Base { run() { return this.name } } class Child extends Base { name = 'child' }
    async function work() { await null; return twice(2) } if (!/^(Function|all)$/.test(process.env.TEST_FREEZES)) measured(work); console.log(await work(), new Child().run(), [1, 2].map((n) => n + 1), String(work).length)`,
  'plain.cjs': `exports.twice = function twice(n) { return n * 2 }; if (!process.env.TEST_FREEZES) measured(exports.twice)`,
});
after(() => host.remove());

const IMPORT = ['--import', REGISTER];
const REQUIRE = ['--require', REGISTER_PATH];
const file = (name: string) => join(host.folder, name);
const url = (name: string) => pathToFileURL(file(name)).href;

async function same(args: string[], tools: string[], orders: string[][], env: Record<string, string> = {}) {
  const plain = await host.run([...tools, ...args], [], env);
  assert.deepEqual([plain.status, plain.stdout !== ''], [0, true], plain.stderr.join('\n'));
  for (const how of orders) assert.deepEqual(await host.run(args, how, env), plain);
}

const bothOrders = (tools: string[], sensor: string[]) => [
  [...tools, ...sensor],
  [...sensor, ...tools],
];

describe('the output of other tools is instrumented, whoever comes first', { concurrency: 3 }, () => {
  const requireHook = ['--require', file('require-hook.cjs')];
  test('a require hook', () => same(['uses-cjs.cjs'], requireHook, bothOrders(requireHook, REQUIRE)));

  const compileHook = ['--require', file('compile-hook.cjs')];
  test('a replacement of Module.prototype._compile that comes later', () =>
    same(['uses-cjs.cjs'], compileHook, [[...REQUIRE, ...compileHook]]));

  const ways = 'registerHooks' in module ? ['register', 'register-hooks'] : ['register'];
  for (const way of ways) {
    const tool = ['--import', url(`${way}.mjs`)];
    test(`${way}: ES modules`, () => same(['uses-esm.mjs'], tool, bothOrders(tool, IMPORT)));
    test(`${way}: CommonJS and ES modules`, () => same(['uses-both.mjs'], tool, bothOrders(tool, IMPORT)));
  }

  const loader = ['--experimental-loader', url('loader.mjs')];
  test('--experimental-loader', () =>
    same(['uses-both.mjs'], loader, [...bothOrders(loader, IMPORT), ...bothOrders(loader, REQUIRE)]));
});

describe('programs that replace parts of the loader', { concurrency: 3 }, () => {
  test('Module.prototype._compile, without calling the one before', async () => {
    host.write({
      'own-compile.cjs': `const { Script } = require('node:vm'); require('node:module').prototype._compile = function (text, filename) {
        new Script('(function (exports, require, module) {' + text + '\\n})', { filename }).runInThisContext()(this.exports, (id) => this.require(id), this) };
        const { f } = require('./own-compiled.cjs'); console.log(f())`,
      'own-compiled.cjs': 'exports.f = function f() { return 1 }; untouched(exports.f)',
    });
    await same(['own-compile.cjs'], [], [REQUIRE, IMPORT]);
  });

  test('Module._load', async () => {
    host.write({
      'own-load.cjs': `const Module = require('node:module'); const { _load } = Module; const seen = [];
        Module._load = function (id, ...rest) { seen.push(id); const got = _load.call(this, id, ...rest); return id === './plain.cjs' ? { ...got, extra: 1 } : got };
        const { twice, extra } = require('./plain.cjs'); measured(twice); console.log(twice(3), extra, seen)`,
    });
    await same(['own-load.cjs'], [], [REQUIRE, IMPORT]);
  });
});

describe('what is frozen, before the sensor and behind it', { concurrency: 3 }, () => {
  // Where a function's text cannot be given back as it was, the sensor stays off.
  for (const what of ['Module', 'Object', 'Array', 'Function']) {
    const tool = ['--require', file('freeze.cjs')];
    test(`${what}.prototype`, () =>
      same(['plain.mjs'], tool, [...bothOrders(tool, REQUIRE), ...bothOrders(tool, IMPORT)], { TEST_FREEZES: what }));
  }

  test('--frozen-intrinsics', () =>
    same(['plain.mjs'], ['--frozen-intrinsics'], [['--frozen-intrinsics', ...IMPORT]], { TEST_FREEZES: 'all' }));
});

test('--permission: where threads are forbidden the sensor stays off, quietly', async () => {
  host.write({ 'permitted.cjs': `const { twice } = require('./plain.cjs'); console.log(twice(2))` });
  const flag = Number(process.versions.node.split('.')[0]) < 22 ? '--experimental-permission' : '--permission';
  await same(
    ['permitted.cjs'],
    [flag, '--allow-fs-read=*'],
    [
      [flag, '--allow-fs-read=*', ...REQUIRE],
      [flag, '--allow-fs-read=*', ...IMPORT],
    ],
    { TEST_FREEZES: 'nothing' },
  );
});
