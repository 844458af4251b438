import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketIndex, type EndpointTotals } from '@prodlens/protocol';
import type { ScopeSeries } from './scope-series.js';
import { slowEndpointNs, slowThresholds } from './slow-thresholds.js';

const MS = 1e6;

/** So many requests at each duration. */
function endpoint(...durations: [ms: number, requests: number][]): EndpointTotals {
  const calls = durations.reduce((sum, [, requests]) => sum + requests, 0);
  const maxNs = Math.max(...durations.map(([ms]) => ms)) * MS;
  const buckets = durations.flatMap(([ms, requests]) => [bucketIndex(ms * MS), requests]);
  return { calls, errors: 0, sumNs: 0, maxNs, buckets, databaseNs: 0, outboundNs: 0 };
}

test('an endpoint is slow from twice what 99 of 100 requests stay below, within the error of the histogram', () => {
  const usual = slowEndpointNs(endpoint([5, 1_000], [400, 5]))!;
  assert.ok(Math.abs(usual / MS / 10 - 1) < 0.05, `${usual}`);
  const slowish = slowEndpointNs(endpoint([5, 1_000], [400, 50]))!;
  assert.ok(Math.abs(slowish / MS / 800 - 1) < 0.05, `${slowish}`);
});

test('without a baseline there is no threshold, and what takes less than a millisecond is never slow', () => {
  assert.equal(slowEndpointNs(endpoint([5, 499])), null);
  assert.equal(slowEndpointNs(endpoint([0.1, 1_000])), MS);
});

test('functions: twice what 999 of 1,000 calls stay below, those with most calls first', () => {
  const tail = (calls: number) => {
    const counts = new Float32Array(64);
    counts[8] = calls - 1;
    counts[16] = 1;
    return { counts, first: 160 };
  };
  const tails = new Map([tail(1_999), tail(5_000), tail(9_000)].map((one, index) => [index, one]));
  const found = slowThresholds({ tails, ids: [7, 8, 9] } as unknown as ScopeSeries);
  assert.deepEqual(found, [
    [9, Math.round(2 * 2 ** (169 / 8))],
    [8, Math.round(2 * 2 ** (169 / 8))],
  ]);
});
