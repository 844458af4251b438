// Endpoints from the sensor's socket to the answer of the API: what adds up over windows and deployments, where time
// went, what of it was in which function, and that each place in which the store keeps it counts once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketIndex, type SensorEndpoint } from '@prodlens/protocol';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { FACTS, fakeFunction, fakeHello, fakeWindow, PROCESS, report, startSensor } from '../../testing/fake-sensor.js';
import { get, temporaryFolder, testCollector } from '../../testing/test-collector.js';

const MS = 1e6;
const USERS: SensorEndpoint = { id: 1, kind: 'http', method: 'GET', route: '/users/:id' };
const MAILS: SensorEndpoint = { id: 2, kind: 'job', method: 'bullmq', route: 'mails' };

const row = (id: number, durationsMs: number[], more: object = {}) => ({
  id,
  calls: durationsMs.length,
  errors: 0,
  sumNs: durationsMs.reduce((sum, ms) => sum + ms * MS, 0),
  maxNs: Math.max(...durationsMs) * MS,
  buckets: [...new Set(durationsMs)]
    .sort((a, b) => a - b)
    .flatMap((ms) => [bucketIndex(ms * MS), durationsMs.filter((d) => d === ms).length]),
  databaseNs: 0,
  outboundNs: 0,
  ...more,
});
const pair = (endpoint: number, id: number, sumMs: number, selfMs: number, busyMs = selfMs) => ({
  endpoint,
  function: id,
  calls: 4,
  sumNs: sumMs * MS,
  selfNs: selfMs * MS,
  busyNs: busyMs * MS,
});

test('calls, errors, percentiles and rate; the breakdown; the functions of an endpoint and the endpoints of a function', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url, {}, [
    fakeFunction(1),
    fakeFunction(2, { package: 'pg', file: 'node_modules/pg/lib/client.js' }),
  ]);
  sensor.say({ type: 'endpoints', endpoints: [USERS, MAILS] });
  const endpoints = [row(1, [10, 10, 20, 40], { errors: 1, databaseNs: 30 * MS, outboundNs: 5 * MS }), row(2, [7])];
  const endpointFunctions = [pair(1, 1, 80, 12), pair(1, 2, 50, 40, 8), pair(2, 1, 7, 7)];
  await report(sensor, fakeWindow(1, [], { endpoints, endpointFunctions }));
  await report(sensor, fakeWindow(2, [], { endpoints, endpointFunctions }));

  const answer = async (path: string) => (await get(url + path)).body;
  const list = await answer('/api/v1/endpoints?window=5m');
  assert.deepEqual(
    list.endpoints.map(({ method, route }: SensorEndpoint) => `${method} ${route}`),
    ['GET /users/:id', 'bullmq mails'],
  );
  assert.equal(list.truncated, false);
  const [users] = list.endpoints;
  assert.deepEqual(
    [users.calls, users.errors, users.errorRate, users.totalNs, users.maxNs],
    [8, 2, 0.25, 160 * MS, 40 * MS],
  );
  assert.ok(users.callsPerMinute > 0);
  // Within the histogram's stated error.
  for (const [field, ms] of [
    ['p50Ns', 10],
    ['p95Ns', 40],
    ['p99Ns', 40],
  ] as const) {
    assert.ok(Math.abs(users[field] / MS / ms - 1) < 0.045, `${field} ${users[field]}`);
  }

  const { endpoints: found } = await answer(`/api/v1/endpoints/${users.id}?window=5m`);
  assert.deepEqual(found[0].breakdown, {
    ownNs: 24 * MS,
    packagesNs: 16 * MS,
    databaseNs: 60 * MS,
    outboundNs: 10 * MS,
    waitingNs: 50 * MS,
  });
  const shown = found[0].functions.map((f: { name: string; calls: number; share: number }) => [
    f.name,
    f.calls,
    f.share,
  ]);
  assert.deepEqual(shown, [
    ['f2', 8, 0.625],
    ['f1', 8, 1],
  ]);

  const { functions } = await answer(`/api/v1/functions/${found[0].functions[1].id}?window=5m`);
  const places = functions[0].endpoints.map((e: { route: string; totalNs: number; share: number }) => [
    e.route,
    e.totalNs,
    e.share,
  ]);
  assert.deepEqual(places, [
    ['/users/:id', 160 * MS, 1],
    ['mails', 14 * MS, 1],
  ]);

  const unknown = await get(`${url}/api/v1/endpoints/none`);
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'PRODLENS_ERR_ENDPOINT_UNKNOWN']);
});

test('a window of an endpoint without a name is refused, and so are more endpoints than may be named', async (t) => {
  const { url } = await testCollector(t);
  const code = async (...messages: unknown[]) => {
    const sensor = await startSensor(url);
    for (const message of messages) sensor.say(message);
    const answer = await sensor.next();
    return answer.type === 'error' ? answer.code : answer.type;
  };
  const unnamed = fakeWindow(1, [], { endpoints: [row(9, [1])] });
  assert.equal(await code(unnamed), 'PRODLENS_ERR_ENDPOINT_UNNAMED');
  const many = Array.from({ length: 4_096 }, (_, id) => ({ ...USERS, id, route: `/${id}` }));
  const named = { type: 'endpoints', endpoints: many };
  assert.equal(await code(named, { type: 'endpoints', endpoints: [USERS, MAILS] }), 'PRODLENS_ERR_TOO_MANY_ENDPOINTS');
});

test('what is in the journal, in minutes and in hours counts once, also when it comes late, and goes when it is old', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const hour = 480_000;
  const nowMs = (60 * hour + 70) * 60_000;
  const { deploymentId } = await store.openInstance(fakeHello(), nowMs);
  const [functionIds] = await store.defineFunctions(deploymentId, [fakeFunction(1)]);
  const [endpointId] = await store.defineEndpoints(deploymentId, [USERS]);
  let sequence = 0;
  const commit = (minute: number) => {
    const [startUnixMs, endUnixMs] = [minute * 60_000, minute * 60_000 + 10_000];
    const { id: _, ...totals } = row(1, [10]);
    const { endpoint: __, function: ___, ...times } = pair(1, 1, 9, 5);
    const { functionId } = functionIds!;
    return store.commit([
      {
        ...{
          instance: 'instance-1',
          deploymentId,
          sequence: ++sequence,
          startUnixMs,
          endUnixMs,
          receivedUnixMs: endUnixMs,
        },
        ...{ rows: [], edges: [], facts: FACTS, process: PROCESS },
        endpoints: [{ endpointId: endpointId!, totals }],
        endpointFunctions: [{ endpointId: endpointId!, functionId, totals: times }],
      },
    ]);
  };
  const range = { fromMinute: 60 * hour, toMinute: 60 * hour + 69 };
  const counted = async () => {
    const [found] = await store.endpointTotals(range, [deploymentId]);
    return found && [found.totals.calls, found.functions.get(functionIds!.functionId)!.sumNs / MS];
  };
  for (const minute of [0, 30, 59, 65]) await commit(60 * hour + minute);
  assert.deepEqual(await counted(), [4, 36]);
  await store.flush();
  assert.deepEqual(await counted(), [4, 36]);
  await commit(60 * hour + 31);
  assert.deepEqual(await counted(), [5, 45]);
  await store.flush();
  assert.deepEqual(await counted(), [5, 45]);
  await store.sweep(nowMs + 91 * 86_400_000);
  assert.equal(await counted(), undefined);
});
