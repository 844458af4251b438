import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL, createCounters } from './counters.js';
import { createSampleRing, readRing, ringWriter, type Sample } from './sample-ring.js';

test('samples come out as they went in, once each, also after the ring has gone round', () => {
  const counters = createCounters();
  const ring = createSampleRing();
  const write = ringWriter(ring, counters);
  let sum = 0;
  let count = 0;
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 20_000; i++) write(i, round + i, 2, 3, 4, 5);
    readRing(ring, ({ id, durationNs, weight, caller, calleesNs, flow }: Sample) => {
      assert.deepEqual([durationNs - id, weight, caller, calleesNs, flow], [round, 2, 3, 4, 5]);
      sum += durationNs;
      count++;
    });
  }
  assert.equal(count, 100_000);
  assert.equal(sum, 5 * ((19_999 * 20_000) / 2) + 20_000 * (1 + 2 + 3 + 4));
  assert.equal(counters.control[CONTROL.droppedSamples], 0);
});

test('where nobody reads, new samples are dropped and counted, and those inside stay whole', () => {
  const counters = createCounters();
  const ring = createSampleRing();
  const write = ringWriter(ring, counters);
  for (let i = 0; i < 40_000; i++) write(i, 1, 1, 0, 0, 0);
  const ids: number[] = [];
  const count = readRing(ring, ({ id }) => ids.push(id));
  assert.equal(count + counters.control[CONTROL.droppedSamples]!, 40_000);
  assert.ok(ids.every((id, i) => id === i));
  write(77, 1, 1, 0, 0, 0);
  assert.equal(
    readRing(ring, ({ id }) => assert.equal(id, 77)),
    1,
  );
});
