// Programs run twice: as they are, and with a comment inserted into every function, whose columns are restored. What
// they print of themselves must be the same, to the byte.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { encode } from '@jridgewell/sourcemap-codec';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-stack-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PRELOAD = join(folder, 'preload.mjs');
writeFileSync(
  PRELOAD,
  `import { Module } from 'node:module';
import { pathToFileURL } from 'node:url';
import { lineStartsOf } from ${JSON.stringify(import.meta.resolve('@prodlens/syntax/lines'))};
import { encodeInsertions, originalColumn } from ${JSON.stringify(import.meta.resolve('../instrument/insertion-columns.js'))};
import { restoreFunctionText } from ${JSON.stringify(import.meta.resolve('./function-text.js'))};
import { restoreStackTraces } from ${JSON.stringify(import.meta.resolve('./stack-trace.js'))};
const tables = new Map();
const compile = Module.prototype._compile;
// Newer Nodes name the frame by the property in which the function is; programs' own stacks see that it has a name.
Object.defineProperty(compile, 'name', { value: '_compile' });
Module.prototype._compile = function (content, filename, ...rest) {
  const text = '/* inserted */';
  const insertions = Array.from(content.matchAll(/(?<=\\) (=> )?\\{)/g), ({ index }) => ({ at: index, text }));
  tables.set(filename, encodeInsertions(insertions, lineStartsOf(content)));
  return compile.call(this, content.replaceAll(/(?<=\\) (=> )?\\{)/g, text), filename, ...rest);
};
restoreFunctionText();
restoreStackTraces(
  (file) => (tables.has(file) ? (line, column) => originalColumn(tables.get(file), line, column) : null),
  (file) => file === import.meta.url || file.startsWith(${JSON.stringify(new URL('.', import.meta.url).href)}),
);
`,
);

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(file: string, options: string[]): Outcome {
  const { NODE_OPTIONS: _, ...env } = process.env;
  // A limit that no stack reaches: V8 counts the frames that are taken out.
  const args = ['--stack-trace-limit=50', ...options, join(folder, file)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000, env });
  return { status, stdout, stderr };
}

/** Compares both runs and returns what the plain one printed. */
function checkSame(source: string, { file = 'program.cjs', options = [] as string[] } = {}): string {
  writeFileSync(join(folder, file), source);
  // With --import, Node loads every program in another way, which shows in its own frames.
  const plain = run(file, [...options, '--import', 'data:text/javascript,']);
  const restored = run(file, [...options, '--import', pathToFileURL(PRELOAD).href]);
  assert.deepEqual(restored, plain);
  assert.notEqual(plain.stdout, '', plain.stderr);
  return plain.stdout;
}

const FUNCTIONS = `
function f() { return new Error('of f') }
async function g() { await 1; return f() }
const h = async () => { return await g() };
class Foo { constructor() { this.error = new Error('of Foo') } static s() { return f() } get p() { return f() } }
const o = { x() { return f() } }; o.y = o.x;
function deep(n) { return n ? deep(n - 1) : new Error('deep') }
function evaluate(text) { return eval(text) }
`;

test('frames of every kind', () => {
  checkSame(`${FUNCTIONS}
console.log(f().stack, new Foo().error.stack, Foo.s().stack, new Foo().p.stack, o.y().stack);
console.log([1].map(f)[0].stack, Reflect.apply(f, null, []).stack, new Proxy(f, {})().stack, f.bind()().stack);
console.log(evaluate('new Error(1)').stack, evaluate('eval("f()")').stack, evaluate('f()//# sourceURL=x.js').stack);
console.log(new Function('f', 'return f()')(f).stack);
setTimeout(() => { console.log(f().stack); process.nextTick(() => { console.log(f().stack) }) });
(async () => { console.log((await g()).stack, (await h()).stack);
  const all = [1, (async () => { await h(); throw f() })()];
  for (const how of ['all', 'any', 'allSettled']) await Promise[how](all).then(console.log, (e) => { console.log(e.stack) });
  await (async () => { await Promise.all(all) })().catch((e) => { console.log(e.stack) });
})()`);
});

