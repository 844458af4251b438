import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { temporaryFolder } from '../testing/test-collector.js';
import { createMeasuringSwitch } from './measuring-switch.js';

test('a rule for an environment counts before one for all, the last word counts, and only changes are told', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const measuring = await createMeasuringSwitch(store, () => 7);
  const heard = { production: [] as boolean[], staging: [] as boolean[], billing: [] as boolean[] };
  const follow = (service: string, environment: string, into: boolean[]) =>
    measuring.follow({ service, environment }, (on) => into.push(on));
  const leave = follow('orders', 'production', heard.production);
  follow('orders', 'staging', heard.staging);
  follow('billing', 'production', heard.billing);
  const rules = () => measuring.rules().map((r) => `${r.service} ${r.environment} ${r.measuring} ${r.changedUnixMs}`);

  assert.deepEqual(await measuring.set('orders', 'staging', false), { told: 1 });
  assert.deepEqual(await measuring.set('orders', null, false), { told: 1 });
  assert.deepEqual(rules(), ['orders null false 7']);
  assert.deepEqual(await measuring.set('orders', 'production', true), { told: 1 });
  assert.deepEqual(rules(), ['orders null false 7', 'orders production true 7']);
  assert.deepEqual(await measuring.set('orders', 'production', true), { told: 0 });
  assert.deepEqual(await measuring.set('orders', 'production', false), { told: 1 });
  assert.deepEqual(rules(), ['orders null false 7']);
  assert.deepEqual(
    (await createMeasuringSwitch(store, () => 8)).rules().map((rule) => rule.environment),
    [null],
  );

  leave();
  assert.deepEqual(await measuring.set('orders', null, true), { told: 1 });
  assert.deepEqual(rules(), []);
  assert.deepEqual(heard, { production: [true, false, true, false], staging: [true, false, true], billing: [true] });
});

test('changes at the same time each count, and rules are limited', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const measuring = await createMeasuringSwitch(store, () => 7);
  const environments = Array.from({ length: 1_000 }, (_, i) => `e${i}`);
  await Promise.all(environments.map((environment) => measuring.set('orders', environment, false)));
  assert.equal(measuring.rules().length, 1_000);
  await assert.rejects(measuring.set('billing', null, false), { code: 'PRODLENS_ERR_TOO_MANY_RULES' });
  await measuring.set('orders', null, false);
  await measuring.set('billing', null, false);
  assert.deepEqual(
    measuring.rules().map(({ service }) => service),
    ['billing', 'orders'],
  );
});

test('rules that another collector has changed are told once they are read again', async (t) => {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  const changed: string[] = [];
  const measuring = await createMeasuringSwitch(
    store,
    () => 7,
    (service) => changed.push(service),
  );
  const heard: boolean[] = [];
  measuring.follow({ service: 'orders', environment: 'production' }, (on) => heard.push(on));
  const rule = { service: 'orders', environment: null, measuring: false, changedUnixMs: 7 };
  await store.replaceMeasuringRules('orders', [rule]);
  await measuring.reload();
  await measuring.reload();
  assert.deepEqual([heard, changed, measuring.rules()], [[true, false], ['orders'], [rule]]);
});
