import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pack } from 'msgpackr';
import { decodeWindow } from '../store/journal/window-record.js';
import { FACTS, fakeRow, fakeWindow, PROCESS } from '../testing/fake-sensor.js';
import { createFrameReader, looksLikeWindow } from './frame-reader.js';

const NOW_MS = 1.7e12;

function openSession(t: TestContext) {
  const reader = createFrameReader();
  t.after(() => reader.close());
  return reader.open('instance-1', 7);
}

test('a window is told from other messages by its first bytes, in a map of any size', () => {
  assert.ok(looksLikeWindow(pack(fakeWindow(1, []))));
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`more${i}`, i]));
  assert.ok(looksLikeWindow(pack({ ...fakeWindow(1, []), ...many })));
  for (const message of [{ type: 'windows' }, { type: 'hello', service: 'window' }, 'window', 1]) {
    assert.ok(!looksLikeWindow(pack(message)), JSON.stringify(message));
  }
  assert.ok(!looksLikeWindow(Buffer.alloc(0)));
});

test('a window comes back as the journal keeps it, with the ids of the store', async (t) => {
  const session = openSession(t);
  void session.functions(
    [{ id: 1 }, { id: 2 }],
    [
      { functionId: 2 ** 40, fileId: 5 },
      { functionId: 22, fileId: 5 },
    ],
  );
  void session.endpoints([{ id: 3 }], [33]);
  const endpoint = { calls: 3, errors: 0, sumNs: 9e6, maxNs: 5e6, buckets: [171, 3], databaseNs: 1e6, outboundNs: 0 };
  const frame = pack(
    fakeWindow(4, [fakeRow(1, [1_000]), fakeRow(2, [2_000])], {
      ageMs: 500,
      edges: [{ caller: 1, callee: 2, calls: 3, sumNs: 9 }],
      endpoints: [{ id: 3, ...endpoint }],
    }),
  );
  const { window, rows } = await session.window(frame, NOW_MS);
  assert.equal(rows, 2);
  const { id: _, ...first } = fakeRow(1, [1_000]);
  const { id: __, ...second } = fakeRow(2, [2_000]);
  const head = {
    ...{ instance: 'instance-1', deploymentId: 7, sequence: 4, facts: FACTS, process: PROCESS },
    ...{ startUnixMs: NOW_MS - 10_500, endUnixMs: NOW_MS - 500, receivedUnixMs: NOW_MS },
    ...{ endpoints: [{ endpointId: 33, totals: endpoint }], endpointFunctions: [] },
  };
  const { record, ...given } = window;
  assert.deepEqual(given, head);
  assert.deepEqual(decodeWindow(record), {
    ...head,
    rows: [
      { functionId: 2 ** 40, fileId: 5, totals: first },
      { functionId: 22, fileId: 5, totals: second },
    ],
    edges: [{ callerId: 2 ** 40, calleeId: 22, calls: 3, sumNs: 9 }],
  });
});

test('a window that is at fault is refused with the reason; others go on', async (t) => {
  const session = openSession(t);
  await assert.rejects(session.window(pack(fakeWindow(1, [fakeRow(9, [1])])), NOW_MS), {
    name: 'ProdlensError',
    code: 'PRODLENS_ERR_FUNCTION_UNNAMED',
  });
  await assert.rejects(session.window(pack(fakeWindow(1, [])).subarray(0, 40), NOW_MS), { code: 'PRODLENS_ERR_FRAME' });
  await assert.rejects(session.window(pack({ type: 'window' }), NOW_MS), { code: 'PRODLENS_ERR_MESSAGE' });
  assert.equal((await session.window(pack(fakeWindow(2, [])), NOW_MS)).window.sequence, 2);
  session.end();
  await assert.rejects(session.window(pack(fakeWindow(3, [])), NOW_MS), /session is unknown/);
});
