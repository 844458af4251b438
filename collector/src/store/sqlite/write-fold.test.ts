import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskedThread, createAskedThread } from '../../asked-thread.js';
import { fakeRow } from '../../testing/fake-sensor.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import { createMinuteFold } from '../minute-fold.js';
import { createEdges } from './edges.js';
import { createEndpoints } from './endpoints.js';
import { createMinutes } from './minutes.js';
import { openRecords } from './records/records.js';
import type { TableRequest } from './table-thread.js';
import { createFoldWriter } from './write-fold.js';

const FILES = 20;
const SEGMENT = 1;

function foldOfFiles() {
  const fold = createMinuteFold();
  const { id: _, ...totals } = fakeRow(1, [1_000]);
  const rows = Array.from({ length: FILES }, (_, i) => ({ functionId: 100 + i, fileId: 1 + i, totals }));
  fold.add({
    ...{ instance: 'a', sequence: 1, deploymentId: 1, startUnixMs: 0, endUnixMs: 30_000, receivedUnixMs: 30_000 },
    ...{ rows, edges: [{ callerId: 100, calleeId: 101, calls: 2, sumNs: 3 }], facts: null, process: null },
  });
  return fold;
}

test('a slice of which nobody heard that it was written is written once, and goes on from there', async (t) => {
  const folder = temporaryFolder(t);
  const records = openRecords(folder);
  const { numbers } = records;
  const thread = createAskedThread<TableRequest, void>(new URL('./table-thread.js', import.meta.url), 'tables', folder);
  t.after(async () => {
    await thread.close();
    records.close();
  });
  let asked = 0;
  const deaf: AskedThread<TableRequest, void> = {
    ...thread,
    async ask(question) {
      await thread.ask(question);
      if (++asked === 2) throw new Error('the thread has ended');
    },
  };
  const minutes = createMinutes(numbers);
  const edges = createEdges(numbers);
  const writer = createFoldWriter(numbers, deaf, { minutes, edges, endpoints: createEndpoints(numbers) });
  const moved: Array<number[] | null> = [];
  const move = async (deployments: number[] | null, steps: () => Promise<void>) => {
    moved.push(deployments);
    await steps();
  };
  const fold = foldOfFiles();
  const [minute] = fold.minutes();

  await assert.rejects(writer.write(fold, SEGMENT, move), /has ended/);
  const written = () => [...minute!.files.values()].filter(({ isWritten }) => isWritten).length;
  const before = written();
  assert.ok(before > 0 && before < FILES, String(before));
  await writer.write(fold, SEGMENT, move);
  assert.equal(written(), FILES);
  assert.ok(minute!.areOthersWritten);
  assert.deepEqual({ ...writer.progress() }, { segment: SEGMENT, parts: FILES + 1 });
  assert.ok(moved.every((deployments) => deployments?.join() === '1'));

  const found = await minutes.totals({ fromMinute: 0, toMinute: 0 }, 1);
  assert.deepEqual(
    [...found.values()].flatMap((functions) => [...functions.values()].map(({ calls }) => calls)),
    Array(FILES).fill(1),
  );
  const { sums } = await minutes.scalars({ fromMinute: 0, toMinute: 0 }, [1]);
  assert.equal(
    [...sums.get(1)!.values()].reduce((sum, { calls }) => sum + calls, 0),
    FILES,
  );
  const calls = new Map();
  edges.calls({ fromMinute: 0, toMinute: 0 }, 1, new Set([100]), calls);
  assert.deepEqual(
    [...calls.values()].map((call) => call.calls),
    [2],
  );
});
