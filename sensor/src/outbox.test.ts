import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionWindow } from '@prodlens/protocol';
import { Outbox } from './outbox.js';

const row = (id: number, calls: number): FunctionWindow => ({
  id,
  calls,
  errors: 1,
  sumNs: calls * 10,
  maxNs: calls,
  buckets: [calls, 1],
});
const window = (startMs: number, ...rows: FunctionWindow[]) => ({ startMs, endMs: startMs + 10, rows });

test('windows that wait merge into one: sums add, nothing is lost', () => {
  const outbox = new Outbox();
  outbox.add(window(0, row(1, 5), row(2, 1)));
  outbox.add(window(10, row(1, 7)));
  const sent = outbox.next(true)!;
  assert.deepEqual([sent.sequence, sent.startMs, sent.endMs], [1, 0, 20]);
  assert.deepEqual(sent.rows, [
    { id: 1, calls: 12, errors: 2, sumNs: 120, maxNs: 7, buckets: [5, 1, 7, 1] },
    row(2, 1),
  ]);
  assert.equal(outbox.merged, 1);
});

test('a window that was sent stays as it was until it is acknowledged', () => {
  const outbox = new Outbox();
  outbox.add(window(0, row(1, 5)));
  const first = outbox.next(true)!;
  outbox.add(window(10, row(1, 7)));
  assert.equal(outbox.next(false), null);
  assert.equal(outbox.next(true), first);
  outbox.acknowledged(1);
  const second = outbox.next(false)!;
  assert.deepEqual([second.sequence, second.rows[0]!.calls], [2, 7]);
  outbox.acknowledged(1);
  assert.ok(!outbox.isEmpty);
  outbox.acknowledged(2);
  assert.ok(outbox.isEmpty);
});
