import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectorToIde, FunctionStats } from '@prodlens/protocol';
import { openMessageSocket } from '../testing/message-socket.js';
import { NAMED, SLOWED, simulatedShop, told } from '../testing/simulated-shop.js';
import { get } from '../testing/test-collector.js';

test('a deployment that slows a function opens one alert with function, deployment and evidence, which lens and editor share', async (t) => {
  const { instance, restart, alerts, post, url, now } = await simulatedShop(t);
  const before = await instance({ version: '1.0.0' });
  await before.run(300, {}, { analyse: false });
  await before.run(2);
  assert.deepEqual(await alerts(), []);

  await post('/api/v1/deployments', { service: 'orders', version: '2.0.0', author: 'ada', link: 'https://ci/7' });
  const startedMs = now();
  const after = await instance({ version: '2.0.0' });
  // Ten minutes in, the collector is started again: it knows the day it has not seen.
  await after.run(8, { 1: { medianMs: 7.5 } });
  await restart();
  await after.again();
  await after.run(24, { 1: { medianMs: 7.5 } });
  const [alert, ...others] = await alerts();
  assert.ok(alert !== undefined && others.length === 0, JSON.stringify([alert, ...others].map((a) => a?.title)));
  const { kind, state, place, deployment, evidence, service, cause, history } = alert;
  assert.deepEqual([kind, state, service], ['slower-since-deployment', 'open', 'orders']);
  assert.ok(place?.type === 'function');
  assert.deepEqual([place.file, place.name, place.line], [SLOWED.file, SLOWED.name, NAMED[0]!.line]);
  assert.deepEqual(
    [deployment?.version, deployment?.previousVersion, deployment?.author, deployment?.link],
    ['2.0.0', '1.0.0', 'ada', 'https://ci/7'],
  );
  assert.equal(deployment?.startedUnixMs, startedMs);
  assert.ok(evidence.change!.low < 1.5 && evidence.change!.high > 1.5, JSON.stringify(evidence.change));
  assert.ok(evidence.before.calls > 3_000 && evidence.after.calls > 200, JSON.stringify(evidence));
  assert.match(alert.title, /^PricingService\.applyDiscounts is \d\d % slower since 2\.0\.0$/);
  assert.match(alert.closesWhen, /^Closes when its median is at most 5\.\d ms over half an hour and \d+ calls\.$/);
  assert.deepEqual([cause?.type, history.map(({ type }) => type)[0]], ['own-time', 'opened']);

  const { functions } = (await get(`${url()}/api/v1/functions?file=src/pricing.ts`)).body;
  const [stats] = functions as [FunctionStats];
  assert.equal(stats.regression?.slowdown, evidence.change!.ratio - 1);
  assert.equal(stats.regression?.afterP50Ns, evidence.after.value);
  const ide = await openMessageSocket(`${url()}/v1/ide`, (data) => JSON.parse(String(data)) as CollectorToIde);
  t.after(() => ide.socket.close());
  const heard = [await ide.next(), await ide.next(), await ide.next()];
  assert.deepEqual(
    heard.map(({ type }) => type),
    ['welcome', 'catalog', 'alerts'],
  );
  assert.ok(heard[2]!.type === 'alerts' && heard[2]!.alerts[0]!.id === alert.id);

  const compared = (await get(`${url()}/api/v1/compare?service=orders&from=1.0.0&to=2.0.0`)).body.functions;
  assert.deepEqual([compared[0].name, compared[0].alertIds], [SLOWED.name, [alert.id]]);
  assert.ok(compared[0].p50Ratio > 1.35 && compared[0].p50Ratio < 1.65);

  // Rolled back: it is as it was, and the alert closes by itself.
  await (await instance({ version: '1.0.0', instance: 'again' })).run(45);
  const [closed] = await alerts();
  assert.deepEqual([closed?.id, closed?.state], [alert.id, 'closed']);
  // The same fault has the same identity.
  await (await instance({ version: '2.0.1' })).run(30, { 1: { medianMs: 12 } });
  const [back] = await alerts();
  assert.deepEqual([back?.id, back?.state, back?.deployment?.version], [alert.id, 'open', '2.0.1']);
  assert.ok(back?.history.some(({ type }) => type === 'reopened'));
});

test('people mute, expect, assign and comment; what is expected beforehand opens as expected', async (t) => {
  const { instance, alerts, post, run, now, url } = await simulatedShop(t);
  const before = await instance({ version: '1.0.0' });
  await before.run(200, {}, { analyse: false });
  const rules = [{ file: 'src/orders.ts', name: 'handle2', reason: 'checks the whole order now' }];
  await post('/api/v1/expected', { service: 'orders', by: '.prodlens/expected.json', rules }, 'PUT');
  await before.run(6, { 1: { medianMs: 60 }, 3: { medianMs: 60 } });
  const found = await alerts();
  const at = (name: string) => found.find(({ place }) => place?.type === 'function' && place.name === name)!;
  assert.deepEqual([at('handle2').state, at('handle2').silence?.by], ['expected', '.prodlens/expected.json']);
  assert.equal(at(SLOWED.name).state, 'open');
  assert.equal(at(SLOWED.name).kind, 'dramatic-slowdown');

  const path = `/api/v1/alerts/${at(SLOWED.name).id}`;
  const muted = await post(`${path}/mute`, { untilUnixMs: now() + 120_000, reason: 'known' });
  assert.deepEqual([muted.body.alert.state, muted.body.alert.silence?.reason], ['muted', 'known']);
  assert.equal((await post(`${path}/assign`, { assignee: 'ada' })).body.alert.assignee, 'ada');
  const { history } = (await post(`${path}/comment`, { text: 'the index is gone' })).body.alert;
  assert.deepEqual(
    history.map(({ type }) => type),
    ['opened', 'muted', 'assigned', 'commented'],
  );
  const metrics = await (await fetch(`${url()}/metrics`)).text();
  for (const line of ['muted', 'expected']) assert.ok(metrics.includes(`\nprodlens_alerts{state="${line}"} 1\n`), line);
  await before.run(3, { 1: { medianMs: 60 }, 3: { medianMs: 60 } });
  await run();
  assert.equal((await alerts()).find(({ id }) => path.endsWith(id))?.state, 'open');
  assert.equal(
    (await post('/api/v1/alerts/none/mute', { reason: 'x' })).body.error?.code,
    'PRODLENS_ERR_ALERT_UNKNOWN',
  );
  assert.equal((await post(`${path}/mute`, {})).status, 400);
});

test('what is found early stays open as long as it lasts: errors and slowness, opened once', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  await (await instance({ version: '1.0.0' })).run(240, {}, { analyse: false });
  const after = await instance({ version: '2.0.0' });
  await after.run(150, { 1: { medianMs: 12 }, 3: { errorRate: 0.2 } });
  const found = await alerts();
  assert.deepEqual(told(found), [`new-error of handle2`, `slower-since-deployment of ${SLOWED.name}`]);
  for (const { title, state, history } of found) {
    const types = history.map(({ type }) => type).filter((type) => type !== 'updated');
    assert.deepEqual([state, types], ['open', ['opened']], title);
  }
});
