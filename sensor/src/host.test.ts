// Whole programs, run by Node with and without the sensor: modules, the process and its end, what shows of the
// sensor. Errors are in host-errors.test.ts, the language in host-language.test.ts.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Programs, REGISTER } from './testing/side-by-side.js';

const programs = new Programs({
  'package.json': '{ "name": "host", "version": "1.0.0" }',
  'lib.cjs': `exports.double = function double(n) { if (typeof n !== 'number') throw new TypeError('not a number'); return helper(n) };
function helper(n) { return n * 2 }`,
  'lib.mjs': `export let count = 0; export function increment() { count++; return other() } import { early } from './cycle.mjs'; export const atLoad = early();
function other() { return count }`,
  'cycle.mjs': `import { increment } from './lib.mjs'; export function early() { return increment.name + typeof increment }`,
  'cycle-a.cjs': `exports.a = () => { return 'a' }; exports.b = require('./cycle-b.cjs').b(); exports.done = true`,
  'cycle-b.cjs': `exports.b = () => { const a = require('./cycle-a.cjs'); return a.a() + a.done }`,
});
after(() => programs.remove());

const LIB = `const { double } = require('./lib.cjs'); const f = (x) => { for (const y of [x]) return double(y) };`;

const SUBJECTS: Record<string, string> = {
  'CommonJS that requires': `console.log(f(4), require.main === module, __filename, require('./cycle-a.cjs'), module.children.length, module.parent, module.paths.length);
    console.log(Object.keys(require), require.extensions['.js'].length, this === exports, typeof require.resolve, require('./package.json'), arguments.length, arguments.callee.toString().length)`,
  'require.cache, module.children and what was loaded of Node': `const own = (p) => !p.includes('/sensor/bundle/'); console.log(Object.keys(require.cache).filter(own), module.children.map((m) => m.id));
    console.log(process.moduleLoadList.includes('NativeModule http'), process.execArgv.filter((a) => a.startsWith('--stack')), process.argv.slice(1))`,
  'global names': `console.log(Object.keys(globalThis), Object.getOwnPropertyNames(globalThis).filter((n) => !n.startsWith('$pl')).sort()); for (const n in globalThis) console.log(n);
    console.log(Object.keys(process.env).some((k) => k.startsWith('PRODLENS') && k !== 'PRODLENS_URL'), Object.keys(process), Reflect.ownKeys(Error), Reflect.ownKeys(Function.prototype))`,
  // Known: one listener more for each of 'exit', 'uncaughtExceptionMonitor', 'newListener' and 'removeListener'.
  'listeners of the process': `const events = ['beforeExit', 'uncaughtException', 'unhandledRejection', 'warning', 'SIGINT', 'SIGTERM', 'SIGHUP', 'message', 'disconnect', 'worker'];
    console.log(events.map((e) => e + process.listenerCount(e)), process.getMaxListeners()); process.on('worker', () => console.log('not mine'))`,
  // Known: threads, and the pipes of Node's own thread for loader hooks, where it has one (Node 20).
  'handles and resources that keep a process alive': `const timer = setTimeout(() => {}, 20); console.log(process.getActiveResourcesInfo().filter((r) => !/MessagePort|Worker|PipeWrap/.test(r)), process._getActiveRequests());
    console.log(process._getActiveHandles().filter((h) => !/Worker|MessagePort/.test(h.constructor.name)).map((h) => h.constructor.name))`,
  'performance, memory and uptime': `const { performance, PerformanceObserver } = require('node:perf_hooks'); console.log(performance.getEntries(), typeof process.memoryUsage().heapUsed, performance.eventLoopUtilization().idle >= 0);
    new PerformanceObserver((l) => console.log(l.getEntries().map((e) => e.name))).observe({ entryTypes: ['function'] }); const timed = performance.timerify(f); console.log(timed(3), timed.name, timed.length)`,
  'order of the last events': `process.on('beforeExit', (code) => { console.log('before', code); if (!globalThis.again) { globalThis.again = 1; setTimeout(() => console.log('more'), 5) } });
    process.on('exit', (code) => console.log('exit', code, process.exitCode)); process.prependListener('exit', () => console.log('first')); setImmediate(() => console.log('immediate', f(1))); process.nextTick(() => console.log('tick'))`,
  'ends while work is left': `setInterval(() => {}, 1000).unref(); setTimeout(() => console.log('never'), 60000).unref(); new Promise(() => {}); console.log(f(1))`,
  'process.exit with a code': `process.on('exit', (c) => { process.exitCode = c + 1; console.log(f(2)) }); process.exitCode = 3; (() => process.exit())()`,
  'exit codes': `process.exitCode = 7; process.on('exit', () => console.log(f(process.exitCode)))`,
  'an unsettled top-level promise of main': `(async () => { await new Promise(() => {}) })(); console.log('waits for nothing')`,
  'a signal of its own': `process.on('exit', () => console.log('no')); console.log(1); (() => process.kill(process.pid, 'SIGTERM'))(); setTimeout(() => {}, 10000)`,
  'a signal that is handled': `process.once('SIGTERM', (s, n) => { console.log(s, n, f(1)); process.exit(f(2)) }); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10000)`,
  abort: `process.stdout.write('x'); require('node:fs').writeSync(1, 'y'); (() => process.reallyExit(9))()`,
  'standard streams': `process.stdout.write('out'); process.stderr.write('err'); console.error(new Error('shown')); process.stdin.on('end', () => console.log('end')).resume()`,
  'timers that were replaced': `const real = setTimeout; globalThis.setTimeout = (g, ms) => (real(g, ms), 1); globalThis.setInterval = () => 7;
    Math.random = () => { throw new Error('not ours') }; Date.now = () => 0; real(() => console.log('x'), 1200)`,
  'globals that were replaced': `for (const n of ['Promise', 'WeakMap', 'Map', 'Set', 'Int32Array', 'Reflect', 'queueMicrotask', 'performance', 'process', 'Buffer']) { const v = globalThis[n]; Object.defineProperty(globalThis, n, { value: undefined, configurable: true }); try { console.log(n, f(1), new Error('e').stack.split('\\n')[1]) } catch (e) { console.log(e) } Object.defineProperty(globalThis, n, { value: v, configurable: true, writable: true }) }`,
  'frozen built-ins': `for (const o of [Object, Function, Array, Error, Promise, Map, WeakMap]) { Object.freeze(o); Object.freeze(o.prototype) } console.log(f(1), new Error('e').stack, f + ''); (async () => { await 1; console.log(f(2)) })()`,
  'a worker thread of a file': `const { Worker, isMainThread, parentPort, threadId, workerData } = require('node:worker_threads'); process.on('worker', () => console.log('worker started'));
    if (isMainThread) new Worker(__filename, { workerData: { x: 1 } }).on('message', (m) => console.log(m)).on('exit', (c) => console.log(c)); else { parentPort.postMessage([f(21), threadId > 0, workerData]); process.exit(4) }`,
  'child processes and cluster': `const { fork, execFileSync } = require('node:child_process'); if (process.send) { process.send(f(3)); process.disconnect() } else {
    fork(__filename).on('message', (m) => console.log(m)).on('exit', (...a) => console.log(a)); console.log(execFileSync(process.execPath, ['-e', 'console.log(process.argv.length)']).toString()) }`,
  'a function shipped to another realm': `const { runInNewContext } = require('node:vm'); console.log(runInNewContext('(' + ((n) => { for (let i = 0; ; i++) if (i > n) return i }) + ')(3)'), f.toString(), String(class { m() { return f(1) } }));
    const { Worker } = require('node:worker_threads'); new Worker('(' + ((p) => p.postMessage(1)) + ')(require("node:worker_threads").parentPort)', { eval: true }).on('message', console.log)`,
  'inspected and serialised': `const util = require('node:util'); class A { static s = 1; #p = 2; get x() { return f(1) } m() { return f(2) } } console.log(f, A, new A(), util.inspect(A, { showHidden: true }), [f, async () => f(1), function* () { f(2) }]);
    console.log(JSON.stringify({ f, a: [f] }), util.types.isAsyncFunction(async () => f(1)), require('node:v8').deserialize(require('node:v8').serialize({ a: new Map([[1, 2]]) })))`,
  'async hooks and storage': `const { AsyncLocalStorage, AsyncResource, executionAsyncId } = require('node:async_hooks'); const als = new AsyncLocalStorage(); const g = async () => { await 1; return als.getStore() };
    als.run('store', async () => { console.log(await g(), await Promise.all([g(), g()])); setTimeout(() => console.log(als.getStore()), 1) }); als.exit(() => console.log(als.getStore())); new AsyncResource('R').runInAsyncScope(() => console.log(executionAsyncId() > 0)); console.log(executionAsyncId())`,
  'diagnostics channels and events': `const dc = require('node:diagnostics_channel'); dc.subscribe('c', (m) => console.log(m)); dc.channel('c').publish(f(1)); const { EventEmitter, once } = require('node:events'); const e = new EventEmitter();
    (async () => { const [x] = await once(e, 'x'); console.log(x, e.eventNames()) })(); e.emit('x', f(3)); console.log(new EventEmitter({ captureRejections: true }).on('x', async () => { throw 1 }).on('error', console.log).emit('x'))`,
  'a server and a client': `const http = require('node:http'); const server = http.createServer(async (q, r) => { await null; r.end(String(f(5))) }).listen(0, '127.0.0.1', () => {
    http.get({ port: server.address().port, agent: false }, (r) => { r.on('data', (d) => console.log(String(d))).on('end', () => { server.close(() => console.log('closed')) }) }) })`,
};

