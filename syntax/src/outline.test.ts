// One fixture suite through both parsers: what the language server finds in the TypeScript is what the sensor
// finds in the JavaScript that the compiler makes of it, by the same names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { outlineEstree } from './estree.js';
import { compile, FIXTURES, parseJs } from './testing/fixtures.js';
import { outlineTypeScript } from './typescript.js';

const named = (list: { name: string; ordinal: number }[]) =>
  list.map((f) => (f.ordinal === 0 ? f.name : `${f.name}+${f.ordinal}`));

for (const [title, { source, names }] of Object.entries(FIXTURES)) {
  test(`${title}: TypeScript`, () => {
    assert.deepEqual(named(outlineTypeScript(source, 'x.ts')), names);
  });
  for (const module of [ts.ModuleKind.ESNext, ts.ModuleKind.CommonJS]) {
    test(`${title}: compiled to ${ts.ModuleKind[module]}`, () => {
      assert.deepEqual(named(outlineEstree(parseJs(compile(source, module), module))), names);
    });
  }
}

test('the name of each function stands where its range says', () => {
  const source = FIXTURES.classes!.source;
  const at = (f: { nameStart: number; nameEnd: number }) => source.slice(f.nameStart, f.nameEnd);
  const found = outlineTypeScript(source, 'x.ts');
  assert.equal(at(found.find((f) => f.name === 'Cart.add')!), 'add');
  assert.equal(at(found.find((f) => f.name === 'Cart.handle')!), 'handle');
  assert.equal(at(found.find((f) => f.name === 'Cart.constructor')!), 'constructor');
  assert.equal(at(found.find((f) => f.name === 'Cart.later')!), 'later');
});

test('the same positions come from both parsers for the same JavaScript', () => {
  const javascript = compile(FIXTURES.classes!.source, ts.ModuleKind.ESNext);
  const places = (list: { name: string; nameStart: number; nameEnd: number; end: number; kind: string }[]) =>
    list.map(({ name, nameStart, nameEnd, end, kind }) => ({ name, nameStart, nameEnd, end, kind }));
  assert.deepEqual(
    places(outlineEstree(parseJs(javascript, ts.ModuleKind.ESNext))),
    places(outlineTypeScript(javascript, 'x.js')),
  );
});

test('a half-typed file keeps the functions around the fault', () => {
  const names = named(
    outlineTypeScript('function a() { return b( }\nclass C { m() { if ( } n() {} }\nconst d = () => {', 'x.ts'),
  );
  for (const name of ['a', 'C.m', 'd']) assert.ok(names.includes(name), `${name} in ${names}`);
});

test('TSX and an empty text', () => {
  assert.deepEqual(named(outlineTypeScript('export const App = () => <b>{[1].map((n) => <i>{n}</i>)}</b>;', 'x.tsx')), [
    'App',
    'App.?.map#0',
  ]);
  assert.deepEqual(outlineTypeScript('', 'x.ts'), []);
});

test('esbuild’s calls that keep names change no name', () => {
  const javascript = `const a = /* @__PURE__ */ __name((x) => x, "a"); function b() { this.c = __name(() => [1].map(__name(function d() {}, "d")), "c") } __name(b, "b");`;
  assert.deepEqual(named(outlineEstree(parseJs(javascript, ts.ModuleKind.ESNext))), ['a', 'b', 'b.c', 'b.c.d']);
});
