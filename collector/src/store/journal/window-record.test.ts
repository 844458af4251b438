import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACTS, PROCESS } from '../../testing/fake-sensor.js';
import type { InstanceWindow } from '../store.js';
import { decodeWindow, encodeWindow } from './window-record.js';

const HUGE = Number.MAX_SAFE_INTEGER;
const totals = {
  calls: 3,
  errors: 0,
  sumNs: 2 ** 40,
  maxNs: 2 ** 31,
  selfNs: 127,
  cpuNs: 128,
  buckets: [-1, 1, 200, HUGE],
};
const window: InstanceWindow = {
  instance: 'ïnstance',
  deploymentId: 7,
  sequence: 9,
  startUnixMs: 1_000,
  endUnixMs: 11_000,
  receivedUnixMs: 12_000,
  rows: [
    { functionId: 1, fileId: HUGE, totals },
    { functionId: 2 ** 32, fileId: 2, totals: { ...totals, buckets: [] } },
  ],
  edges: [{ callerId: 1, calleeId: 2, calls: 2 ** 33, sumNs: 0 }],
  facts: { ...FACTS, skipped: { 'too "large"': 3 } },
  process: PROCESS,
};

test('a window comes back as it was, with or without numbers, and with what is new in it', () => {
  for (const one of [window, { ...window, rows: [], edges: [] }, { ...window, more: [{ id: 1 }] }]) {
    assert.deepEqual(decodeWindow(encodeWindow(one)), one);
  }
});

test('a record that is cut short anywhere is refused', () => {
  const record = encodeWindow(window);
  for (let length = 0; length < record.length; length++) assert.throws(() => decodeWindow(record.subarray(0, length)));
});
