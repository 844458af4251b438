// Every way in which code gets into a process, with and without the sensor: the same output, errors and exit code,
// and the functions that the program names are instrumented, or are not.

import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { programs, REGISTER, REGISTER_PATH } from '../testing/programs.js';

const LIB = `exports.twice = function twice(n) { return n * 2 };`;
const ESM = `export function thrice(n) { return n * 3 }`;
/** (module (func (export "one") (result i32) i32.const 1)) */
const WASM = '0061736d010000000105016000017f0302010007070103' + '6f6e65' + '00000a0601040041010b';

const host = programs({
  'lib.cjs': LIB,
  'lib.mjs': ESM,
  'data.json': '{ "json": [1, 2] }',
  'deep/lib.cjs': LIB,
  'node_modules/dual/package.json': `{ "name": "dual", "version": "1.0.0", "exports": {
    ".": { "import": "./esm.mjs", "require": "./cjs.cjs" }, "./sub": "./sub.js" } }`,
  'node_modules/dual/esm.mjs': `export function dual() { return 'import' }`,
  'node_modules/dual/cjs.cjs': `exports.dual = function dual() { return 'require' }`,
  'node_modules/dual/sub.js': `exports.sub = function sub() { return 'sub' }`,
  'store/linked@1.0.0/node_modules/linked/package.json': '{ "name": "linked", "version": "1.0.0" }',
  'store/linked@1.0.0/node_modules/linked/index.js': `const { dep } = require('dep');
    exports.linked = function linked() { return dep() + __filename.includes('store') }; exports.dep = dep;`,
  'store/linked@1.0.0/node_modules/dep/index.js': `exports.dep = function dep() { return 'dep' }`,
});
symlinkSync(join(host.folder, 'store/linked@1.0.0/node_modules/linked'), join(host.folder, 'node_modules/linked'));
symlinkSync(join(host.folder, 'store/linked@1.0.0/node_modules/dep'), join(host.folder, 'node_modules/dep'));
after(() => host.remove());

const major = Number(process.versions.node.split('.')[0]);

type Program = [file: string, source: string, args?: string[]];

const PROGRAMS: Record<string, Program> = {
  'CommonJS requires CommonJS and JSON': [
    'a.cjs',
    `const { twice } = require('./lib.cjs'); measured(twice, own); console.log(twice(2), own(), require('./data.json').json);
    function own() { return __filename === process.argv[1] }`,
  ],
  'an ES module imports both, and JSON': [
    'b.mjs',
    `import { twice } from './lib.cjs'; import { thrice } from './lib.mjs'; import data from './data.json' with { type: 'json' };
    function own() { return import.meta.url.endsWith('b.mjs') } measured(twice, thrice, own); console.log(twice(2), thrice(2), own(), data.json)`,
  ],
  'dynamic import from CommonJS and from an ES module': [
    'c.cjs',
    `import('./lib.mjs').then(async ({ thrice }) => { measured(thrice); console.log(thrice(1));
    const { go } = await import('./c-dynamic.mjs'); measured(go); console.log(await go()) })`,
  ],
  createRequire: [
    'd.mjs',
    `import { createRequire } from 'node:module'; const { twice } = createRequire(import.meta.url)('./lib.cjs'); measured(twice); console.log(twice(2))`,
  ],
  'require of an ES module': [
    'e.cjs',
    `const { thrice } = require('./lib.mjs'); measured(thrice); console.log(thrice(2))`,
  ],
  'an entry whose syntax alone makes it an ES module': [
    'detected.js',
    `import { thrice } from './lib.mjs'; export function own() { return 1 } measured(thrice, own); console.log(own())`,
  ],
  'a required file whose syntax alone makes it an ES module': [
    'f.cjs',
    `const { found } = require('./detected-lib.js'); measured(found); console.log(found())`,
  ],
  'a file of no declared type, whose text only looks like that of an ES module': [
    'ambiguous.js',
    `/*\nimport x from 'y'\n*/ var text = \`\nexport default 1\`; import('./lib.cjs');\nfunction f() { return text } measured(f); console.log(f(), typeof require); return`,
  ],
  'the same file under a query keeps its ids': [
    'g.mjs',
    `const [a, b, c] = await Promise.all(['', '?v=1', '?v=2#x'].map((query) => import('./lib.mjs' + query)));
    measured(a.thrice, b.thrice, c.thrice); console.log(a.thrice === b.thrice, idOf(a.thrice) === idOf(b.thrice), idOf(b.thrice) === idOf(c.thrice), idOf(a.thrice) !== undefined)`,
  ],
  'a file that is dropped from the cache and required again keeps its ids': [
    'h.cjs',
    `const before = require('./lib.cjs').twice; delete require.cache[require.resolve('./lib.cjs')]; const { twice } = require('./lib.cjs');
    measured(before, twice); console.log(before === twice, idOf(before) === idOf(twice))`,
  ],
  'another text in the same file is another file': [
    'i.cjs',
    `const { writeFileSync } = require('node:fs'); const load = (text) => { writeFileSync('changing.cjs', text); delete require.cache[require.resolve('./changing.cjs')]; return require('./changing.cjs') };
    const one = load('module.exports = function a() { return 1 }'); const two = load('module.exports = function a() { return [2].map((n) => n)[0] }');
    measured(one, two); console.log(one(), two(), idOf(one) !== idOf(two) || !process.env.TEST_WITH_SENSOR)`,
  ],
  'data: and node: addresses, vm, new Function and eval are left alone': [
    'j.mjs',
    `import vm from 'node:vm'; import fs from 'node:fs'; const { f } = await import('data:text/javascript,export function f() { return 1 }');
    const g = new Function('return 2'), h = (0, eval)('(function h() { return 3 })'), i = vm.runInThisContext('(function i() { return 4 })'), k = new vm.Script('(() => 5)').runInThisContext();
    untouched(f, g, h, i, k, fs.readFileSync); console.log(f(), g(), h(), i(), k())`,
  ],
  'WebAssembly and addons': [
    'k.mjs',
    `import { readFileSync } from 'node:fs'; import { constants } from 'node:os'; import { createRequire } from 'node:module';
    const { instance } = await WebAssembly.instantiate(readFileSync(new URL('./one.wasm', import.meta.url))); console.log(instance.exports.one());
    try { createRequire(import.meta.url)('./broken.node') } catch (error) { console.log(error.code) } console.log(typeof constants)`,
  ],
  'WebAssembly as an ES module': [
    'l.mjs',
    `import { one } from './one.wasm'; console.log(one())`,
    major > 22 ? [] : ['--experimental-wasm-modules'],
  ],
  'a package with exports, by require and by import': [
    'm.mjs',
    `import { dual } from 'dual'; import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const cjs = require('dual').dual; const { sub } = require('dual/sub');
    measured(dual, cjs, sub); console.log(dual(), cjs(), sub())`,
  ],
  'a symlinked package': [
    'n.cjs',
    `const { linked, dep } = require('linked'); measured(linked, dep); console.log(linked())`,
  ],
  'a symlinked package, links preserved': [
    'o.cjs',
    `const { linked, dep } = require('linked'); measured(linked, dep); console.log(linked())`,
    ['--preserve-symlinks', '--preserve-symlinks-main'],
  ],
  'BOM, hash-bang, empty files': [
    'p.cjs',
    `#!/usr/bin/env node\nconst { bom } = require('./bom.cjs'); measured(bom, own); function own() {} console.log(bom(), require('./empty.cjs'));
    import('./bom.mjs').then(({ bom }) => { measured(bom); console.log(bom()); return import('./empty.mjs') }).then(console.log)`,
  ],
  'a broken source map': [
    'q.cjs',
    `const { f } = require('./broken-map.cjs'); measured(f); console.log(f())`,
    ['--enable-source-maps'],
  ],
  'a return at the top, await as a name, an HTML comment': [
    'v.cjs',
    `var await = 1; <!-- old\nfunction f() { return await } measured(f); console.log(f()); return; console.log('no')`,
  ],
  'the compile cache': [
    'w.cjs',
    `require('node:module').enableCompileCache?.(__dirname + '/cache'); const { twice } = require('./deep/lib.cjs');
    measured(twice); console.log(twice(2)); import('./lib.mjs').then(({ thrice }) => { measured(thrice); console.log(thrice(2)) })`,
  ],
};

