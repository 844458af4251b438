import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FACTS, fakeRow, PROCESS } from '../../testing/fake-sensor.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import { createCommit } from './commit.js';
import { createEdges } from './edges.js';
import { createInstances } from './instances.js';
import { createMinutes } from './minutes.js';
import { openDatabase } from './open-database.js';
import { prepareSchema } from './schema.js';

const MINUTE = 29_000_000;

/** Room for three rows. What is in memory is told from what is not by emptying the disk under it. */
function fixture(t: TestContext) {
  const db = openDatabase(temporaryFolder(t));
  t.after(() => db.close());
  prepareSchema(db);
  const minutes = createMinutes(db, 3);
  const commitAll = createCommit(db, { minutes, edges: createEdges(db), instances: createInstances(db) });
  let sequence = 0;
  const commit = (minute: number, ...fileIds: number[]) => {
    const { id: _, ...totals } = fakeRow(1, [1_000]);
    const [startUnixMs, endUnixMs] = [minute * 60_000, minute * 60_000 + 10_000];
    const rows = fileIds.map((fileId) => ({ functionId: 10 * fileId, fileId, totals }));
    const [instance, deploymentId, edges, facts, process] = ['instance-1', 1, [], FACTS, PROCESS];
    const window = {
      instance,
      deploymentId,
      sequence: ++sequence,
      startUnixMs,
      endUnixMs,
      rows,
      edges,
      facts,
      process,
    };
    commitAll([{ ...window, receivedUnixMs: endUnixMs }]);
  };
  const calls = (minute: number) =>
    minutes
      .totals({ fromMinute: minute, toMinute: minute }, [1])
      .map(({ fileId, totals }) => `${fileId}: ${totals.calls}`)
      .sort();
  return { commit, calls, emptyDisk: () => db.exec('DELETE FROM m1') };
}

test('rows beyond the limit leave the memory, the oldest first, and are read from disk when they are needed', (t) => {
  const { commit, calls, emptyDisk } = fixture(t);
  for (const fileId of [1, 2, 3, 4]) commit(MINUTE, fileId);
  commit(MINUTE, 1);
  assert.deepEqual(calls(MINUTE), ['1: 2', '2: 1', '3: 1', '4: 1']);
  emptyDisk();
  // Reading 1 has pushed out 2.
  commit(MINUTE, 1, 2, 3, 4);
  assert.deepEqual(calls(MINUTE), ['1: 3', '2: 1', '3: 2', '4: 2']);
});

test('rows of minutes before the last leave the memory', (t) => {
  const { commit, calls, emptyDisk } = fixture(t);
  commit(MINUTE, 1);
  commit(MINUTE + 1, 1);
  commit(MINUTE + 2, 1);
  emptyDisk();
  for (const later of [0, 1, 2]) commit(MINUTE + later, 1);
  assert.deepEqual(
    [0, 1, 2].map((later) => calls(MINUTE + later)),
    [['1: 1'], ['1: 2'], ['1: 2']],
  );
});
