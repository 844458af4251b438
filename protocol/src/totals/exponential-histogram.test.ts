import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bucketIndex,
  bucketLowerBoundNs,
  bucketsCount,
  MAXIMUM_BUCKET_INDEX,
  MINIMUM_BUCKET_INDEX,
  mergeBuckets,
  quantileNs,
  type SparseBuckets,
} from './exponential-histogram.js';

const BASE = 2 ** (1 / 8);
const GUARANTEE = (BASE - 1) / (BASE + 1);

function histogram(values: number[]): SparseBuckets {
  return values.map((v): SparseBuckets => [bucketIndex(v), 1]).reduce(mergeBuckets, []);
}

/** Reproducible pseudo-random numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('a value lies in its bucket: above the lower bound, not above the upper', () => {
  const next = random(1);
  for (let i = 0; i < 10_000; i++) {
    const value = 1 + 2 ** (next() * 50);
    const index = bucketIndex(value);
    assert.ok(bucketLowerBoundNs(index) * (1 - 1e-12) < value, `${value} in ${index}`);
    assert.ok(value <= bucketLowerBoundNs(index + 1) * (1 + 1e-12), `${value} in ${index}`);
  }
});

test('a bound belongs to the bucket below it', () => {
  for (const power of [1, 10, 20, 40]) assert.equal(bucketIndex(2 ** power), power * 8 - 1);
});

test('what is no duration, or beyond the range, goes to the ends', () => {
  for (const value of [Number.NaN, -5, 0, 0.5, 1]) assert.equal(bucketIndex(value), MINIMUM_BUCKET_INDEX);
  for (const value of [2 ** 60, Number.POSITIVE_INFINITY]) assert.equal(bucketIndex(value), MAXIMUM_BUCKET_INDEX);
});

test('quantiles keep the guarantee: relative error of at most (base - 1) / (base + 1)', () => {
  const next = random(7);
  for (const size of [1, 2, 10, 999, 5_000]) {
    const values = Array.from({ length: size }, () => Math.exp(next() * 18) + 1);
    const buckets = histogram(values);
    values.sort((a, b) => a - b);
    for (const q of [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1]) {
      const exact = values[Math.max(1, Math.ceil(q * size)) - 1]!;
      const error = Math.abs(quantileNs(buckets, q) - exact) / exact;
      assert.ok(error <= GUARANTEE + 1e-9, `n = ${size}, q = ${q}: ${error}`);
    }
  }
});

test('without a value there is no quantile', () => {
  assert.ok(Number.isNaN(quantileNs([], 0.5)));
});

test('merging is adding: in any order and grouping, with nothing changed in place', () => {
  const [a, b, c] = [histogram([5, 5, 90]), histogram([90, 1e6]), histogram([2, 5e9])];
  const frozen = [a, b, c].map((x) => Object.freeze([...x]) as SparseBuckets);
  const all = mergeBuckets(mergeBuckets(frozen[0]!, frozen[1]!), frozen[2]!);
  assert.deepEqual(all, mergeBuckets(frozen[2]!, mergeBuckets(frozen[1]!, frozen[0]!)));
  assert.deepEqual(all, histogram([5, 5, 90, 90, 1e6, 2, 5e9]));
  assert.equal(bucketsCount(all), 7);
  assert.deepEqual(mergeBuckets(a, []), a);
});
