import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agoCell, bytesCell, countText, durationCell, perSecondCell, slowdownCell } from './format.js';

test('numbers as people read them, and a dash for none', () => {
  assert.deepEqual([null, 0, 42e6].map(durationCell), ['–', '0 ns', '42 ms']);
  assert.equal(slowdownCell(0.379, '2.4.0'), '▲ 38 % slower since 2.4.0');
});

test('memory, rates of time, and how long ago', () => {
  assert.deepEqual([0, 850, 999.6, 1_500, 89_600_000, 2e12, 5e15].map(bytesCell), [
    '0 B',
    '850 B',
    '1.0 kB',
    '1.5 kB',
    '90 MB',
    '2.0 TB',
    '5,000 TB',
  ]);
  assert.deepEqual([0, 0.75, 3].map(perSecondCell), ['0', '750 µs/s', '3.0 ms/s']);
  assert.deepEqual(
    [1_000, 999, -5_000, 59_999, 300_000, 169_200_000, 259_200_000].map((ms) => agoCell(0, ms)),
    ['1 s ago', 'now', 'now', '59 s ago', '5 min ago', '47 h ago', '3 days ago'],
  );
});

test('one is one, all else is many', () => {
  assert.equal(countText(1, 'function'), '1 function');
  assert.equal(countText(0, 'function'), '0 functions');
  assert.equal(countText(3_200, 'process', 'processes'), '3,200 processes');
});
