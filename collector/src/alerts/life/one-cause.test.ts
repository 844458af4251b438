import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Alert, SensorFunction, SensorWindow } from '@prodlens/protocol';
import { fakeFunction } from '../../testing/fake-sensor.js';
import { type RunOptions, simulatedShop } from '../../testing/simulated-shop.js';

/** 1 is called by 2 to 11, which are called by nobody; 12 to 30 call nobody. */
const CARRIER = 1;
const CALLERS = Array.from({ length: 10 }, (_, i) => i + 2);
const OTHER = 20;
const FUNCTIONS: SensorFunction[] = Array.from({ length: 30 }, (_, i) =>
  fakeFunction(i + 1, { file: `src/part${Math.floor(i / 5)}.ts`, name: `work${i + 1}` }),
);
const CALLS = 30;

/** Each caller calls the carrier once. */
function withCalls(window: SensorWindow): SensorWindow {
  const row = (id: number) => window.rows.find((one) => one.id === id);
  const carrier = row(CARRIER);
  if (carrier === undefined || carrier.calls === 0) return window;
  const edges = CALLERS.flatMap((caller) => {
    const { calls = 0 } = row(caller) ?? {};
    return calls === 0 ? [] : [{ caller, callee: CARRIER, calls, sumNs: (carrier.sumNs / carrier.calls) * calls }];
  });
  const waited = new Map(edges.map(({ caller, sumNs }) => [caller, sumNs]));
  const rows = window.rows.map((r) => ({ ...r, selfNs: Math.max(0, r.sumNs - (waited.get(r.id) ?? 0)) }));
  return { ...window, rows, edges };
}

/** What each does when the carrier takes so many ms, and fails so often. */
function service(carrierMs: number, errorRate = 0, besides: Record<number, object> = {}) {
  const does: Record<number, object> = { [CARRIER]: { medianMs: carrierMs, errorRate, callsPerMinute: CALLS * 10 } };
  for (const id of CALLERS) does[id] = { medianMs: 5 + carrierMs, errorRate };
  for (const [id, change] of Object.entries(besides)) does[Number(id)] = change;
  return does;
}

const options: RunOptions = { edit: withCalls };
const nameOf = ({ place }: Pick<Alert, 'place'>) => (place?.type === 'function' ? place.name : 'the service');
const reachedOf = (alert: Alert) => (alert.reached ?? []).map(nameOf).sort();
const callers = CALLERS.map((id) => `work${id}`).sort();

test('a slower function with ten callers is one alert that names it, in one message; another fault is another alert', async (t) => {
  const messages: Array<{ isUpdate: boolean; events: Array<{ what: string; alert: Alert }> }> = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    messages.push(JSON.parse(body));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const channels = [{ name: 'ops', type: 'webhook' as const, url, secret: 'secret' }];
  const { instance, alerts, post, url: at } = await simulatedShop(t, { channels });
  const before = await instance({ version: '1.0.0' }, FUNCTIONS);
  await before.run(240, service(10), { ...options, analyse: false });
  await before.run(2, service(10), options);
  await before.stop();
  const after = await instance({ version: '2.0.0' }, FUNCTIONS);
  await after.run(40, service(22, 0, { [OTHER]: { medianMs: 60 } }), options);

  const found = await alerts();
  assert.deepEqual(found.map(nameOf).sort(), ['work1', `work${OTHER}`], JSON.stringify(found.map((a) => a.title)));
  const carrier = found.find((alert) => nameOf(alert) === 'work1')!;
  const other = found.find((alert) => alert !== carrier)!;
  assert.match(carrier.title, /^work1 is \d+ % slower since 2\.0\.0$/);
  assert.deepEqual([reachedOf(carrier), reachedOf(other)], [callers, []]);
  const told = messages.flatMap(({ events }) => events);
  assert.deepEqual(
    [...new Set(told.map(({ alert }) => nameOf(alert)))].sort(),
    ['work1', `work${OTHER}`],
    JSON.stringify(told.map(({ what, alert }) => [what, alert.title])),
  );
  assert.ok(messages.length <= 3, `${messages.length}`);
  assert.deepEqual(reachedOf(told.findLast(({ alert }) => nameOf(alert) === 'work1')!.alert), callers);

  // A caller's own alert says where its cause is told, and whoever asks for the caller gets that.
  const { alertId, place } = carrier.reached![0]!;
  const part = (await (await fetch(`${at()}/api/v1/alerts/${alertId}`)).json()) as { alert: Alert };
  assert.equal(part.alert.partOf, carrier.id);
  assert.ok(place?.type === 'function');
  const query = new URLSearchParams({ functionId: place.functionId });
  const ofCaller = (await (await fetch(`${at()}/api/v1/alerts?${query}`)).json()) as { alerts: Alert[] };
  assert.deepEqual(
    ofCaller.alerts.map(({ id }) => id),
    [carrier.id],
  );
  assert.equal((await post(`/api/v1/alerts/${carrier.id}/mute`, { reason: 'known' })).body.alert.state, 'muted');

  await after.stop();
  await (await instance({ version: '1.0.0', instance: 'back' }, FUNCTIONS)).run(80, service(10), options);
  assert.deepEqual(
    (await alerts()).map(({ state }) => state),
    ['closed', 'closed'],
  );
});

