import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedLines } from './changed-lines.js';

const lines = (...all: string[]) => all.join('\n');

test('lines that went and came, with two around them and the rest left out', () => {
  const before = lines('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
  const after = lines('a', 'b', 'c', 'd', 'E', 'f', 'g', 'h', 'i', 'j', 'k');
  assert.equal(
    changedLines(before, after),
    lines('```diff', ' c', ' d', '-e', '+E', ' f', ' g', ' …', ' i', ' j', '+k', '```'),
  );
});

test('what moved within is found by what stayed in order', () => {
  assert.equal(
    changedLines(lines('x', 'one', 'two', 'y'), lines('x', 'two', 'one', 'y')),
    lines('```diff', ' x', '-one', ' two', '+one', ' y', '```'),
  );
});

test('nothing where no line is another, also with other line ends', () => {
  assert.equal(changedLines('a\r\nb', 'a\nb'), null);
});

test('a text cannot break out of its block, and a long one is not compared line by line', () => {
  assert.equal(changedLines('```', '``'), lines('````diff', '-```', '+``', '````'));
  const long = (mark: string) => Array.from({ length: 500 }, (_, i) => `${mark}${i % 2 ? '' : i}`).join('\n');
  assert.equal(changedLines(`${long('a')}\nz`, `${long('b')}\nz`)?.split('\n').length, 1_003);
});
