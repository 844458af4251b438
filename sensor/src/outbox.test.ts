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

test('many rows go out in several windows, each a frame that the collector takes', () => {
  const outbox = new Outbox();
  outbox.add(window(0, ...Array.from({ length: 12_000 }, (_, id) => row(id, 1))));
  const sizes = [];
  for (let sent = outbox.next(true); sent; sent = outbox.next(false)) {
    sizes.push(sent.rows.length);
    outbox.acknowledged(sent.sequence);
  }
  assert.deepEqual(sizes, [5_000, 5_000, 2_000]);
  assert.ok(outbox.isEmpty);
});

test('a window that the collector refuses three times is given up and counted, and the next one goes', () => {
  const outbox = new Outbox();
  outbox.add(window(0, row(1, 5)));
  outbox.next(true);
  outbox.add(window(10, row(1, 7)));
  const first = outbox.next(true);
  for (let i = 0; i < 2; i++) {
    outbox.refused();
    assert.equal(outbox.next(true), first);
  }
  outbox.refused();
  assert.equal(outbox.dropped, 1);
  assert.equal(outbox.next(false)!.rows[0]!.calls, 7);
});
