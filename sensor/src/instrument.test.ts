// Form: what is inserted, for each shape. Behaviour: the same program with and without, side by side: result, this,
// throw, length, name, text; then the counts.

import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import { after, test } from 'node:test';
import type { FunctionWindow } from '@prodlens/protocol';
import { restoreFunctionText } from './function-text.js';
import { type Instrumented, instrument } from './instrument.js';
import { startRuntime } from './runtime.js';
import { withoutInsertions } from './shapes.js';

const runtime = startRuntime();
restoreFunctionText();
after(() => runtime.stop());

let nextId = 0;
function instrumented(source: string, format: 'module' | 'commonjs' = 'commonjs'): Instrumented {
  const allocate = (n: number) => {
    nextId += n;
    return nextId - n;
  };
  const result = instrument(source, { path: 'test.js', format, allocate });
  assert.ok(!('skipped' in result), `skipped: ${JSON.stringify(result)}`);
  return result;
}

/** The insertions, with ids and marks taken out. */
function form(source: string): string {
  return instrumented(source)
    .code.replaceAll('/*$pl{*/', '«')
    .replaceAll('/*}$pl*/', '»')
    .replace(/\$pl([CM])\[\d+\]/g, '$1')
    .replace(/\$pl([NXA])\(\d+/g, '$1(')
    .replace('const $pl_t=C++<M?$plT[0]:N();let $pl_r=$plU;try{', 'ENTER ')
    .replace('C++;const $pl_t=$plP();let $pl_r=$plU;try{', 'ENTER-ASYNC ')
    .replace('}finally{if($plT[0]!==$pl_t||$pl_r===$plU)X(,$pl_t,$pl_r===$plU)}', ' LEAVE')
    .replace('}finally{A(,$pl_t,$pl_r)}', ' LEAVE-ASYNC')
    .replaceAll('$pl_r', 'R');
}

const FORMS: [what: string, source: string, expected: string][] = [
  ['counted function', 'function f(a) { return a.b; }', 'function f(a) {«C++;» return a.b; }'],
  ['counted arrow', 'x => x.y', 'x =>«(C++,» x.y«)»'],
  ['counted arrow with an object', 'x => ({ y: x })', 'x =>«(C++,» ({ y: x })«)»'],
  ['counted generator', 'function* g() { yield h(); }', 'function* g() {«C++;» yield h(); }'],
  ['directive', 'function f() { "use strict"; return 1 }', 'function f() { "use strict";«C++;» return 1 }'],
  ['directive without semicolon', 'function f() { "use strict" }', 'function f() { "use strict"«;C++;» }'],
  ['timed function', 'function f() { g(); }', 'function f() {«ENTER » g(); «;R=void 0 LEAVE»}'],
  ['timed return', 'function f() { return g() }', 'function f() {«ENTER » return« R=(0,» g()«)» « LEAVE»}'],
  [
    'bare return',
    'function f() { if (g()) return }',
    'function f() {«ENTER » if (g()) return« R=void 0;» «;R=void 0 LEAVE»}',
  ],
  [
    'return before else',
    'function f() { if (g()) return; else h() }',
    'function f() {«ENTER » if (g()) return« R=void 0»; else h() «;R=void 0 LEAVE»}',
  ],
  ['timed arrow', 'x => g(x)', 'x =>«{ENTER return R=(0,» g(x)«) LEAVE}»'],
  ['async arrow', 'async x => g(x)', 'async x =>«{ENTER-ASYNC return R=(0,» g(x)«) LEAVE-ASYNC}»'],
  ['comment before the arrow', '(a, b /* => */) /* x */ => a', '(a, b /* => */) /* x */ =>«(C++,» a«)»'],
];
for (const [what, source, expected] of FORMS) {
  test(`form: ${what}`, () => assert.equal(form(source), expected));
}

test('form: lines stay, and taking the insertions out gives the source back', () => {
  const source =
    'const f = async (x) => {\n  for (const y of x) {\n    await y;\n  }\n  return x\n}\nclass A { m() { return f() } }';
  const { code } = instrumented(source);
  assert.notEqual(code, source);
  assert.equal(code.split('\n').length, source.split('\n').length);
  assert.equal(withoutInsertions(code), source);
});

const REASONS: [what: string, source: string, reason: string][] = [
  ['unparsable', 'function (', 'unparsable'],
  ['uses a name of ours', 'let $plC = 1', 'reserved name'],
  ['asm.js', 'function m() { "use asm"; return {} }', 'asm.js'],
  ['with', 'function f(o) { with (o) { return () => a } }', 'with statement'],
  ['minified', `var a=[${'f(function(){return 1}),'.repeat(2000)}]`, 'minified'],
  ['too large', ' '.repeat(2 * 1024 * 1024 + 1), 'too large'],
];
for (const [what, source, reason] of REASONS) {
  test(`left alone: ${what}`, () => {
    assert.deepEqual(instrument(source, { path: 'x.js', format: 'commonjs' }), { skipped: reason });
  });
}
test('a name that only begins like ours is no reason', () => {
  assert.match(instrumented('function f() { return $place + $plugin.$plan }').code, /\$plC\[/);
});
test('left alone: no room', () => {
  const options = { path: 'x.js', format: 'commonjs', allocate: () => null } as const;
  assert.deepEqual(instrument('function f() {}', options), { skipped: 'budget' });
});

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
    assert.deepEqual(run(instrumented(source).code), expected);
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
    assert.deepEqual(run(instrumented(program).code), run(program));
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
  async function* many() { yield inner(); yield* [3] }
  module.exports = (async () => {
    value().then(() => log.push('value')); promise().then(() => log.push('promise')); awaited().then(() => log.push('awaited'));
    inFinally().then((v) => log.push(v));
    passesOn().catch((e) => log.push(e.message)); for (let i = 0; i < 6; i++) tick('tick' + i, i);
    for await (const x of many()) log.push(x);
    await new Promise((resolve) => setTimeout(resolve, 20)); return log
  })();`;

test('behaviour: promises settle in the same turns', async () => {
  assert.deepEqual(await run(instrumented(ASYNC_PROGRAM).code), await run(ASYNC_PROGRAM));
});

test('counts: calls and errors, sync and async, to the end of the promise', async () => {
  runtime.takeWindow(() => false);
  const { code, functions } = instrumented(`
    function ok(n) { if (n > 1) throw new RangeError('n'); return small(n) } function small(n) { return n + 1 }
    async function slow(n) { return later(n) } const later = (n) => new Promise((r, no) => setTimeout(() => (n ? no(new Error('n')) : r()), 15));
    module.exports = async () => { for (let i = 0; i < 5; i++) { try { ok(i) } catch {} } for (let i = 0; i < 3; i++) await slow(i).catch(() => {}) };`);
  await (run(code) as () => Promise<void>)();
  const window = runtime.takeWindow((id) => functions.find((f) => f.id === id)?.isAsync ?? false);
  const of = (name: string): FunctionWindow =>
    window.find((row) => row.id === functions.find((f) => f.name === name)!.id)!;
  const counts = (row: FunctionWindow) => [
    row.calls,
    row.errors,
    row.buckets.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0),
  ];
  assert.deepEqual(counts(of('ok')), [5, 3, 5]);
  assert.deepEqual(counts(of('small')), [2, 0, 0]);
  assert.deepEqual(counts(of('slow')), [3, 2, 3]);
  assert.ok(of('slow').sumNs >= 3 * 14e6, `slow took ${of('slow').sumNs} ns`);
  assert.ok(of('later').maxNs < of('slow').maxNs);
});

test('counts: a hot function is sampled, and its histogram still holds every call', () => {
  runtime.takeWindow(() => false);
  const { code, functions } = instrumented(`
    function hot(n) { let s = 0; for (let i = 0; i < n; i++) s += i; return s }
    module.exports = () => { for (let i = 0; i < 50_000; i++) hot(i % 100) };`);
  (run(code) as () => void)();
  const id = functions.find((f) => f.name === 'hot')!.id;
  const row = runtime.takeWindow(() => false).find((r) => r.id === id)!;
  assert.equal(row.calls, 50_000);
  assert.equal(
    row.buckets.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0),
    50_000,
  );
});

test('counts: work with a rhythm does not hide from the sample', () => {
  const durations = { few: 0.5, many: 0.02 };
  runtime.takeWindow(() => false);
  const { code, functions } = instrumented(`
    const now = performance.now.bind(performance);
    function busy(ms) { const end = now() + ms; while (now() < end); }
    module.exports = () => { for (let i = 0; i < 4_000; i++) busy(i % 8 === 3 ? ${durations.few} : ${durations.many}) };`);
  const start = performance.now();
  (run(code) as () => void)();
  const elapsedNs = (performance.now() - start) * 1e6;
  const id = functions.find((f) => f.name === 'busy')!.id;
  const row = runtime.takeWindow(() => false).find((r) => r.id === id)!;
  assert.equal(row.calls, 4_000);
  assert.ok(row.sumNs > elapsedNs * 0.6 && row.sumNs < elapsedNs * 1.4, `${row.sumNs} of ${elapsedNs} ns`);
});

test('positions: line and column of the name in the text that was given', () => {
  const { functions } = instrumented(
    '// x\nconst o = {\n  run() { return 1 },\n};\nexport const f = () => 2;\n',
    'module',
  );
  assert.deepEqual(
    functions.map((f) => [f.name, f.line, f.column]),
    [
      ['o.run', 2, 2],
      ['f', 4, 13],
    ],
  );
});

test('map: each line and each character behind an insertion maps to itself', () => {
  const source = 'const f = (x) => g(x);\nfunction g(y) { return [y].map((z) => h(z)); } function h() {}\nf(1);';
  const { code, map } = instrumented(source);
  const found = new SourceMap(map as never);
  let checked = 0;
  for (const [line, text] of code.split('\n').entries()) {
    for (const { index } of text.matchAll(/\/\*\}\$pl\*\/(?!\/\*\$pl)/g)) {
      const column = index + '/*}$pl*/'.length;
      const entry = found.findEntry(line, column);
      assert.ok('originalLine' in entry);
      const original = source.split('\n')[entry.originalLine]!.slice(entry.originalColumn);
      assert.equal(withoutInsertions(text.slice(column)), original);
      checked++;
    }
  }
  assert.ok(checked >= 6, `${checked} places`);
});

function run(code: string): unknown {
  const module = { exports: undefined as unknown };
  new Function('module', code)(module);
  return module.exports;
}
