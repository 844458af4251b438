// Whole programs, run by Node with and without the sensor: what they print, how they end, and that the sensor
// neither prints, nor keeps them alive, nor hides an error. The collector is away throughout.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const REGISTER = import.meta.resolve('@prodlens/sensor/register');
const folder = mkdtempSync(join(tmpdir(), 'prodlens-host-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const FILES: Record<string, string> = {
  'package.json': '{ "name": "host", "version": "1.0.0" }',
  'lib.cjs': `exports.double = function double(n) { if (typeof n !== 'number') throw new TypeError('not a number'); return helper(n) };
function helper(n) { return n * 2 }`,
  'lib.mjs': `export let count = 0; export function increment() { count++; return other() } import { early } from './cycle.mjs'; export const atLoad = early();
function other() { return count }`,
  'cycle.mjs': `import { increment } from './lib.mjs'; export function early() { return increment.name + typeof increment }`,
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

const PROGRAMS: Record<string, [file: string, source: string]> = {
  'CommonJS that requires': [
    'a.cjs',
    `const { double } = require('./lib.cjs'); console.log(double(4), require.main === module, __filename);`,
  ],
  'ES module: live bindings, cycles, CommonJS, JSON, import.meta, top-level await, dynamic import': [
    'b.mjs',
    `import { count, increment, atLoad } from './lib.mjs'; import lib from './lib.cjs'; import { createRequire } from 'node:module';
    increment(); console.log(count, atLoad, lib.double(2), createRequire(import.meta.url)('./package.json').name, import.meta.url);
    const again = await import('./lib.mjs'); console.log(again.count, await Promise.resolve(5));`,
  ],
  'an uncaught error': [
    'c.cjs',
    `const { double } = require('./lib.cjs');\nfunction f(x) {\n  return double(x);\n}\nf('x');`,
  ],
  'an unhandled rejection': [
    'd.mjs',
    `async function f() { return g() }\nasync function g() { throw new RangeError('lost') }\nf();`,
  ],
  'process.exit with a code': [
    'e.cjs',
    `function f() { process.exitCode = 3; return g() } function g() { return process.exit() } f()`,
  ],
  'own globals are not seen': [
    'f.cjs',
    `console.log(Object.keys(globalThis).join(), Object.keys(process.env).some((k) => k.startsWith('PRODLENS') && k !== 'PRODLENS_URL'))`,
  ],
  'a function shipped to another realm': [
    'g.cjs',
    `const { runInNewContext } = require('node:vm'); function f(n) { for (let i = 0; ; i++) if (i > n) return i } console.log(runInNewContext('(' + f + ')(3)'));
    const { Worker } = require('node:worker_threads'); new Worker('(' + ((p) => p.postMessage(1)) + ')(require("node:worker_threads").parentPort)', { eval: true }).on('message', console.log)`,
  ],
  'timers that were replaced': [
    'i.cjs',
    `const real = setTimeout; globalThis.setTimeout = (f, ms) => (real(f, ms), 1); globalThis.setInterval = () => 7;
    Math.random = () => { throw new Error('not ours') }; real(() => console.log('x'), 2600)`,
  ],
  'a rejected promise whose return a finally replaces': [
    'j.cjs',
    `async function h() { try { return Promise.reject(new Error('c')) } finally { throw new Error('d') } }
    process.on('unhandledRejection', (e) => console.log('unhandled', e.message)); h().catch((e) => console.log(e.message))`,
  ],
  'require.cache': [
    'k.cjs',
    `require('./lib.cjs'); const own = (p) => !p.includes('/sensor/bundle/'); console.log(Object.keys(require.cache).filter(own))`,
  ],
  'a worker thread of a file': [
    'h.cjs',
    `const { Worker, isMainThread, parentPort } = require('node:worker_threads'); const { double } = require('./lib.cjs');
    if (isMainThread) new Worker(__filename).on('message', (m) => console.log(m)); else parentPort.postMessage(double(21));`,
  ],
};

function run(file: string, withSensor: boolean, how = ['--import', REGISTER]) {
  const args = withSensor ? how : [];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const result = spawnSync(process.execPath, [...args, file], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...env, PRODLENS_URL: 'http://127.0.0.1:9' },
  });
  return { status: result.status, signal: result.signal, stdout: result.stdout, stderr: asLines(result.stderr) };
}

/** Errors with lines but without columns, quoted source, or frames of Node and of the sensor's module loading. */
function asLines(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^\w*Error|^ {4}at |^\S+:\d+$/.test(line) && !/node:internal|sensor\.cjs/.test(line))
    .map((line) => line.replace(/:(\d+):\d+\)?$/, ':$1'));
}

for (const [title, [file, source]] of Object.entries(PROGRAMS)) {
  test(title, () => {
    writeFileSync(join(folder, file), source);
    const plain = run(file, false);
    assert.deepEqual(run(file, true), plain);
    assert.ok(plain.stdout !== '' || plain.status !== 0, 'the program shows something');
  });
}

test('by --require, and by require as the first line', () => {
  const path = fileURLToPath(REGISTER);
  const counts = `const { double } = require('./lib.cjs'); double(1); console.log($plC.some((n) => n > 0))`;
  writeFileSync(join(folder, 'required.cjs'), counts);
  assert.equal(run('required.cjs', true, ['--require', path]).stdout, 'true\n');
  writeFileSync(join(folder, 'first-line.cjs'), `require(${JSON.stringify(path)});\n${counts}`);
  assert.equal(run('first-line.cjs', false).stdout, 'true\n');
});

test('PRODLENS_ENABLED=false: the program runs as it is', () => {
  writeFileSync(join(folder, 'off.cjs'), `console.log('$plC' in globalThis)`);
  const off = spawnSync(process.execPath, ['--import', REGISTER, 'off.cjs'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PRODLENS_ENABLED: 'false' },
  });
  assert.equal(off.stdout, 'false\n');
});

test('the modules of these programs are instrumented: the comparison is one', () => {
  writeFileSync(
    join(folder, 'on.cjs'),
    `const { double } = require('./lib.cjs'); double(1); console.log($plC.some((n) => n > 0))`,
  );
  assert.equal(run('on.cjs', true).stdout, 'true\n');
});