test('all functions of a service slower at once stay one shift of it, also where some call each other', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const before = await instance({ version: '1.0.0' }, FUNCTIONS);
  await before.run(240, service(10), { ...options, analyse: false });
  await before.stop();
  const after = await instance({ version: '2.0.0' }, FUNCTIONS);
  const all = Object.fromEntries(FUNCTIONS.map(({ id }) => [id, { medianMs: 1.6 * (4 + id) }]));
  await after.run(
    30,
    { ...all, ...service(16), ...Object.fromEntries(CALLERS.map((id) => [id, { medianMs: 24 }])) },
    options,
  );
  const [shift, ...others] = await alerts();
  assert.deepEqual([shift?.kind, others], ['environment-shift', []]);
  const { measure, before: was, after: is } = shift!.evidence;
  assert.deepEqual([measure, was.value], ['timesAsSlow', 1]);
  assert.ok(
    is.value > 1.4 && is.value < 1.8 && was.calls > 50_000 && is.calls > 2_000,
    JSON.stringify(shift!.evidence),
  );
});

test('an error that passes through ten callers is one alert of who throws it; who fails for itself is another', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const of = await instance({ version: '1.0.0' }, FUNCTIONS);
  await of.run(240, service(10), { ...options, analyse: false });
  await of.run(15, service(10, 0.2, { [OTHER]: { errorRate: 0.2 } }), options);
  const found = await alerts();
  assert.deepEqual(found.map(nameOf).sort(), ['work1', `work${OTHER}`]);
  assert.deepEqual(reachedOf(found.find((alert) => nameOf(alert) === 'work1')!), callers);
});

test('what is no longer called because its caller is not is part of that', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const of = await instance({ version: '1.0.0' }, FUNCTIONS);
  await of.run(240, service(10), { ...options, analyse: false });
  const edit = (window: SensorWindow): SensorWindow => {
    const { edges } = withCalls(window);
    return { ...window, edges: [...edges, { caller: 25, callee: 26, calls: CALLS, sumNs: 1 }] };
  };
  const ceased = { callsPerMinute: 0 };
  await of.run(60, service(10), { edit, analyse: false });
  await of.run(15, service(10, 0, { 25: ceased, 26: ceased, [OTHER]: ceased }), options);
  const found = await alerts();
  assert.deepEqual(found.map(nameOf).sort(), [`work${OTHER}`, 'work25'].sort());
  assert.deepEqual(reachedOf(found.find((alert) => nameOf(alert) === 'work25')!), ['work26']);
});