test('headers, also of names and messages that change or throw, and what is not an error', () => {
  checkSame(`${FUNCTIONS}
const later = f(); later.name = 'Other'; later.message = 'other'; console.log(later.stack);
for (const [key, get] of [['name', () => { throw 1 }], ['message', () => { throw f() }], ['name', () => Symbol('s')]]) {
  const error = f(); Object.defineProperty(error, key, { get });
  try { console.log(error.stack) } catch (e) { console.log('threw', e) } }
for (const it of [{}, { name: '', message: '' }, { toString() { return 'no' } }, f, Object.create(null)]) {
  Error.captureStackTrace(it, f); console.log(it.stack) }
(function inner() { const it = {}; Error.captureStackTrace(it, inner); console.log(it.stack) })();
class Mine extends TypeError {} const mine = new Mine('m', { cause: f() }); console.log(mine.stack, mine);
console.log(new AggregateError([f(), 2], 'two')); console.error(new DOMException('x', 'AbortError').stack);
try { require('fs').readFileSync('/nowhere') } catch (e) { console.log(e.stack) }
try { null.x } catch (e) { console.log(e.stack) } try { JSON.parse('{') } catch (e) { console.log(e.stack) }
try { Function.prototype.toString.call({}) } catch (e) { console.log(e.stack) }
try { new (require('events'))().emit('error', 3) } catch (e) { console.log(e.stack) }
function boom() { boom() } try { boom() } catch (e) { console.log(e.name, e.stack.split('\\n')[2]) }
console.trace('traced'); console.log(require('util').inspect(f(), { colors: true }))`);
});

test('stackTraceLimit', () => {
  checkSame(`${FUNCTIONS}
for (const limit of [0, 1, 2.5, -1, 10, Infinity, NaN, '3', undefined]) {
  Error.stackTraceLimit = limit; console.log(limit, deep(20).stack); console.log(Error.stackTraceLimit) }
Error.stackTraceLimit = 5; const kept = deep(9); Error.stackTraceLimit = 0; console.log(kept.stack);
delete Error.stackTraceLimit; console.log(kept.stack, f().stack, 'stackTraceLimit' in Error, Object.keys(Error));
Object.defineProperty(Error, 'stackTraceLimit', { value: 3 }); console.log(deep(9).stack, Error.stackTraceLimit)`);
});