for (const [title, source] of Object.entries(SUBJECTS)) {
  test(title, () => {
    programs.checkSame('program.cjs', `${LIB}\n${source}`);
  });
}

const MODULES: Record<string, string> = {
  'live bindings, cycles, CommonJS, JSON, import.meta, top-level await, dynamic import': `import { count, increment, atLoad } from './lib.mjs'; import lib from './lib.cjs'; import { createRequire } from 'node:module';
    increment(); console.log(count, atLoad, lib.double(2), createRequire(import.meta.url)('./package.json').name, import.meta.url, Object.keys(import.meta), this);
    const again = await import('./lib.mjs'); console.log(again.count, await Promise.resolve(5), await import('./lib.mjs?x').then((m) => m.count), again);`,
  'a promise that top-level await never gets': `console.log(1); process.on('exit', (c) => console.log(c)); await new Promise(() => {})`,
  'order of ticks and promises': `process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('promise')); setImmediate(() => console.log('immediate')); await 1; console.log('after')`,
};

for (const [title, source] of Object.entries(MODULES)) {
  test(`ES module: ${title}`, () => {
    programs.checkSame('program.mjs', source);
  });
}

const COUNTS = `const { double } = require('./lib.cjs'); double(1); console.log($plC.some((n) => n !== $plC[0]), double.name)`;

