import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Mark, nextMark } from './marks.js';

const mark = (column: number, row: number): Mark => ({ column, row, x: 0, y: 0, width: 1, height: 1, text: '' });
/** Two rows; the second has a gap in the middle. */
const MARKS = [mark(0, 0), mark(1, 0), mark(2, 0), mark(0, 1), mark(2, 1)];

test('arrows go over marks as over cells: gaps are jumped, edges hold', () => {
  assert.equal(nextMark(MARKS, -1, 'ArrowRight'), 0);
  assert.equal(nextMark(MARKS, -1, 'ArrowLeft'), 4);
  assert.equal(nextMark(MARKS, 0, 'ArrowRight'), 1);
  assert.equal(nextMark(MARKS, 3, 'ArrowRight'), 4);
  assert.equal(nextMark(MARKS, 1, 'ArrowDown'), 3);
  assert.equal(nextMark(MARKS, 4, 'ArrowUp'), 2);
  assert.equal(nextMark(MARKS, 2, 'ArrowRight'), 2);
  assert.equal(nextMark(MARKS, 2, 'Home'), 0);
  assert.equal(nextMark(MARKS, 0, 'End'), 4);
});

test('other keys, and a chart without marks, move nothing', () => {
  assert.equal(nextMark(MARKS, 0, 'a'), null);
  assert.equal(nextMark([], -1, 'ArrowRight'), null);
});
