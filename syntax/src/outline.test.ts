// One fixture suite through both parsers: what the language server finds in the TypeScript is what the sensor
// finds in the JavaScript that the compiler makes of it, by the same names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'meriyah';
import ts from 'typescript';
import { type EstreeNode, outlineEstree } from './estree.js';
import { outlineTypeScript } from './typescript.js';

const FIXTURES: Record<string, { source: string; names: string[] }> = {
  'declarations, expressions and arrows': {
    source: `
      export function a(x: number): number { return x; }
      export const b = (y: string) => y;
      const c = function () { return 1; };
      const d = function named() { return 1; };
      export async function e() {} function* f() { yield 1; }
      let g: () => void; g = () => {};
      void [c, d, f, g];`,
    names: ['a', 'b', 'c', 'named', 'e', 'f', 'g'],
  },
  classes: {
    source: `
      export class Cart<T> {
        #total = 0; static limit = 3;
        handle = (x: T) => x;
        constructor(private readonly items: T[]) { this.later = () => 1; }
        later: () => number;
        add(item: T): void; add(item: T, n?: number): void { void n; this.items.push(item); }
        get total() { return this.#total; } set total(v: number) { this.#total = v; }
        static of() { return new Cart([]); } #hidden() {} async *[Symbol.asyncIterator]() { this.#hidden(); }
        'quoted-name'() {}
      }
      const Anonymous = class { run() {} };
      void Anonymous;`,
    names: [
      'Cart.handle',
      'Cart.constructor',
      'Cart.later',
      'Cart.add',
      'Cart.get total',
      'Cart.set total',
      'Cart.of',
      'Cart.#hidden',
      'Cart.[Symbol.asyncIterator]',
      'Cart.quoted-name',
      'Anonymous.run',
    ],
  },
  'callbacks are named by the call that takes them': {
    source: `
      import { Router } from 'express';
      export function routes(app: any) {
        app.get('/orders', async (req: any, res: any) => res.json(await load(req)));
        app.get('/orders/:id', (req: any) => req, function (err: any) { return err; });
        app.route(\`/x\`).post(() => {});
        [1].map((n) => n * 2); [1].map((n) => n * 3);
        Router((() => {}) as any);
        new Promise<void>((resolve) => { setTimeout(() => resolve(), 1); });
      }
      declare function load(x: unknown): Promise<unknown>;`,
    names: [
      'routes',
      "routes.app.get'/orders'#1",
      "routes.app.get'/orders/:id'#1",
      "routes.app.get'/orders/:id'#2",
      'routes.app.route().post#0',
      'routes.?.map#0',
      'routes.?.map#0+1',
      'routes.Router#0',
      'routes.Promise#0',
      'routes.Promise#0.setTimeout#0',
    ],
  },
  'objects, returns, defaults and calls on the spot': {
    source: `
      export const api = { list() {}, nested: { one: () => 1 }, get size() { return 1; } };
      export function store() { return { read() { return () => 2; } }; }
      (function () { void 0; function inside() {} inside(); })();
      export const pick = (flag: boolean) => (flag ? () => 1 : null);
      export function withDefault(f = () => 1) { return f; }
      export default () => 1;`,
    names: [
      'api.list',
      'api.nested.one',
      'api.get size',
      'store',
      'store.read',
      'store.read.(return)',
      '(iife)',
      'inside',
      'pick',
      'pick.(return)',
      'withDefault',
      'withDefault.f',
      'default',
    ],
  },
};

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

function compile(source: string, module: ts.ModuleKind): string {
  return ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } }).outputText;
}

function parseJs(text: string, module: ts.ModuleKind): EstreeNode {
  const sourceType = module === ts.ModuleKind.CommonJS ? 'commonjs' : 'module';
  return parse(text, { sourceType, next: true, ranges: true, webcompat: true }) as unknown as EstreeNode;
}
