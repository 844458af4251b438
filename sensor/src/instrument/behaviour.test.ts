// Behaviour: the same program with and without instrumentation, side by side: result, this, throw, length, name, text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreFunctionText } from '../load/function-text.js';
import { recordGlobals } from '../testing/recording-globals.js';
import { instrument, type Timing } from './instrument.js';

recordGlobals();
restoreFunctionText();

function instrumented(source: string, timing: Timing): string {
  const result = instrument(source, { path: 'test.js', format: 'commonjs', timing });
  assert.ok(!('skipped' in result), `skipped: ${JSON.stringify(result)}`);
  return result.code;
}

const TIMINGS = ['working', 'calling', 'all'] as const;

/** Each program returns what it saw; it runs with and without instrumentation, and both must be the same. */
const PROGRAMS: Record<string, string> = {
  'this, arguments, new.target, length, name': `
    function F(a, b = 2, ...c) { g(); return [this === o, arguments.length, a, b, c, new.target === undefined] }
    const o = { F }; function g() {}
    const arrow = (x, y) => g(x); return [o.F(1), F.length, F.name, arrow.length, arrow.name]`,
  'text of functions': `
    const f = (x) => g(x); function g() { for (;;) return 1 } class A { m() { return g() } }
    return [String(f), g + '', A.toString(), Function.prototype.toString.call(f), Function.prototype.toString.toString(),
      Function.prototype.toString.name, Function.prototype.toString.length, 'prototype' in Function.prototype.toString]`,
  'derived constructors, fields, accessors, private methods, static blocks': `
    class A { x = this.make(); make() { return [1].map((n) => n + 1) } static s; static { this.s = (() => g())() } }
    class B extends A { #p() { return g() } constructor() { g(); super(); this.y = this.#p() } get z() { return g() } set z(v) { g(); this.w = v } }
    function g() { return 7 } const b = new B(); b.z = 3; return [b.x, b.y, b.z, b.w, A.s, b instanceof A]`,
  'derived constructor that returns an object': `
    class A {} class B extends A { constructor() { return Object.create(null) } } return Object.getPrototypeOf(new B())`,
  'generators and async generators': `
    function* g() { try { const got = yield h(); yield got } finally { log.push('end') } } function h() { return 1 } const log = [];
    const it = g(); return [it.next(), it.next(5), it.return(9), it.next(), log, [...g()].length]`,
  'generators left early': `
    const log = []; function* g() { try { for (let i = 0; ; i++) yield h(i) } finally { log.push('left') } } function h(i) { return i }
    function* outer() { yield* g(); return 5 } for (const x of outer()) if (x > 2) break;
    const it = outer(); it.next(); try { it.throw(new Error('in')) } catch (e) { log.push(e.message, it.next()) } return log`,
  throws: `
    const log = []; function f() { try { g() } catch (e) { log.push(e.message); throw e } finally { log.push('f') } }
    function g() { throw new TypeError('x') } try { f() } catch (e) { log.push(e.name, e.stack.includes('at g')) } return log`,
  'return in finally wins': `function f() { try { throw g() } finally { return 2 } } function g() { return 1 } return f()`,
  'switch, labels, completion': `
    function f(x) { out: for (;;) { switch (x) { case 1: return g(); case 2: break out; default: x = 2; continue out } } return 'end' } function g() { return 'g' }
    return [f(1), f(2), f(3)]`,
  'function declarations in the body': `
    function f(x) { return [typeof inner, inner(x)]; function inner(y) { return g(y) } } function g(y) { return y } return f(4)`,
  'function declarations that must not move': `
    function a() { g(); var x; function x() {} return typeof x } function b() { g(); function y() { return 1 } function y() { return 2 } return y() }
    function c() { function z() { return 1 } eval('var z = 3'); return z } function g() {} return [a(), b(), c()]`,
  'hoisting and sloppy this': `return [f(), (function () { g(); return this === globalThis })()]; function f() { return g() } function g() { return 1 }`,
  'strict directive stays a directive': `function f() { 'use strict'; g(); return this } function g() {} return f()`,
  'strict directive without a semicolon': `function f() { 'use strict'\n g()\n return this }\n function g() {} return f()`,
  'automatic semicolons': `
    const log = []
    function f(x) { if (x) return
      log.push('after') }
    function h() { return [g()
      ] }
    function g() { return 3 }
    const k = x => g(x)
    ;[1].forEach(k)
    return [f(1), f(0), h(), log, k(2)]`,
  'nested arrows and parentheses': `const add = a => b => c => (a + b, g(c)); function g(c) { return (c) } const o = (x) => ({ x: g(x) }); return [add(1)(2)(3), o(4)]`,
  'comma in return, in operator in a for': `
    function f() { return g(), 2 } function g() { return 1 } const o = { a: 1 };
    for (let h = (x) => ('a' in o) && g(x), i = 0; i < 1; i++) o.r = h(1); return [f(), o.r]`,
  'default parameters and destructuring': `function f({ a = g() } = {}, b = () => g()) { for (;;) return [a, b()] } function g() { return 8 } return [f(), f({ a: 1 }), f.length]`,
  'super in arrows': `class A { m() { return 'A' } } class B extends A { m() { return [1].map(() => super.m()) } } return new B().m()`,
};
for (const [title, body] of Object.entries(PROGRAMS)) {
  test(`behaviour: ${title}`, () => {
    const source = `module.exports = (function () { ${body} })();`;
    const expected = run(source);
    for (const timing of TIMINGS) assert.deepEqual(run(instrumented(source, timing)), expected);
  });
}

