// Errors that end a program, or nearly: what is printed, stack lines and columns included, and how the process ends.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Programs } from './testing/side-by-side.js';

const programs = new Programs({
  'lib.cjs': `exports.double = function double(n) { if (typeof n !== 'number') throw new TypeError('not a number'); return helper(n) };
function helper(n) { return n * 2 }
exports.later = async function later(n) { await null; return exports.double(n) };`,
});
after(() => programs.remove());

const LIB = `const { double, later } = require('./lib.cjs'); const f = (x) => { return double(x) };`;

const UNCAUGHT: Record<string, string> = {
  'while loading': `f('x')`,
  'in a required file': `module.exports = 1; require('./throws.cjs')`,
  'in a timer': `setTimeout(function tick() { f('x') }, 1)`,
  'in an immediate': `setImmediate(() => f('x'))`,
  'in a microtask': `queueMicrotask(() => f('x'))`,
  'in nextTick': `process.nextTick(() => f('x'))`,
  'in an event listener': `new (require('node:events'))().on('x', (x) => f(x)).emit('x', 'y')`,
  'in an async function': `(async () => { await later('x') })()`,
  'in a promise': `new Promise((resolve) => { resolve(f('x')) })`,
  // Node quotes the place that threw last, which is the generator's own end: here the same line.
  'in a generator': `function* g() { yield f(1); throw new RangeError('x') } for (const x of g()) console.log(x)`,
  'in an async generator': `async function* g() { yield f(1); yield f('x') } (async () => { for await (const x of g()) console.log(x) })()`,
  'in a constructor and a getter': `class A { constructor() { this.x } get x() { return f('x') } } class B extends A { constructor() { super() } } new B()`,
  'in a sort, a replacer and toJSON': `try { [2, 1].sort((a) => f('x')) } catch (e) { console.log(e.stack) } 'a'.replace(/a/, () => { JSON.stringify({ toJSON() { f('x') } }) })`,
  'with a cause': `try { f('x') } catch (cause) { throw new Error('outer', { cause }) }`,
  'with properties': `try { f('x') } catch (e) { e.code = 'E'; e.info = { f }; throw e }`,
  aggregated: `Promise.any([later('x'), later('y')])`,
  'not an Error: text': `(() => { throw 'text' })()`,
  'not an Error: object': `(() => { throw { a: f, b: [1] } })()`,
  'not an Error: nothing': `(() => { throw undefined })()`,
  'not an Error: a function': `(() => { throw f })()`,
  'rejected with no Error': `(async () => { throw null })()`,
  frozen: `try { f('x') } catch (e) { throw Object.freeze(e) }`,
  'with a stack of its own': `try { f('x') } catch (e) { e.stack = 'mine'; throw e }`,
  'thrown again later': `try { f('x') } catch (e) { setTimeout(() => { throw e }) }`,
  'a syntax error': `require('./syntax.cjs')`,
  'of eval': `eval('f("x")')`,
  'of vm': `require('node:vm').runInThisContext('(f) => f("x")', 'my.vm')(f)`,
  'a missing module': `require('./nowhere')`,
  'of Node: bad argument': `(() => { require('node:fs').readFileSync({}) })()`,
  'of Node: no file': `(() => { require('node:fs').readFileSync('/nowhere') })()`,
  'of an emitter': `(() => { new (require('node:events'))().emit('error', new Error('emitted')) })()`,
  'of an emitter: no Error': `(() => { new (require('node:events'))().emit('error', { no: 'error' }) })()`,
  'endless recursion': `const r = (n) => { return r(n + 1) + 1 }; try { r(0) } catch (e) { console.log(e instanceof RangeError, e.message) } f('x')`,
};
programs.write('throws.cjs', `${LIB}\n(() => { f('x') })()`);
programs.write('syntax.cjs', 'function f() { return ) }');

for (const [title, source] of Object.entries(UNCAUGHT)) {
  test(`uncaught ${title}`, () => {
    assert.notEqual(programs.checkSame('uncaught.cjs', `${LIB}\n${source}`).status, 0);
  });
}

const LIB_MODULE = `import { createRequire } from 'node:module'; const { double, later } = createRequire(import.meta.url)('./lib.cjs');
import { g } from './lib.mjs'; const f = (x) => { return double(x) };`;
programs.write('lib.mjs', `export function g(f) { for (const x of ['x']) return f(x) }`);

for (const [title, source] of Object.entries({
  'while loading': `g(f)`,
  'in a top-level await': `await later('x')`,
  'in a timer': `setTimeout(() => g(f))`,
  'in dynamic import': `await import('data:text/javascript,throw new Error(1)')`,
  'in an async function': `(async () => { await later('x') })()`,
  'a name that is not exported': `import { nothing } from './lib.mjs'`,
})) {
  test(`uncaught in an ES module: ${title}`, () => {
    assert.notEqual(programs.checkSame('uncaught.mjs', `${LIB_MODULE}\n${source}`).status, 0);
  });
}

for (const mode of ['throw', 'strict', 'warn', 'none', 'warn-with-error-codes']) {
  test(`unhandled rejections: ${mode}`, () => {
    const source = `${LIB} process.on('exit', (code) => console.log('exit', code));
    later('x'); Promise.reject([1]); const late = later('y'); setTimeout(() => late.catch((e) => console.log(e.stack)), 20)`;
    programs.checkSame('rejections.cjs', source, { node: [`--unhandled-rejections=${mode}`] });
  });
}

test('handlers of uncaught errors and rejections', () => {
  programs.checkSame(
    'handlers.cjs',
    `${LIB} process.on('uncaughtExceptionMonitor', (e, origin) => console.log('monitor', e.stack, origin));
    process.on('uncaughtException', (e, origin) => console.log(e.stack, origin)).on('rejectionHandled', () => console.log('handled'));
    process.on('unhandledRejection', (e, p) => console.log(e.stack, p)); process.on('warning', (w) => console.log(w.stack));
    process.emitWarning('w'); setTimeout(() => f('x')); const p = later('x'); setTimeout(() => p.catch(() => {}), 20)`,
  );
  programs.checkSame(
    'capture.cjs',
    `${LIB} process.setUncaughtExceptionCaptureCallback((e) => { console.log(e.stack) }); f('x')`,
  );
  const domain = `${LIB} const d = require('node:domain').create(); d.on('error', (e) => { console.log(e.stack) }); d.run(() => { setTimeout(() => f('x')) })`;
  programs.checkSame('domain.cjs', domain);
});

test('stacks that Node prints by itself', () => {
  programs.checkSame(
    'trace.cjs',
    `${LIB} (() => { console.trace('here'); console.log(new Error('x')); process.emitWarning('w') })()`,
    {
      node: ['--trace-warnings'],
    },
  );
  programs.checkSame('deprecation.cjs', `(() => { new Buffer(1) })(); console.log(1)`, {
    node: ['--trace-deprecation'],
  });
  programs.checkSame('uncaught-trace.cjs', `console.log(1); (() => {\nthrow 1\n})()`);
});
