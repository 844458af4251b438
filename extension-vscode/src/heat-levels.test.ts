import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatLevels } from './heat-levels.js';

test('the hottest functions are in the last level, each level a quarter of the next', () => {
  const functions = [
    { line: 1, totalNs: 1_000 },
    { line: 5, totalNs: 251 },
    { line: 9, totalNs: 250 },
    { line: 13, totalNs: 60 },
    { line: 17, totalNs: 15 },
    { line: 21, totalNs: 3 },
    { line: 25, totalNs: 0 },
  ];
  assert.deepEqual(heatLevels(functions, 4), [[17], [13], [9], [1, 5]]);
});

test('without time there is no heat', () => {
  assert.deepEqual(heatLevels([{ line: 1, totalNs: 0 }], 2), [[], []]);
  assert.deepEqual(heatLevels([], 2), [[], []]);
});