test('the modules of these programs are instrumented: the comparison is one', () => {
  const text = `const text = require('node:vm').runInNewContext('(f) => Function.prototype.toString.call(f)'); console.log(text(require('./lib.cjs').double).includes('$plC'))`;
  programs.write('on.cjs', text);
  programs.write(
    'on.mjs',
    `import { increment } from './lib.mjs'; import { runInNewContext } from 'node:vm';
    console.log(runInNewContext('(f) => Function.prototype.toString.call(f)')(increment).includes('$plC'))`,
  );
  assert.equal(programs.run('on.cjs', ['--import', REGISTER]).stdout, 'true\n');
  assert.equal(programs.run('on.cjs', ['--require', fileURLToPath(REGISTER)]).stdout, 'true\n');
  assert.equal(programs.run('on.mjs', ['--import', REGISTER]).stdout, 'true\n');
  assert.equal(programs.run('on.cjs').stdout, 'false\n');
});

test('by require as the first line', () => {
  programs.write('first-line.cjs', `require(${JSON.stringify(fileURLToPath(REGISTER))});\n${COUNTS}`);
  assert.match(programs.run('first-line.cjs').stdout, /double\n$/);
});

test('PRODLENS_ENABLED=false: the program runs as it is', () => {
  programs.write('off.cjs', `console.log('$plC' in globalThis)`);
  assert.equal(
    programs.run('off.cjs', ['--import', REGISTER], { env: { PRODLENS_ENABLED: 'false' } }).stdout,
    'false\n',
  );
  assert.equal(programs.run('off.cjs', ['--import', REGISTER]).stdout, 'true\n');
});
