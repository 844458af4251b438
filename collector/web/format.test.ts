import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationCell, errorsCell, slowdownCell } from './format.js';

test('numbers as people read them, and a dash for none', () => {
  assert.deepEqual([null, 0, 42e6].map(durationCell), ['–', '0 ns', '42 ms']);
  assert.deepEqual(
    [errorsCell(0, 0), errorsCell(3, 0.003), errorsCell(3, null), errorsCell(4_200, 1)],
    ['0', '3 (0.3 %)', '3', '4,200 (100 %)'],
  );
  assert.equal(slowdownCell(0.379, '2.4.0'), '▲ 38 % slower since 2.4.0');
});
