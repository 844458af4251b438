// Form: what is inserted, for each shape, and where; what is left alone; ids; positions; the map.

import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import { test } from 'node:test';
import { type Instrumented, type InstrumentOptions, instrument, withFirstId } from './instrument.js';
import { withoutInsertions } from './shapes.js';

function instrumented(source: string, options: Partial<InstrumentOptions> = {}): Instrumented {
  const result = instrument(source, { path: 'test.js', format: 'commonjs', ...options });
  assert.ok(!('skipped' in result), `skipped: ${JSON.stringify(result)}`);
  assert.equal(withoutInsertions(result.code), source);
  return result;
}

/** The insertions, with ids and marks taken out, and what each shape begins and ends with named. */
function form(source: string): string {
  return instrumented(source)
    .code.replaceAll('/*$<*/', '«')
    .replaceAll('/*$>*/', '»')
    .replace(/0x[\da-f]{5}/g, '#')
    .replaceAll('$pl', '')
    .replaceAll('const t=--C[#]?T[0]:N(#),p=F[0];F[0]=#;let r=U;try{', 'ENTER ')
    .replaceAll(/\}finally\{F\[0\]=p;if\(T\[0\]!==t\|\|r===U\)X\(#,t,p,r===U(?:,(\w+))?\)\}/g, ' LEAVE$1')
    .replaceAll('const f=S(#);let r=U;try{', 'ENTER-ASYNC ')
    .replaceAll('const f=S(#);W(f);let r=U;try{', 'ENTER-DETACHED ')
    .replaceAll(/\}finally\{A\(#,f,r(?:,(\w+))?\)\}/g, ' LEAVE-ASYNC$1')
    .replaceAll('const t=--C[#]?T[0]:N(#),p=F[0];let r=!1;try{', 'ENTER-GENERATOR ')
    .replaceAll('}catch(e){r=!0;throw e}finally{if(T[0]!==t||r)X(#,t,p,r)}', ' LEAVE-GENERATOR');
}

const FORMS: [what: string, source: string, expected: string][] = [
  ['counted function', 'function f(a) { return a.b; }', 'function f(a) {«C[#]--;» return a.b; }'],
  ['counted arrow', 'x => x.y', 'x =>«(C[#]--,» x.y«)»'],
  ['counted arrow with an object', 'x => ({ y: x })', 'x =>«(C[#]--,» ({ y: x })«)»'],
  ['counted generator', 'function* g() { return 1 }', 'function* g() {«C[#]--;» return 1 }'],
  ['directive', 'function f() { "use strict"; return 1 }', 'function f() { "use strict";«C[#]--;» return 1 }'],
  ['directive without semicolon', 'function f() { "use strict" }', 'function f() { "use strict"«;C[#]--;» }'],
  ['timed function', 'function f() { g(); }', 'function f() {«ENTER » g(); «;r=void 0 LEAVE»}'],
  ['timed return', 'function f() { return g() }', 'function f() {«ENTER » return« r=(0,» g()«)» « LEAVE»}'],
  [
    'return in parentheses, behind a comment, before a semicolon',
    'function f() { return (g()) /* ; */\n; }',
    'function f() {«ENTER » return« r=(0,» (g()) /* ; */\n«)»; « LEAVE»}',
  ],
  [
    'bare return',
    'function f() { if (g()) return }',
    'function f() {«ENTER » if (g()) return« r=void 0;» «;r=void 0 LEAVE»}',
  ],
  [
    'bare return at the very end',
    'function f() { g(); if (a) {return} }',
    'function f() {«ENTER » g(); if (a) {return« r=void 0;»} «;r=void 0 LEAVE»}',
  ],
  [
    'return before else',
    'function f() { if (g()) return; else h() }',
    'function f() {«ENTER » if (g()) return« r=void 0»; else h() «;r=void 0 LEAVE»}',
  ],
  ['timed arrow', 'x => g(x)', 'x =>«{ENTER return r=(0,» g(x)«) LEAVEx}»'],
  ['async arrow', 'async x => g(x)', 'async x =>«{ENTER-ASYNC return r=(0,» g(x)«) LEAVE-ASYNCx}»'],
  ['comment before the arrow', '(a, b /* => */) /* x */ => a', '(a, b /* => */) /* x */ =>«(C[#]--,» a«)»'],
  [
    'await',
    'async function f() { await (g()); return await h() }',
    'async function f() {«ENTER-ASYNC » «R(f,»await«W(f,» (g())«))»; return« r=(0,» «R(f,»await«W(f,» h()«))»«)» « LEAVE-ASYNC»}',
  ],
  [
    'await of an await, in an arrow',
    'async () =>await await x',
    'async () =>«{ENTER-ASYNC return r=(0,»«R(f,»await«W(f,» «R(f,»await«W(f,» x«))»«))»«) LEAVE-ASYNC}»',
  ],
  [
    'catch and finally behind an await',
    'async function f() { try { await x } catch { a } finally { b } try { c } catch { d } }',
    'async function f() {«ENTER-ASYNC » try { «R(f,»await«W(f,» x«))» } catch«(k)» {«K(#,k);»«R(f);» a } finally {«R(f);» b } try { c } catch«(k)» {«K(#,k);» d } «;r=void 0 LEAVE-ASYNC»}',
  ],
  [
    'return in try and finally of an async function',
    'async function f() { try { return (g()) } finally { h() } }',
    'async function f() {«ENTER-ASYNC » try { return« [(0,» (g())«),r=void 0][0]» } finally { h() } «;r=void 0 LEAVE-ASYNC»}',
  ],
  [
    'for await',
    'async function f() { for await (const x of y) await x }',
    'async function f() {«ENTER-ASYNC » «try{»for await (const x of «W(f,(»y«))») «{R(f);try{»«R(f,»await«W(f,» x«))»«}finally{W(f)}}»«}finally{R(f)}» «;r=void 0 LEAVE-ASYNC»}',
  ],
  [
    'for await, with nothing before what follows',
    'async function f(){for await(const x of y){x()}await z}',
    'async function f(){«ENTER-ASYNC »«try{»for await(const x of «W(f,(»y«))»)«{R(f);try{»{x()}«}finally{W(f)}}»«}finally{R(f)}»«R(f,»await«W(f,» z«))»«;r=void 0 LEAVE-ASYNC»}',
  ],
  [
    'await using',
    'async function f() { await using x = y; g() }',
    'async function f() {«ENTER-DETACHED » await using x = y; g() «;r=void 0 LEAVE-ASYNC»}',
  ],
  [
    'generator',
    'function* f() { const x = yield g(); return x }',
    'function* f() {«ENTER-GENERATOR » const x = yield g(); return x « LEAVE-GENERATOR»}',
  ],
  [
    'async generator',
    'async function* f() { yield await x }',
    'async function* f() {«ENTER-GENERATOR » yield await x « LEAVE-GENERATOR»}',
  ],
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
});

const TIMINGS: [source: string, working: boolean, calling: boolean][] = [
  ['() => {}', false, false],
  ['a => a.b', false, false],
  ['() => { throw 1 }', false, true],
  ['() => f()', false, true],
  ['() => { for (;;); }', false, true],
  ['() => { while (f()); }', false, true],
  [`() => { while (f()) { ${'a.b(c, d); '.repeat(40)}} }`, true, true],
  [`() => { ${'a.b(c, d); '.repeat(40)} }`, false, true],
  ['async () => f()', true, true],
  ['async () => await f', true, true],
  ['async () => 1', false, false],
  ['(a) => JSON.parse(a)', true, true],
  ['(a) => a.parse()', false, true],
  ['(a) => a?.sort()', true, true],
  ['(a) => a.map(f)', false, true],
  ['(a) => a.replace(/x/, a)', true, true],
  ['(a) => fs.readFileSync(a)', true, true],
  ['(a) => a.sync()', false, true],
  ['(a) => require(a)', true, true],
];
for (const [source, working, calling] of TIMINGS) {
  test(`timed: ${source}`, () => {
    const timed = (['working', 'calling', 'all'] as const).map(
      (timing) => instrumented(source, { timing }).functions[0]!.timed,
    );
    assert.deepEqual(timed, [working, calling, true]);
  });
}

const REASONS: [what: string, source: string, reason: string][] = [
  ['unparsable', 'function (', 'unparsable'],
  ['uses a name of ours', 'let $plC = 1', 'reserved name'],
  ['uses a mark of ours', '/*$<*/', 'reserved name'],
  ['asm.js', 'function m() { "use asm"; return {} }', 'asm.js'],
  ['with', 'function f(o) { with (o) { return () => a } }', 'with statement'],
  ['too large', ' '.repeat(16 * 1024 * 1024 + 1), 'too large'],
];
for (const [what, source, reason] of REASONS) {
  test(`left alone: ${what}`, () => {
    assert.deepEqual(instrument(source, { path: 'x.js', format: 'commonjs' }), { skipped: reason });
  });
}
test('what is minified or only speaks of asm.js is no reason', () => {
  const minified = `var a=[${'f(function(){return 1}),'.repeat(2000)}]`;
  assert.equal(instrumented(minified).functions.length, 2000);
  assert.equal(instrumented('function f() { return ["use asm"] }').functions.length, 1);
});
test('a name that only begins like ours is no reason', () => {
  assert.match(instrumented('function f() { return $place + $plugin.$plan }').code, /\$plC\[/);
});

test('ids: from firstId on, and others written over them', () => {
  for (const letter of ['a', 'ä', 'я']) {
    const source = `const ${letter} = 1; function f() { g() } const h = () => { for (;;); }; async () => await 0`;
    const { code, idOffsets } = instrumented(source);
    for (const firstId of [1, 2, 0xabc, 0xffffd]) {
      const expected = instrumented(source, { firstId });
      assert.deepEqual(
        expected.functions.map((f) => f.id),
        [firstId, firstId + 1, firstId + 2],
      );
      assert.deepEqual(expected.idOffsets, idOffsets);
      assert.equal(withFirstId(code, idOffsets, firstId), expected.code);
    }
  }
});

test('positions: line and column of the name in the text that was given', () => {
  const { functions } = instrumented('// x\nconst o = {\n  run() { return 1 },\n};\nexport const f = () => 2;\n', {
    format: 'module',
  });
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
    for (const { index } of text.matchAll(/\/\*\$>\*\/(?!\/\*\$<)/g)) {
      const column = index + '/*$>*/'.length;
      const entry = found.findEntry(line, column);
      assert.ok('originalLine' in entry);
      const original = source.split('\n')[entry.originalLine]!.slice(entry.originalColumn);
      assert.equal(withoutInsertions(text.slice(column)), original);
      checked++;
    }
  }
  assert.ok(checked >= 6, `${checked} places`);
});
