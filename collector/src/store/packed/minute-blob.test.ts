import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAXIMUM_BUCKET_INDEX, MINIMUM_BUCKET_INDEX } from '@prodlens/protocol';
import type { FunctionSums } from '../minute-fold.js';
import { decodeMinute, encodeMinute } from './minute-blob.js';

const HUGE = Number.MAX_SAFE_INTEGER;

const cases: Record<string, FunctionSums> = {
  'no function': new Map(),
  'only calls': new Map([[7, { calls: 3, errors: 0, sumNs: 0, maxNs: 0, selfNs: 5, cpuNs: 0, buckets: [] }]]),
  'every size of number': new Map([
    [
      1,
      {
        calls: 127,
        errors: 128,
        sumNs: 16_383,
        maxNs: 16_384,
        selfNs: 5,
        cpuNs: 0,
        buckets: [MINIMUM_BUCKET_INDEX, 1],
      },
    ],
    [
      2,
      {
        calls: 2 ** 31,
        errors: 2 ** 32,
        sumNs: 2 ** 45,
        maxNs: 2 ** 52,
        selfNs: 2 ** 14,
        cpuNs: 2 ** 21,
        buckets: [0, 127, 1, 128],
      },
    ],
    [
      HUGE,
      {
        calls: HUGE,
        errors: HUGE,
        sumNs: HUGE,
        maxNs: HUGE,
        selfNs: 5,
        cpuNs: 0,
        buckets: [-1, 1, MAXIMUM_BUCKET_INDEX, HUGE],
      },
    ],
  ]),
};

for (const [name, functions] of Object.entries(cases)) {
  test(`comes back as it was: ${name}`, () => assert.deepEqual(decodeMinute(encodeMinute(functions)), functions));
}

test('functions come back ascending by id, whatever the order they were added in', () => {
  const one = { calls: 1, errors: 0, sumNs: 0, maxNs: 0, selfNs: 5, cpuNs: 0, buckets: [] };
  assert.deepEqual(
    [
      ...decodeMinute(
        encodeMinute(
          new Map([
            [9, one],
            [2, one],
          ]),
        ),
      ).keys(),
    ],
    [2, 9],
  );
});

test('numbers beyond 2^53 - 1 saturate', () => {
  const blob = encodeMinute(
    new Map([
      [
        1,
        {
          calls: HUGE + HUGE,
          errors: 0,
          sumNs: Number.POSITIVE_INFINITY,
          maxNs: 1e300,
          selfNs: 5,
          cpuNs: 0,
          buckets: [],
        },
      ],
    ]),
  );
  assert.deepEqual(decodeMinute(blob).get(1), {
    calls: HUGE,
    errors: 0,
    sumNs: HUGE,
    maxNs: HUGE,
    selfNs: 5,
    cpuNs: 0,
    buckets: [],
  });
});

test('a blob of another version, or cut short anywhere, is refused', () => {
  const blob = encodeMinute(cases['every size of number']!);
  assert.throws(() => decodeMinute(Uint8Array.of(3, 0)), /version 3/);
  for (let length = 0; length < blob.length; length++) assert.throws(() => decodeMinute(blob.subarray(0, length)));
});

test('a blob of version 1, which had no self time and no processor time, reads as none', () => {
  // One function: id 7, 3 calls, 1 error, 300 ns in all, at most 200, one bucket.
  const blob = Uint8Array.of(1, 1, 7, 3, 1, 0xac, 0x02, 0xc8, 0x01, 1, 60, 2);
  const totals = { calls: 3, errors: 1, sumNs: 300, maxNs: 200, selfNs: 0, cpuNs: 0, buckets: [58, 2] };
  assert.deepEqual(decodeMinute(blob), new Map([[7, totals]]));
});