const DECLARATIONS: Record<string, string> = {
  'function in a nested block': `function f() { g(); function x() { return 1 } { function x() { return 2 } } return x() }`,
  'function in a nested if': `function f() { g(); function x() { return 1 } if (g()) { function x() { return 2 } } return x() }`,
  'function of a parameter’s name': `function f(a) { g(); return [typeof arguments[0], typeof a]; function a() {} }`,
  'assigned function of a parameter’s name': `function f(a) { g(); a = 5; return arguments[0]; function a() {} }`,
  'anonymous functions and classes that are returned': `
    const made = () => { g(); return () => {} }; const klass = () => { g(); return class { static x = g() } };
    const short = () => class { static x = g() }; function h() { g(); return function () {} }
    function f() { return [made().name, klass().name, short().name, h().name, g() && (() => {}).name] }`,
};
for (const [title, source] of Object.entries(DECLARATIONS)) {
  test(`behaviour: ${title}`, () => {
    const program = `${source}; function g() { return 1 } module.exports = f(1, 2);`;
    for (const timing of TIMINGS) assert.deepEqual(run(instrumented(program, timing)), run(program));
  });
}

test('behaviour: what V8 refuses stays refused', () => {
  for (const source of ['function f(a) { let a = g(); }', 'function f() { g(); var x; let x; }']) {
    const result = instrument(source, { path: 'x.js', format: 'commonjs' });
    assert.throws(() => run('code' in result ? result.code : source), SyntaxError);
  }
});

const ASYNC_PROGRAM = `
  const log = []; const tick = (name, n) => (n ? Promise.resolve().then(() => tick(name, n - 1)) : log.push(name));
  async function value() { return 1 } async function promise() { return Promise.resolve(1) }
  async function awaited() { await null; return inner() } async function inner() { return 2 }
  async function fails() { throw new Error('f') } async function passesOn() { return fails() }
  async function inFinally() { try { return Promise.resolve('kept') } finally { await null; log.push('finally') } }
  async function inParentheses() { try { return (await value()) } finally { log.push('inParentheses') } }
  async function caught(x) { try { await fails(); log.push('not here') } catch (e) { log.push(e.message + x); return await promise() } finally { await 1; log.push('end' + x) } }
  async function resources() { for await (const x of [value(), 2]) { if (x > 1) return fails() } }
  async function operands() { const o = { async *[Symbol.asyncIterator]() { yield 1 } }; let s = -await value() + (await promise()) * 2
    for await (const x of o) s += await x; const t = \`\${await value()}\`, a = [await 1, ...await [2]]; return [s, t, a, (await o) === o, await (s, t), typeof await 1, await await 3, !await 0] }
  async function* many() { yield inner(); yield* [3] }
  module.exports = (async () => {
    value().then(() => log.push('value')); promise().then(() => log.push('promise')); awaited().then(() => log.push('awaited'));
    caught(1).then((v) => log.push(v)); resources().catch((e) => log.push('resources ' + e.message)); log.push(await operands()); inParentheses().then((v) => log.push(v));
    inFinally().then((v) => log.push(v));
    passesOn().catch((e) => log.push(e.message)); for (let i = 0; i < 6; i++) tick('tick' + i, i);
    for await (const x of many()) log.push(x);
    await new Promise((resolve) => setTimeout(resolve, 20)); return log
  })();`;

test('behaviour: promises settle in the same turns', async () => {
  const expected = await run(ASYNC_PROGRAM);
  for (const timing of TIMINGS) assert.deepEqual(await run(instrumented(ASYNC_PROGRAM, timing)), expected);
});

function run(code: string): unknown {
  const module = { exports: undefined as unknown };
  new Function('module', code)(module);
  return module.exports;
}
