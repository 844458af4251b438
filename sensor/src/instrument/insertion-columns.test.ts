import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { encodeInsertions, originalColumn } from './insertion-columns.js';
import type { Insertion as Placed } from './insertions.js';

type Insertion = Pick<Placed, 'at' | 'text'>;

/** Every character of `source` in the text with the insertions, and every inserted one, against its own place. */
function checkEveryCharacter(source: string, insertions: Insertion[]): void {
  const starts = lineStartsOf(source);
  const table = encodeInsertions(insertions, starts);
  let line = 0;
  let column = 0;
  const expect = (at: number, of: string) => {
    const lineOfSource = lineAt(starts, at);
    if (lineOfSource !== line) [line, column] = [lineOfSource, 0];
    const where = `${of} at ${line}:${column} of ${JSON.stringify(source)}`;
    assert.equal(originalColumn(table, line, column), at - starts[line]!, where);
    column++;
  };
  for (let at = 0, next = 0; at <= source.length; at++) {
    for (; insertions[next]?.at === at; next++) for (const _ of insertions[next]!.text) expect(at, 'inserted');
    expect(at, 'source');
  }
}

test('every column maps to itself, and inserted ones to the place of the insertion', () => {
  checkEveryCharacter('abc', []);
  checkEveryCharacter('abc', [{ at: 0, text: 'XY' }]);
  checkEveryCharacter('abc\ndef\r\nghi\u2028jkl\r\rm', [
    { at: 1, text: 'XYZ' },
    { at: 3, text: 'X' },
    { at: 4, text: 'XX' },
    { at: 4, text: 'Y' },
    { at: 6, text: 'Y' },
    { at: 10, text: 'XYX' },
    { at: 15, text: 'YY' },
    { at: 18, text: 'Y' },
  ]);
});

test('numbers of more than one and two digits', () => {
  const source = `${'a'.repeat(300)}\n${'\n'.repeat(20_000)}${'b'.repeat(500)}`;
  const at = source.indexOf('b');
  checkEveryCharacter(source.slice(0, 301), [{ at: 299, text: 'X'.repeat(200) }]);
  const table = encodeInsertions(
    [
      { at: 7, text: 'X' },
      { at: at + 400, text: 'X'.repeat(130) },
    ],
    lineStartsOf(source),
  );
  for (let column = 0; column < 1000; column++) originalColumn(table, 20_001, column);
  assert.equal(originalColumn(table, 20_001, 399), 399);
  assert.equal(originalColumn(table, 20_001, 400), 400);
  assert.equal(originalColumn(table, 20_001, 529), 400);
  assert.equal(originalColumn(table, 20_001, 530), 400);
  assert.equal(originalColumn(table, 20_001, 531), 401);
  assert.equal(originalColumn(table, 19_999, 3), 3);
});

test('many insertions at random', () => {
  let seed = 12345;
  const below = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  for (let round = 0; round < 50; round++) {
    const source = Array.from({ length: 200 }, () => (below(9) === 0 ? '\n' : 'a')).join('');
    const places = Array.from({ length: 40 }, () => below(source.length)).sort((a, b) => a - b);
    checkEveryCharacter(
      source,
      places.map((at) => ({ at, text: 'X'.repeat(1 + below(30)) })),
    );
  }
});

test('four bytes an insertion where lines are as usual', () => {
  const source = 'function f() {\n  return 1;\n}\n'.repeat(1000);
  const insertions = Array.from(source.matchAll(/\{|\}/g), ({ index }) => ({ at: index, text: 'X'.repeat(100) }));
  assert.ok(encodeInsertions(insertions, lineStartsOf(source)).length <= 4 * insertions.length);
});
