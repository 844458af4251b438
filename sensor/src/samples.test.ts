import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsCount, quantileNs } from '@prodlens/protocol';
import { Samples } from './samples.js';

test('unscaled: what was taken is what is there', () => {
  const samples = new Samples();
  for (const ms of [0.001, 0.5, 3, 5, 40]) samples.take(7, ms * 1e6, 1);
  const durations = samples.durations(7, null)!;
  assert.equal(bucketsCount(durations.buckets), 5);
  assert.equal(durations.maxNs, 40e6);
  assert.ok(Math.abs(durations.sumNs - 48.501e6) < 1);
  assert.equal(samples.durations(8, null), null);
});

test('sampled: the fast part is scaled to the calls, the slow part counts once each', () => {
  const samples = new Samples();
  for (let i = 0; i < 100; i++) samples.take(1, 1e6, 16);
  for (let i = 0; i < 10; i++) samples.take(1, 50e6, 1);
  const { buckets, sumNs } = samples.durations(1, 2010)!;
  assert.equal(bucketsCount(buckets), 2010);
  assert.ok(Math.abs(sumNs - (2000 * 1e6 + 10 * 50e6)) < 1);
  assert.ok(quantileNs(buckets, 0.99) < 1.1e6);
  assert.ok(quantileNs(buckets, 0.999) > 45e6);
});

test('scaling keeps the shape and the count, whatever the factor', () => {
  for (const calls of [17, 1000, 54_321]) {
    const samples = new Samples();
    for (let i = 0; i < 300; i++) samples.take(1, 1000 * 1.07 ** (i % 60), 1 + (i % 3));
    assert.equal(bucketsCount(samples.durations(1, calls)!.buckets), calls);
  }
});

test('more durations than the log holds; a new window is empty', () => {
  const samples = new Samples();
  for (let i = 0; i < 20_000; i++) samples.take(i % 3, 1000, 1);
  const count = (id: number) => bucketsCount(samples.durations(id, null)!.buckets);
  assert.deepEqual([...samples.ids()].sort(), [0, 1, 2]);
  assert.equal(count(0) + count(1) + count(2), 20_000);
  samples.clear();
  assert.deepEqual([...samples.ids()], []);
});
