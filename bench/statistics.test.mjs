import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, quantile, summary } from './statistics.mjs';

test('a summary is the median and the quartiles, in any order of the runs', () => {
  assert.deepEqual(summary([5, 1, 4, 2, 3]), { value: 3, low: 2, high: 4, runs: 5 });
  assert.deepEqual(summary([10, 20]), { value: 15, low: 12.5, high: 17.5, runs: 2 });
});

test('what is not a number is no run, and no runs are no summary', () => {
  assert.deepEqual(summary([Number.NaN, 7]), { value: 7, low: 7, high: 7, runs: 1 });
  assert.equal(summary([]), null);
  assert.ok(Number.isNaN(median([])));
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