test('Error.prepareStackTrace as programs see it', () => {
  const out = checkSame(`${FUNCTIONS}setImmediate(() => {
const names = Object.getOwnPropertyNames(Error); const before = Error.prepareStackTrace;
console.log(names, Object.keys(Error), before, before === Error.prepareStackTrace, before.toString(), before.name);
const own = (error, sites) => { return [error.message, ...sites.map((site) => { return [site.getLineNumber(), site.getColumnNumber(),
  site.getEnclosingLineNumber(), site.getEnclosingColumnNumber(), site.getFileName(), site.getFunctionName(), site.getEvalOrigin(),
  String(site), site.toString(), site + '', Object.getOwnPropertyNames(site)] })] };
Error.prepareStackTrace = own; console.log(own === Error.prepareStackTrace, JSON.stringify(deep(2).stack));
console.log(JSON.stringify(evaluate('eval("f()")').stack));
Error.prepareStackTrace = (error, sites) => { return [sites, Error.prepareStackTrace, new Error('inner').stack.split('\\n')[0]] };
const [[site], seen] = f().stack; const prototype = Object.getPrototypeOf(site); console.log(seen === Error.prepareStackTrace);
console.log(Object.getOwnPropertyNames(prototype), site, site instanceof prototype.constructor);
console.log(prototype.getColumnNumber.toString(), prototype.toString.name, prototype.toString.length, Object.keys(site));
try { prototype.getColumnNumber.call({}) } catch (e) { console.log(e.message) }
Error.prepareStackTrace = (error, sites) => { return before(error, sites.slice(0, 2)) }; console.log(f().stack);
Error.prepareStackTrace = () => { throw new RangeError('thrown') }; try { f().stack } catch (e) { console.log(e.message) }
for (const value of [undefined, null, 5, 'x', {}]) { Error.prepareStackTrace = value; console.log(Error.prepareStackTrace, f().stack) }
class Mine extends Error {} Mine.prepareStackTrace = 7; console.log(Object.getOwnPropertyDescriptors(Mine), new Mine().stack);
Error.prepareStackTrace = before; console.log(f().stack, Mine.prepareStackTrace, Object.getPrototypeOf(Mine) === Error);
delete Error.prepareStackTrace; console.log(setTimeout.length, Object.getOwnPropertyNames(Error), Error.prepareStackTrace);
setImmediate(() => { console.log(f().stack); Error.prepareStackTrace = own; console.log(Object.keys(Error)) }) })`);
  assert.match(out, /\["deep",\[7,45,7,1,/);
});

test('errors of vm contexts and of worker threads', () => {
  checkSame(`${FUNCTIONS}
const vm = require('node:vm'); const { Worker, isMainThread, parentPort } = require('node:worker_threads');
if (isMainThread) {
  const context = vm.createContext({ f, deep, Error2: Error });
  console.log(vm.runInContext('f().stack', context), vm.runInContext('new Error("in").stack', context));
  console.log(vm.runInContext('f', context)().stack, vm.runInContext('() => new Error("e", { cause: deep(2) })', context)().stack);
  setImmediate(() => { vm.runInContext('Error.prepareStackTrace = (e, sites) => sites.length', context);
    console.log(vm.runInContext('new Error().stack', context)) });
  const worker = new Worker(__filename); const said = []; // the message and the error come on two ways, in either order
  for (const event of ['message', 'error']) worker.on(event, (e) => { said.push(event + ' ' + e.stack) });
  worker.on('exit', () => { for (const text of said.sort()) console.log(text) });
} else { setImmediate(() => { parentPort.postMessage(f()); throw f() }) }`);
});

test('a stack that is read where there is no room for it, and built-ins that are gone', () => {
  checkSame(`${FUNCTIONS}
let read = 0; const errors = Array.from({ length: 200 }, f);
function down() { try { down() } finally { if (read < 200) try { errors[read++].stack } catch {} } } try { down() } catch {}
console.log(f().stack, Error.prepareStackTrace.name, errors.at(-1).stack.length > 0);
for (const name of ['Reflect', 'Object', 'WeakMap', 'String', 'Number', 'Error']) {
  const value = globalThis[name]; Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
  const { stack } = f0();
  globalThis[name] = value; console.log(stack) }
function f0() { try { null.x } catch (e) { return { stack: e.stack } } }`);
});

test('source maps', () => {
  const code = `function f(n) { if (n) { return f(n - 1) } return new Error('mapped') }
console.log(f(2).stack, Error.prepareStackTrace);
const own = (error, sites) => { return sites.map((site) => { return site.getColumnNumber() }) };
Error.prepareStackTrace = own; console.log(f(1).stack);
`;
  // Every word of the code, ten lines further down and 100 columns to the right.
  const words = code
    .split('\n')
    .map((line, n) => Array.from(line.matchAll(/\w+/g), ({ index }) => [index, 0, n + 10, index + 100] as const));
  const map = {
    version: 3,
    sources: ['original.ts'],
    names: [],
    mappings: encode(words.map((l) => l.map((w) => [...w]))),
  };
  const url = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  const out = checkSame(code + url, { options: ['--enable-source-maps'] });
  assert.match(out, /original\.ts:11:1\d\d/);
  checkSame(`process.setSourceMapsEnabled(true);\n${code}${url}`);
});

test('programs that bring their own stacks', () => {
  checkSame(`${FUNCTIONS}setImmediate(() => {
function save(use) { const before = Error.prepareStackTrace; const limit = Error.stackTraceLimit; Error.stackTraceLimit = Math.max(10, limit);
  Error.prepareStackTrace = (_, sites) => { return sites }; const it = {}; Error.captureStackTrace(it, save); const sites = it.stack.slice(0);
  Error.prepareStackTrace = before; Error.stackTraceLimit = limit; return use(sites) }
function caller() { return save((sites) => { return sites.map((s) => { return s.getFileName() + s.getLineNumber() + ':' + s.getColumnNumber() }) }) }
console.log(caller(), f().stack);
function clone(site) { const copy = {}; for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(site))) {
  copy[name] = /^(?:is|get)/.test(name) ? () => { return site[name].call(site) } : site[name] } return copy }
Error.prepareStackTrace = (error, sites) => { return error + sites.map((site) => { const copy = clone(site); copy.toString = () => {
  return site.getFunctionName() + '@' + copy.getColumnNumber() }; return ' / ' + copy }).join('') };
console.log(f().stack, new Foo().error.stack); (async () => { console.log((await g()).stack) })() })`);
});

test('uncaught errors', () => {
  // No insertion is in the line that V8 quotes.
  const make = 'function make() {\nreturn new Error("made")\n}\nfunction call() {\nreturn make() }';
  for (const how of ['throw call()', 'setTimeout(() => {\nthrow call()\n})', 'Promise.reject(call())']) {
    checkSame(`${make}console.log(1);\n${how}`);
  }
});
