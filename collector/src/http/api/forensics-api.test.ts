import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Snapshot, SnapshotSummary } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { FACTS, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { get, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken } from '../access/authorize.js';

async function started(t: TestContext, hello = {}) {
  const collector = await testCollector(t);
  const sensor = await startSensor(collector.url, hello);
  const send = async (snapshot: Snapshot, ageMs = 0) => {
    sensor.say({ type: 'snapshot', ageMs, snapshot, before: snapshot });
    return sensor.next();
  };
  const list = async (query = ''): Promise<SnapshotSummary[]> =>
    (await get(`${collector.url}/api/v1/forensics${query}`)).body.snapshots;
  return { collector, sensor, send, list };
}

test('a snapshot is acknowledged, listed, and read as it was sent', async (t) => {
  const { collector, send, list } = await started(t);
  const snapshot = fakeSnapshot();
  assert.deepEqual(await send(snapshot, 5_000), { type: 'snapshotAck', id: snapshot.id, refused: null });
  assert.deepEqual(await send(snapshot), { type: 'snapshotAck', id: snapshot.id, refused: null }, 'a repeat');
  const [summary, ...more] = await list();
  assert.deepEqual(more, []);
  assert.ok(summary!.takenUnixMs <= Date.now() - 5_000);
  const { functionId, takenUnixMs: _, ...rest } = summary!;
  assert.match(functionId!, /^[0-9a-f]{24}$/);
  assert.deepEqual(rest, {
    id: snapshot.id,
    service: 'orders',
    environment: 'production',
    version: '1.0.0',
    revision: 'abc',
    instance: 'instance-1',
    host: 'host-1',
    trigger: 'edge',
    fingerprint: 'a1b2c3d4',
    suppressed: 2,
    endpoint: 'POST /orders',
    status: 409,
    durationNs: 5e6,
    functionName: 'reserveStock',
    file: 'src/inventory.ts',
    line: 20,
    errorType: 'OutOfStockError',
    message: 'Product gift-25 is out of stock.',
  });
  const { status, body } = await get(`${collector.url}/api/v1/forensics/${snapshot.id}`);
  assert.equal(status, 200);
  assert.deepEqual(body, { summary, snapshot });
  const unknown = await get(`${collector.url}/api/v1/forensics/nothing`);
  assert.equal(unknown.body.error.code, 'PRODLENS_ERR_SNAPSHOT_UNKNOWN');
});

test('each filter lets through what it names', async (t) => {
  const { send, list } = await started(t);
  const ids = ['1', '2'].map((n) => `0b5f2f6e-0000-4000-8000-00000000000${n}`);
  await send(fakeSnapshot({ id: ids[0]! }), 60_000);
  await send(
    fakeSnapshot({ id: ids[1]!, trigger: 'slow', error: null, function: null, fingerprint: 'ff', flow: null }),
  );
  const found = async (query: string) => (await list(query)).map(({ id }) => ids.indexOf(id));
  assert.deepEqual(await found(''), [1, 0], 'newest first');
  const [, first] = await list();
  const cases: [string, number[]][] = [
    ['service=orders', [1, 0]],
    ['service=other', []],
    ['environment=production', [1, 0]],
    ['environment=other', []],
    ['endpoint=POST%20/orders', [0]],
    ['function=reserveStock', [0]],
    [`function=${first!.functionId}`, [0]],
    ['errorType=OutOfStockError', [0]],
    ['trigger=slow', [1]],
    ['fingerprint=ff', [1]],
    [`sinceUnixMs=${Date.now() - 30_000}`, [1]],
    ['limit=1', [1]],
  ];
  for (const [query, expected] of cases) assert.deepEqual(await found(`?${query}`), expected, query);
});

/** Made up here, so that nobody's scanner takes it for real. */
const KEY = `sk${'_live_'}4eC39HqLyjWDarjtT1zdp7dc`;
const ERROR = fakeSnapshot().error!;
const FRAME = ERROR.stack[0]!;
const thrown = (error: Partial<typeof ERROR>, frame: Partial<typeof FRAME> = {}): Partial<Snapshot> => ({
  error: { ...ERROR, stack: [{ ...FRAME, ...frame }], ...error },
});

test('the second net refuses what still looks like a secret, keeps nothing of it, and the record says so', async (t) => {
  const { collector, sensor, send, list } = await started(t);
  const secrets: [Partial<Snapshot>, RegExp][] = [
    [{ attributes: { type: 'Object', entries: [['note', 'card 4111 1111 1111 1111']] } }, /attributes.*card number/],
    [{ attributes: 4111111111111111 }, /card number/],
    [{ logs: [{ level: 'info', timeNs: 0, message: `Bearer ${'abc.def.123456'}` }] }, /logs\[0\].*token/],
    [
      { outbound: [{ method: 'GET', url: 'http://a:hunter2@b/', startNs: 0, durationNs: 1, status: 1, error: null }] },
      /url/,
    ],
    [thrown({ type: KEY }), /error\.type.*token/],
    [thrown({}, { functionName: `async Sender.${KEY}` }), /error\.stack\[0\]\.functionName.*token/],
    [thrown({}, { functionName: 'password=hunter2' }), /error\.stack\[0\]\.functionName/],
    [thrown({}, { file: `dist/${KEY}.js` }), /error\.stack\[0\]\.file.*token/],
    [thrown({ causes: [{ ...ERROR, stack: [{ ...FRAME, functionName: KEY }] }] }), /causes\[0\]\.stack\[0\]/],
  ];
  for (const [fields, reason] of secrets) {
    const answer = await send(fakeSnapshot(fields));
    assert.equal(answer.type, 'snapshotAck');
    assert.match(answer.type === 'snapshotAck' ? (answer.refused ?? '') : '', reason);
  }
  assert.deepEqual(await list(), []);
  // Long names, and paths with the hashes of a bundler, are none.
  const long = 'convertUtf8ToUtf16OfLegacyBufferX2';
  const kept = await send(
    fakeSnapshot(thrown({ type: long }, { functionName: long, file: `dist/${long}-aB3dE5fG7h.js` })),
  );
  assert.equal(kept.type === 'snapshotAck' && kept.refused, null);
  const capture = {
    mode: 'redacted',
    fault: null,
    taken: 4,
    suppressed: 1,
    dropped: 0,
    refused: 4,
    refusal: 'why',
  } as const;
  await report(sensor, fakeWindow(1, [], { facts: { ...FACTS, capture } }));
  const { body } = await get(`${collector.url}/api/v1/sensors`);
  assert.deepEqual(body.sensors[0].capture, capture);
});

test('reading needs the scope forensics, and each read of one is in the audit log', async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const read = await createToken(store, 'read', Date.now());
  const forensics = await createToken(store, 'forensics', Date.now());
  await store.close();
  const collector = await testCollector(t, dataDir);
  const ask = (path: string, bearer: string) => get(`${collector.url}${path}`, { authorization: `Bearer ${bearer}` });
  for (const path of ['/api/v1/forensics', '/api/v1/forensics/x']) {
    assert.equal((await ask(path, read)).body.error.code, 'PRODLENS_ERR_TOKEN_SCOPE');
  }
  assert.deepEqual((await ask('/api/v1/forensics', forensics)).body, { snapshots: [], truncated: false });
  await ask('/api/v1/forensics/the-one', forensics);
  const lines = readFileSync(join(dataDir, 'audit.log'), 'utf8').trim().split('\n');
  const entries = lines.map((line) => JSON.parse(line)).filter(({ act }) => act === 'forensics.read');
  assert.deepEqual(
    entries.map(({ target }) => target),
    [{ id: 'the-one' }],
  );
});
