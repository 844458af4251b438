import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocateIds, CAPACITY, callsOf, createCounters, defineFunction, FLAG, TIER_CAPACITY } from './counters.js';

test('ids start at 1 and follow each other; packages find no room first, the service’s own functions last', () => {
  const counters = createCounters();
  assert.equal(allocateIds(counters, 3, 'own'), 1);
  assert.equal(allocateIds(counters, TIER_CAPACITY.transitive, 'transitive'), null);
  assert.equal(allocateIds(counters, TIER_CAPACITY.transitive - 4, 'transitive'), 4);
  assert.equal(allocateIds(counters, 1, 'transitive'), null);
  assert.equal(
    allocateIds(counters, TIER_CAPACITY.direct - TIER_CAPACITY.transitive, 'direct'),
    TIER_CAPACITY.transitive,
  );
  assert.equal(allocateIds(counters, 1, 'direct'), null);
  assert.equal(allocateIds(counters, CAPACITY - TIER_CAPACITY.direct, 'own'), TIER_CAPACITY.direct);
  assert.equal(allocateIds(counters, 1, 'own'), null);
});

test('calls are what was granted and is not left, of sampled functions and of others', () => {
  const counters = createCounters();
  defineFunction(counters, 7, FLAG.sampled);
  defineFunction(counters, 8, 0);
  assert.deepEqual([callsOf(counters, 7), callsOf(counters, 8)], [0, 0]);
  counters.left[7]!--;
  for (let i = 0; i < 5; i++) counters.left[8]!--;
  assert.deepEqual([callsOf(counters, 7), callsOf(counters, 8)], [1, 5]);
});

test('a function that is defined again, because its module is loaded again, keeps its calls', () => {
  const counters = createCounters();
  defineFunction(counters, 7, FLAG.sampled);
  counters.left[7]!--;
  defineFunction(counters, 7, FLAG.sampled);
  assert.equal(callsOf(counters, 7), 1);
});
