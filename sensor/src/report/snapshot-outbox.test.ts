import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { SnapshotOutbox } from './snapshot-outbox.js';

const waiting = (id: number) => ({ snapshot: fakeSnapshot({ id: String(id) }), madeMs: id });
const filled = (count: number) => {
  const outbox = new SnapshotOutbox();
  for (let id = 1; id <= count; id++) outbox.add(waiting(id));
  return outbox;
};
const ids = (next: ReturnType<SnapshotOutbox['next']>) => next.map(({ snapshot }) => Number(snapshot.id));

test('goes in order, five at once, each until it is answered, once a connection', () => {
  const outbox = filled(7);
  assert.deepEqual(ids(outbox.next(true)), [1, 2, 3, 4, 5]);
  assert.deepEqual(ids(outbox.next(false)), []);
  outbox.acknowledged('2', null);
  assert.deepEqual(ids(outbox.next(false)), [6]);
  assert.deepEqual(ids(outbox.next(true)), [1, 3, 4, 5, 6], 'a new connection: what was not answered again');
  for (const id of [1, 3, 4, 5, 6]) outbox.acknowledged(String(id), null);
  assert.deepEqual(ids(outbox.next(false)), [7]);
  assert.equal(outbox.isEmpty, false);
  outbox.acknowledged('7', null);
  assert.equal(outbox.isEmpty, true);
  assert.deepEqual([outbox.dropped, outbox.refused], [0, 0]);
});

test('has room for fifty: the first ones stay, the rest is counted', () => {
  const outbox = filled(53);
  assert.equal(outbox.dropped, 3);
  const seen: number[] = [];
  for (let next = outbox.next(true); next.length > 0; next = outbox.next(false)) {
    seen.push(...ids(next));
    for (const { snapshot } of next) outbox.acknowledged(snapshot.id, null);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

test('one that the collector refuses is not sent again, and says why; an answer to none counts for nothing', () => {
  const outbox = filled(1);
  outbox.next(true);
  outbox.acknowledged('1', 'holds a token');
  outbox.acknowledged('1', 'again');
  assert.deepEqual([outbox.refused, outbox.refusal, outbox.isEmpty], [1, 'holds a token', true]);
});

test('a collector that ends the session twice over snapshots gets no more of those', () => {
  const outbox = filled(6);
  outbox.sessionRefused();
  outbox.next(true);
  outbox.sessionRefused();
  assert.deepEqual(ids(outbox.next(true)), [1, 2, 3, 4, 5]);
  outbox.sessionRefused();
  assert.equal(outbox.dropped, 5);
  assert.deepEqual(ids(outbox.next(true)), [6]);
});
