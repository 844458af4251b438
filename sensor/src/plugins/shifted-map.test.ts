import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import { instrumentModule } from './instrument-module.js';
import { readOptions } from './options.js';

const SETTINGS = readOptions({ root: '/service' }, '/service');

/** 0-based line and column of a text in another. */
function placeOf(text: string, within: string): [line: number, column: number] {
  const before = within.slice(0, within.indexOf(text)).split('\n');
  return [before.length - 1, before.at(-1)!.length];
}

const SOURCE = `type A = string;
export function first(a: A): string { return a.concat('b', other(a)); } const behind = first;
function other(a: A): string {
  if (a) return (behind as typeof first) ? 'c' : 'd';
  return 'e';
}
`;
const MARKS = ["concat('b'", "'b'", 'other(a)', 'behind = first', "'d'", "'e'"];

test('what was inserted moves every token of a line, not only the first', () => {
  const code = SOURCE.replace('type A = string;', '')
    .replaceAll(': A', '')
    .replaceAll(': string', '')
    .replace(' as typeof first', '');
  const { code: instrumented, map } = instrumentModule({ path: '/service/a.js', code, map: null }, SETTINGS)!;
  const read = new SourceMap(map as never);
  for (const mark of MARKS) {
    const found = read.findEntry(...placeOf(mark, instrumented)) as { originalLine: number; originalColumn: number };
    assert.deepEqual([found.originalLine, found.originalColumn], placeOf(mark, code), mark);
  }
});

test('and those of a text that was compiled lead to its original', () => {
  const compiled = transformSync(SOURCE, { loader: 'ts', sourcemap: true, sourcefile: 'a.ts' });
  const module = { path: '/service/a.ts', code: compiled.code, map: JSON.parse(compiled.map) };
  const { code: instrumented, map } = instrumentModule(module, SETTINGS)!;
  const read = new SourceMap(map as never);
  for (const mark of ['concat', 'other(a)', 'behind', '"d"', '"e"']) {
    const found = read.findEntry(...placeOf(mark, instrumented)) as { originalLine: number; originalColumn: number };
    const original = placeOf(mark.replaceAll('"', "'"), SOURCE);
    assert.deepEqual([found.originalLine, found.originalColumn], original, mark);
  }
});
