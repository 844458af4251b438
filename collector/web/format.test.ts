import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, formatErrors, formatRate, formatSlowdown } from './format.js';

test('numbers as people read them', () => {
  const durations = [null, 0, 12, 850_000, 42e6, 1.25e9, 90e9, 210e9, 9_000e9];
  assert.deepEqual(durations.map(formatDuration), [
    ...['–', '0 ns', '12 ns', '850 µs', '42 ms', '1.25 s', '90 s', '3.5 min', '2.5 h'],
  ]);
  assert.deepEqual([null, 0, 0.25, 60, 1_234].map(formatRate), ['–', '0', '0.25', '60', '1.23k']);
  assert.deepEqual(
    [formatErrors(0, 0), formatErrors(3, 0.003), formatErrors(3, null), formatErrors(4_200, 1)],
    ['0', '3 (0.3 %)', '3', '4.2k (100 %)'],
  );
  assert.equal(formatSlowdown(0.379, '2.4.0'), '▲ 38 % slower since 2.4.0');
});
