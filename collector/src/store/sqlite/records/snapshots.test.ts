import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SnapshotSummary } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { temporaryFolder } from '../../../testing/test-collector.js';
import { SNAPSHOT_RETENTION_MS } from '../../retention.js';
import { openDatabase } from '../open-database.js';
import { prepareSchema } from '../schema.js';
import { createSnapshots } from './snapshots.js';

function table(t: TestContext, mostBytes?: number) {
  const db = openDatabase(temporaryFolder(t));
  t.after(() => db.close());
  prepareSchema(db);
  return createSnapshots(db, mostBytes);
}

function stored(id: string, takenUnixMs: number) {
  const summary = { id, takenUnixMs, service: 's', environment: 'e', functionId: null, errorType: null };
  // Does not pack.
  const noise = Array.from({ length: 400 }, () => Math.random().toString(36)).join('');
  return { summary: summary as SnapshotSummary, snapshot: fakeSnapshot({ id, attributes: noise }) };
}

const ids = (snapshots: SnapshotSummary[]) => snapshots.map(({ id }) => id);

test('beyond its bytes the oldest go, whatever order they came in', (t) => {
  const snapshots = table(t, 20_000);
  for (const [i, takenMs] of [500, 100, 400, 200, 600, 300].entries()) snapshots.put(stored(`${i}`, takenMs));
  const left = ids(snapshots.list({ sinceUnixMs: 0 }, 100));
  assert.ok(left.length >= 2 && left.length < 6, `${left.length} are left`);
  assert.deepEqual(left, ['4', '0', '2', '5', '3', '1'].slice(0, left.length));
  assert.equal(snapshots.find('1'), null);
  assert.equal(snapshots.find('4')?.snapshot.id, '4');
});

test('what is too old goes at the sweep', (t) => {
  const snapshots = table(t);
  const now = 2e12;
  snapshots.put(stored('old', now - SNAPSHOT_RETENTION_MS - 1));
  snapshots.put(stored('young', now - SNAPSHOT_RETENTION_MS));
  snapshots.sweep(now);
  assert.deepEqual(ids(snapshots.list({ sinceUnixMs: 0 }, 100)), ['young']);
});
