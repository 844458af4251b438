import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import { test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { build } from 'esbuild';
import { stats } from '../testing/stats.js';
import { matchFunctions } from './deployed-functions.js';

function matched(source: string, deployed: FunctionStats[]): string[] {
  return matchFunctions(source, outlineTypeScript(source, '/a.ts'), deployed).map(
    ({ outlined, deployed, match }) =>
      `${outlined.name}@${outlined.ordinal} -> ${deployed.name}@${deployed.ordinal} ${match.confidence}`,
  );
}

/** "outlined -> deployed" with ordinals, of the pairs found. */
function pairs(source: string, deployed: [string, number][]): string[] {
  const functions = deployed.map(([name, ordinal]) => stats(name, { ordinal }));
  return matched(source, functions);
}

test('the same name, whatever moved around it', () => {
  const source = 'function added() {}\nfunction b() {}\nfunction a() {}';
  const deployed: [string, number][] = [
    ['a', 0],
    ['b', 0],
    ['removed', 0],
  ];
  assert.deepEqual(pairs(source, deployed), ['b@0 -> b@0 0.998', 'a@0 -> a@0 0.998']);
});

test('of one name as many here as there: by their order', () => {
  const source = 'list.map((a) => a); list.map((b) => b);';
  const both: [string, number][] = [
    ['list.map#0', 1],
    ['list.map#0', 0],
  ];
  assert.deepEqual(pairs(source, both), ['list.map#0@0 -> list.map#0@0 0.998', 'list.map#0@1 -> list.map#0@1 0.998']);
});

test('of one name more here than there, or fewer: none of them', () => {
  assert.deepEqual(pairs('list.map((a) => a); list.map((b) => b);', [['list.map#0', 0]]), []);
  const two: [string, number][] = [
    ['list.map#0', 0],
    ['list.map#0', 1],
  ];
  assert.deepEqual(pairs('list.map((a) => a);', two), []);
});

test('an end of a qualified name is not the name', () => {
  assert.deepEqual(pairs('class Cart { add() {} }', [['add', 0]]), []);
  assert.deepEqual(pairs('function add() {}', [['Cart.add', 0]]), []);
});

test('at the recorded place a name that a compiler makes of the other', () => {
  const at = (source: string, name: string, line: number, column: number) =>
    matched(source, [stats(name, { line, column })]);
  const store = 'class Store {\n  #touch() {}\n}';
  assert.deepEqual(at(store, '_Store_touch', 2, 3), ['Store.#touch@0 -> _Store_touch@0 0.97']);
  assert.deepEqual(at(store.replace('\n', '\r\n'), '_Store_touch', 2, 3), ['Store.#touch@0 -> _Store_touch@0 0.97']);
  assert.deepEqual(at('export default () => {};', 'src_default', 1, 16), ['default@0 -> src_default@0 0.97']);
  assert.deepEqual(at('export default () => {};', 'default_1', 1, 16), ['default@0 -> default_1@0 0.97']);

  assert.deepEqual(at(store, '_Store_touch', 2, 4), [], 'another column');
  assert.deepEqual(at(store, '_Store_touch', 3, 3), [], 'another line');
  assert.deepEqual(at(store, 'total', 2, 3), [], 'the place alone');
  assert.deepEqual(at('function id() {}', 'idle', 1, 10), [], 'two letters in common');
  assert.deepEqual(at('const $ = () => {};', '_', 1, 7), [], 'no letters at all');
});

test('a place that two could have gives none of them a number', () => {
  const source = 'class Store {\n  #touch() {}\n}';
  const two = [stats('_Store_touch', { line: 2, column: 3 }), stats('touch', { line: 2, column: 3 })];
  assert.deepEqual(matched(source, two), []);
});

test('equal names that could not be told apart are not told apart by where they were', () => {
  const source = 'rows.map((added) => added);\nrows.map((a) => a);\nrows.map((b) => b);';
  const before = [1, 2].map((line, ordinal) => stats('rows.map#0', { line, column: 10, ordinal }));
  assert.deepEqual(matched(source, before), []);
});

/** The functions of compiled code as a sensor reports them: named as compiled, placed through the source map. */
function reported(code: string, map: string): FunctionStats[] {
  const sourceMap = new SourceMap(JSON.parse(map));
  const lines = code.split('\n');
  return outlineTypeScript(code, '/a.js').flatMap(({ name, ordinal, nameStart }) => {
    let line = 0;
    let column = nameStart;
    for (; column > (lines[line]?.length ?? 0); line++) column -= (lines[line]?.length ?? 0) + 1;
    const entry = sourceMap.findEntry(line, column);
    if (!('originalLine' in entry)) return [];
    return [stats(name, { ordinal, line: entry.originalLine + 1, column: entry.originalColumn + 1 })];
  });
}

/** A bundle of the text, whose name is a.ts, and its source map. */
async function esbuilt(source: string): Promise<FunctionStats[]> {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'ts', sourcefile: 'a.ts' },
    bundle: true,
    format: 'esm',
    target: 'es2021',
    sourcemap: 'external',
    outfile: 'a.js',
    write: false,
  });
  const [map = '', code = ''] = outputFiles.map(({ text }) => text);
  return reported(code, map);
}

test('what esbuild really makes of private methods and default exports', async () => {
  const source = `export class Store {
  open() { return this.#touch(); }
  #touch() { return [1].map((x) => x); }
  static #reset() {}
}
function helper() { return 1; }
export default async function () { return new Store().open() + helper(); }
`;
  assert.deepEqual(matched(source, await esbuilt(source)), [
    'Store.open@0 -> Store.open@0 0.998',
    'helper@0 -> helper@0 0.998',
    'Store.#touch@0 -> touch_fn@0 0.97',
    'Store.#touch.?.map#0@0 -> touch_fn.?.map#0@0 0.97',
    'Store.#reset@0 -> reset_fn@0 0.97',
    'default@0 -> a_default@0 0.97',
  ]);
  const arrow = '\n  export default (rows: number[]) => rows.map((row) => row);';
  assert.deepEqual(matched(arrow, await esbuilt(arrow)), [
    'default@0 -> a_default@0 0.97',
    'default.rows.map#0@0 -> a_default.rows.map#0@0 0.97',
  ]);
});
