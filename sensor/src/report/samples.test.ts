import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsCount, quantileNs } from '@prodlens/protocol';
import { Samples } from './samples.js';

const NONE = { caller: 0, calleesNs: 0 };

/** Calls by function id. */
function folded(samples: Samples, calls: Record<number, number>, withinNs: Record<number, number> = {}) {
  return samples.fold(
    (id) => calls[id] ?? 0,
    (id) => withinNs[id] ?? 0,
  );
}

test('a function that suspends: what was taken is what is there, and stands for its weight', () => {
  const samples = new Samples(() => true);
  for (const ms of [0.001, 0.5, 3, 5, 40]) samples.take({ id: 7, durationNs: ms * 1e6, weight: 2, ...NONE });
  const { durations } = folded(samples, { 7: 999 });
  const { buckets, maxNs, sumNs } = durations.get(7)!;
  assert.equal(bucketsCount(buckets), 10);
  assert.equal(maxNs, 40e6);
  assert.ok(Math.abs(sumNs - 2 * 48.501e6) < 1);
  assert.equal(durations.get(8), undefined);
});

test('sampled: the fast part is scaled to the calls, the slow part counts once each', () => {
  const samples = new Samples(() => false);
  for (let i = 0; i < 100; i++) samples.take({ id: 1, durationNs: 1e6, weight: 16, ...NONE });
  for (let i = 0; i < 10; i++) samples.take({ id: 1, durationNs: 50e6, weight: 16, ...NONE });
  const { buckets, sumNs } = folded(samples, { 1: 2010 }).durations.get(1)!;
  assert.equal(bucketsCount(buckets), 2010);
  assert.ok(Math.abs(sumNs - (2000 * 1e6 + 10 * 50e6)) < 1);
  assert.ok(quantileNs(buckets, 0.99) < 1.1e6);
  assert.ok(quantileNs(buckets, 0.999) > 45e6);
});

test('scaling keeps the shape and the count, whatever the factor', () => {
  for (const calls of [17, 1000, 54_321]) {
    const samples = new Samples(() => false);
    for (let i = 0; i < 300; i++) {
      samples.take({ id: 1, durationNs: 1000 * 1.07 ** (i % 60), weight: 1 + (i % 3), ...NONE });
    }
    assert.equal(bucketsCount(folded(samples, { 1: calls }).durations.get(1)!.buckets), calls);
  }
});

test('edges are scaled as their callee is, and leave the caller its own time', () => {
  const samples = new Samples(() => false);
  samples.take({ id: 1, durationNs: 10e6, weight: 1, ...NONE });
  for (let i = 0; i < 10; i++) samples.take({ id: 2, durationNs: 1e5, weight: 4, caller: 1, calleesNs: 0 });
  for (let i = 0; i < 10; i++) samples.take({ id: 2, durationNs: 1e5, weight: 4, caller: 3, calleesNs: 0 });
  const { durations, edges } = folded(samples, { 1: 1, 2: 80 });
  assert.deepEqual(edges, [
    { caller: 1, callee: 2, calls: 40, sumNs: 4e6 },
    { caller: 3, callee: 2, calls: 40, sumNs: 4e6 },
  ]);
  assert.equal(durations.get(1)!.selfNs, 6e6);
  assert.equal(durations.get(2)!.selfNs, durations.get(2)!.sumNs);
});

test('time in awaited callees comes with the sample, and is not taken off twice', () => {
  const samples = new Samples(() => true);
  samples.take({ id: 2, durationNs: 6e6, weight: 1, caller: 1, calleesNs: 0 });
  samples.take({ id: 2, durationNs: 6e6, weight: 1, caller: 1, calleesNs: 0 });
  samples.take({ id: 1, durationNs: 10e6, weight: 1, caller: 0, calleesNs: 7e6 });
  const { durations, edges } = folded(samples, {});
  assert.equal(durations.get(1)!.selfNs, 3e6);
  assert.deepEqual(edges, [{ caller: 1, callee: 2, calls: 2, sumNs: 12e6 }]);
});

test('what an asynchronous callee did before it first waited is not the caller’s own', () => {
  const samples = new Samples((id) => id === 2);
  samples.take({ id: 1, durationNs: 10e6, weight: 1, ...NONE });
  samples.take({ id: 2, durationNs: 50e6, weight: 1, caller: 1, calleesNs: 0 });
  const { durations } = folded(samples, { 1: 1 }, { 1: 4e6 });
  assert.equal(durations.get(1)!.selfNs, 6e6);
  assert.equal(durations.get(2)!.selfNs, 50e6);
});

test('a window starts empty; edges have a bound', () => {
  const samples = new Samples(() => false);
  for (let i = 0; i < 20_010; i++) samples.take({ id: 1, durationNs: 1000, weight: 1, caller: i + 2, calleesNs: 0 });
  assert.equal(folded(samples, { 1: 20_010 }).edges.length, 20_000);
  assert.equal(samples.droppedEdges, 10);
  assert.equal(folded(samples, { 1: 5 }).durations.size, 0);
});
