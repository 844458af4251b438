import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  believableP,
  betaBinomialTail,
  logGamma,
  medianInPlace,
  robustScale,
  studentQuantile,
  studentTail,
} from './statistics.js';

const near = (actual: number, expected: number, relative = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);

test('the median of odd, even and no numbers, and of a part of them', () => {
  assert.equal(medianInPlace(Float64Array.of(5, 1, 3)), 3);
  assert.equal(medianInPlace(Float64Array.of(4, 1, 3, 2)), 2.5);
  assert.equal(medianInPlace(Float64Array.of(4, 1, 99), 2), 2.5);
  assert.ok(Number.isNaN(medianInPlace(new Float64Array(0))));
  const many = Float64Array.from({ length: 1_001 }, (_, i) => (i * 7_919) % 1_001);
  assert.equal(medianInPlace(many), 500);
});

test('the scale is not moved by a few that are far off', () => {
  const values = Float64Array.from({ length: 100 }, (_, i) => (i < 95 ? i % 3 : 1e9));
  near(robustScale(values, 100, 1), 1.4826);
});

test('gamma, as tables have it', () => {
  near(Math.exp(logGamma(5)), 24);
  near(Math.exp(logGamma(0.5)), Math.sqrt(Math.PI));
});

test("Student's tail and its inverse, as tables have them", () => {
  near(studentTail(2.228, 10), 0.025, 1e-3);
  near(studentTail(-2.228, 10), 0.975, 1e-3);
  near(studentTail(1.812, 10), 0.05, 1e-3);
  near(studentTail(5, 1e6), 2.867e-7, 1e-3);
  near(studentQuantile(0.025, 10), 2.228, 1e-3);
});

test('the beta-binomial tail against a sum made the long way', () => {
  // Uniform prior: every count from 0 to n is equally likely.
  near(betaBinomialTail(8, 9, 1, 1), 0.2, 1e-6);
  assert.equal(betaBinomialTail(0, 9, 1, 1), 1);
  assert.ok(betaBinomialTail(20, 1_000, 10.5, 99_990.5) < 1e-15);
});

test('believes no more p-values than the share of wrong ones allows', () => {
  assert.equal(believableP([0.001, 0.5, 0.02], 3, 0.05), 0.02);
  assert.equal(believableP([0.001, 0.5, 0.02], 300, 0.05), 0);
  assert.equal(believableP([], 10, 0.05), 0);
});
