// Tools that stand in the loader beside the sensor, as npm delivers them: require-in-the-middle and
// import-in-the-middle (what tracers are built on) and pirates (what compiling require hooks are built on), all of
// them active, before and behind the sensor. They do what they did, and every function is counted.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { NODES } from '../nodes.js';
import { type Program, REPOSITORY, runProgram, SENSOR, startCollector } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-tools-'));
let collector: Program;

const FILES: Record<string, string> = {
  'package.json': '{ "name": "tools", "version": "1.0.0" }',
  'node_modules/by-require/index.js': `exports.greet = function greet(name) { return 'hello ' + name };`,
  'node_modules/by-import/package.json':
    '{ "name": "by-import", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  'node_modules/by-import/index.js': `export function part(name) { return 'bye ' + name } export default part;`,
  // Not JavaScript before pirates' hook has been at it.
  'compiled.js': `exports.compiled = function compiled() { return %VALUE% };`,
  'require-tools.cjs': `const { Hook } = require('require-in-the-middle'); const { addHook } = require('pirates');
    new Hook(['by-require'], (exports) => ({ greet: (name) => exports.greet(name.toUpperCase()) }));
    addHook((code) => code.replace('%VALUE%', '[1, 2].map((n) => n + 1).join()'), { exts: ['.js'] });`,
  'import-tools.mjs': `import { register } from 'node:module'; import { Hook } from 'import-in-the-middle'; register('import-in-the-middle/hook.mjs', import.meta.url);
    new Hook(['by-import'], (exports) => { const { part } = exports; exports.part = (name) => part(name.toUpperCase()) });`,
  'main.mjs': `import { part } from 'by-import'; import { createRequire } from 'node:module'; import { flush } from '@prodlens/sensor';
    const require = createRequire(import.meta.url); const { greet } = require('by-require'), { compiled } = require('./compiled.js');
    for (let i = 0; i < 4; i++) console.log(greet('a'), part('b'), compiled());
    function own(n) { return n > 0 ? own(n - 1) : 0 } own(6); await flush();`,
};
const EXPECTED: [name: string, file: string, calls: number][] = [
  ['greet', 'node_modules/by-require/index.js', 4],
  ['part', 'node_modules/by-import/index.js', 4],
  ['compiled', 'compiled.js', 4],
  ['own', 'main.mjs', 7],
];

before(async () => {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const name of ['@prodlens', 'require-in-the-middle', 'import-in-the-middle', 'pirates'])
    symlinkSync(fileURLToPath(new URL(`node_modules/${name}`, REPOSITORY)), join(folder, 'node_modules', name));
  collector = await startCollector(join(folder, 'data'));
});

after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(node: string, flags: string[], service: string) {
  const settings = { PRODLENS_URL: collector.url, PRODLENS_SERVICE: service };
  return runProgram(node, [...flags, 'main.mjs'], settings, folder);
}

const TOOLS = ['--require', './require-tools.cjs', '--import', pathToFileURL(join(folder, 'import-tools.mjs')).href];
const ORDERS = {
  'the sensor behind them': [...TOOLS, '--import', SENSOR],
  'the sensor before them': ['--require', fileURLToPath(SENSOR), ...TOOLS],
  'the sensor between them': ['--import', SENSOR, ...TOOLS],
};

const nodes = { ...NODES, [process.versions.node.split('.')[0]!]: process.execPath };
for (const [major, node] of Object.entries(nodes)) {
  describe(`Node ${major}`, { skip: node === null && `there is no Node ${major} on this machine` }, () => {
    if (node === null) return;
    for (const [title, flags] of Object.entries(ORDERS)) {
      test(title, async () => {
        const plain = await run(node, TOOLS, '');
        assert.deepEqual(plain, { code: 0, lines: ['', ...Array(4).fill('hello A bye B 2,3')] });
        const service = `${major} ${title}`;
        assert.deepEqual(await run(node, flags, service), plain);
        const query = new URLSearchParams({ service, window: '1h', limit: '1000' });
        const response = await fetch(`${collector.url}/api/v1/functions?${query}`);
        const { functions } = (await response.json()) as { functions: FunctionStats[] };
        for (const [name, file, calls] of EXPECTED) {
          const found = functions.filter((f) => f.file === file && f.name.split('.').at(-1) === name);
          assert.deepEqual([name, ...found.map((f) => f.calls)], [name, calls]);
        }
      });
    }
  });
}
