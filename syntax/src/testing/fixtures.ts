// Source texts that hold every way in which a function gets its name, and what a compiler makes of them: what both
// parsers are held to.

import { parse } from 'meriyah';
import ts from 'typescript';
import type { EstreeNode } from '../estree.js';

export const FIXTURES: Record<string, { source: string; names: string[] }> = {
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

/** As tsc emits it for ES2022. */
export function compile(source: string, module: ts.ModuleKind): string {
  return ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } }).outputText;
}

/** By the parser that the sensor uses. */
export function parseJs(text: string, module: ts.ModuleKind): EstreeNode {
  const sourceType = module === ts.ModuleKind.CommonJS ? 'commonjs' : 'module';
  return parse(text, { sourceType, next: true, ranges: true, webcompat: true }) as unknown as EstreeNode;
}
