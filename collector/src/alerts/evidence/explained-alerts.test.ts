import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Alert, bucketIndex, type EndpointWindow, type SensorWindow } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { NAMED, type RunOptions, SLOWED, simulatedShop, told } from '../../testing/simulated-shop.js';
import { get } from '../../testing/test-collector.js';

const PLACED = { id: 1, kind: 'http', method: 'POST', route: '/orders' } as const;
const LISTED = { id: 2, kind: 'http', method: 'GET', route: '/orders' } as const;

/** Requests of POST /orders go through functions 1 and 2, those of GET /orders through 3. */
function withEndpoints(window: SensorWindow): SensorWindow {
  const own = (id: number) => window.rows.find((row) => row.id === id)!;
  const endpoint = (id: number, parts: number[], waitMs: number): EndpointWindow => {
    const { calls } = own(parts[0]!);
    const ns = (waitMs * 1e6 * calls + parts.reduce((sum, part) => sum + own(part).selfNs, 0)) / calls;
    const buckets = [bucketIndex(ns), calls];
    return { id, calls, errors: 0, sumNs: ns * calls, maxNs: ns, buckets, databaseNs: 0, outboundNs: 0 };
  };
  const part = (of: number, id: number) => {
    const { calls, sumNs, selfNs } = own(id);
    return { endpoint: of, function: id, calls, sumNs, selfNs, busyNs: selfNs };
  };
  return {
    ...window,
    endpoints: [endpoint(1, [1, 2], 3), endpoint(2, [3], 2)],
    endpointFunctions: [part(1, 1), part(1, 2), part(2, 3)],
  };
}

test('an endpoint that became slower is told with the function that carries it, as one cause, with the commit', async (t) => {
  const { instance, alerts, post, url } = await simulatedShop(t);
  const alert = async (id: string): Promise<Alert> => (await get(`${url()}/api/v1/alerts/${id}`)).body.alert;
  const options: RunOptions = { edit: withEndpoints };
  const before = await instance({ version: '1.0.0' }, NAMED, [PLACED, LISTED]);
  await before.run(240, {}, { ...options, analyse: false });
  await before.run(2, {}, options);
  assert.deepEqual(await alerts(), []);
  const commit = (revision: string, file: string, functions: string[]) => ({
    ...{ revision, author: 'ada', subject: `about ${file}`, link: `https://example.com/commit/${revision}` },
    files: [{ file, functions }],
  });
  const commits = [
    commit('c1', SLOWED.file, [SLOWED.name]),
    commit('c2', 'src/orders.ts', ['handle9']),
    commit('c3', SLOWED.file, ['PricingService.other']),
  ];
  await post('/api/v1/deployments', { service: 'orders', version: '2.0.0', commits });
  // What a later call leaves out stays.
  await post('/api/v1/deployments', { service: 'orders', version: '2.0.0', author: 'ada' });
  const after = await instance({ version: '2.0.0' }, NAMED, [PLACED, LISTED]);
  await after.run(40, { 1: { medianMs: 15 } }, options);

  const found = await alerts();
  assert.deepEqual(told(found), [`slower-since-deployment of ${SLOWED.name}`]);
  const [ofFunction] = found as [Alert];
  const reached = ofFunction.reached?.find(({ kind }) => kind === 'endpoint-slower');
  const endpoint = await alert(reached!.alertId);
  assert.equal(endpoint.partOf, ofFunction.id);
  assert.match(endpoint.title, /^POST \/orders is \d+ % slower since 2\.0\.0$/);
  assert.ok(endpoint.place?.type === 'endpoint' && endpoint.place.method === 'POST');
  assert.ok(endpoint.evidence.before.calls > 3_000 && endpoint.evidence.after.value > endpoint.evidence.before.value);
  const [carrier, ...others] = endpoint.carriers!;
  assert.deepEqual([carrier!.name, carrier!.version, carrier!.isNew, others], [SLOWED.name, '2.0.0', false, []]);
  assert.ok(carrier!.share > 0.9 && carrier!.share < 1.1, `${carrier!.share}`);
  assert.ok(Math.abs(carrier!.addedNs - 10.4e6) < 2e6, `${carrier!.addedNs}`);
  assert.deepEqual([endpoint.cause?.type, endpoint.cause?.name], ['own-time', SLOWED.name]);
  for (const { suspects } of [endpoint, ofFunction]) {
    assert.deepEqual(
      suspects?.map(({ revision, function: name, link }) => [revision, name, link]),
      [
        ['c1', SLOWED.name, 'https://example.com/commit/c1'],
        ['c3', null, 'https://example.com/commit/c3'],
      ],
    );
  }
  await (await instance({ version: '1.0.0', instance: 'back' }, NAMED, [PLACED, LISTED])).run(75, {}, options);
  assert.deepEqual([(await alerts())[0]?.state, (await alert(endpoint.id)).state], ['closed', 'closed']);
});

test('a function that fails in a new way is told with type and line; both are gone when they are gone', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const { id, ...place } = NAMED[4]!;
  const { file, name } = place;
  const throws = (type: string, at: number) => {
    const frame = { functionName: name, file, line: at, column: 7, isAsync: false };
    const error = { type, message: 'm', stack: [frame], properties: null, causes: [] };
    // As a sensor does: one a minute, with how many there were since the one before.
    return fakeSnapshot({
      id: randomUUID(),
      fingerprint: at.toString(16).padStart(8, '0'),
      function: place,
      error,
      suppressed: 3,
    });
  };
  const often = { [id]: { errorRate: 0.13 } };
  const always: RunOptions = { snapshots: () => [throws('OutOfStockError', 51)] };
  const before = await instance({ version: '1.0.0' });
  await before.run(240, often, { ...always, analyse: false });
  await before.run(10, often, always);
  assert.deepEqual(told(await alerts()), []);
  const after = await instance({ version: '2.0.0' });
  // As many calls fail as before, so that no rate says anything.
  await after.run(30, often, { snapshots: () => [throws('RangeError', 57)] });
  const [alert, ...others] = await alerts();
  assert.deepEqual([alert?.kind, alert?.state, others], ['new-error', 'open', []]);
  assert.match(alert!.title, /^handle4 throws RangeError since 2\.0\.0, in 1\d % of its calls; it never did$/);
  assert.deepEqual([alert!.error?.type, alert!.error?.file, alert!.error?.line], ['RangeError', file, 57]);
  assert.deepEqual([alert!.cause?.type, alert!.cause?.line, alert!.cause?.name], ['throwing-line', 57, name]);
  assert.equal(alert!.deployment?.version, '2.0.0');

  // The old one does not come back; the new one ends too.
  await after.run(200, {}, {});
  const last = await alerts();
  assert.equal(last.find((one) => one.id === alert!.id)?.state, 'closed');
  const gone = last.filter(({ kind }) => kind === 'error-gone').map(({ title }) => title);
  assert.equal(gone.length, 1, JSON.stringify(gone));
  assert.match(gone[0]!, /^handle4 no longer throws OutOfStockError since 2\.0\.0; it did in 1\d % of its calls$/);
});