const BROKEN: Record<string, Program> = {
  'a syntax error in the entry': ['r.cjs', `const a = 1;\nfunction ( {`],
  'a syntax error in an ES module': ['s.mjs', `import './bad.mjs'`],
  'a missing module': ['t.mjs', `import './nowhere.mjs'`],
  'a top-level await that never settles': ['x.mjs', `import './lib.mjs'; await new Promise(() => {})`],
  'an exit while modules are being loaded': [
    'y.mjs',
    `import('./lib.mjs'); import('./lib.cjs'); import('./detected-lib.js'); setImmediate(() => process.exit(4)); await import('./c-dynamic.mjs'); process.exitCode = 4`,
  ],
  'an import that is not exported': ['u.mjs', `import { nothing } from './lib.mjs'`],
};

host.write({
  'c-dynamic.mjs': `export async function go() { const { twice } = await import('./lib.cjs'); measured(twice); return twice(4) }`,
  'detected-lib.js': `export function found() { return 'found' }`,
  'bom.cjs': `\uFEFFexports.bom = function bom() { return 'bom' }`,
  'bom.mjs': `\uFEFFexport function bom() { return 'bom' }`,
  'empty.cjs': '',
  'empty.mjs': '',
  'bad.mjs': `export const a = ;`,
  'broken.node': 'not an addon',
  'broken-map.cjs': `exports.f = function f() { return 1 };\n//# sourceMappingURL=data:application/json;base64,bm90IGpzb24=`,
});
writeFileSync(join(host.folder, 'one.wasm'), Buffer.from(WASM, 'hex'));

for (const [how, flags] of Object.entries({
  '--import': ['--import', REGISTER],
  '--require': ['--require', REGISTER_PATH],
})) {
  describe(how, { concurrency: 3 }, () => {
    for (const [title, [file, source, args = []]] of Object.entries({ ...PROGRAMS, ...BROKEN })) {
      test(title, async () => {
        host.write({ [file]: source });
        const plain = await host.run([...args, file], []);
        assert.equal(plain.status !== 0, title in BROKEN, plain.stderr.join('\n'));
        assert.deepEqual(await host.run([...args, file], flags), plain);
      });
    }
  });
}
