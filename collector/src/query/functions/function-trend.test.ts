import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMeasuringSwitch } from '../../ingest/measuring-switch.js';
import { fakeFunction } from '../../testing/fake-sensor.js';
import { queryFixture as fixture, MS, NOW_MS } from '../../testing/query-fixture.js';

const FUNCTIONS = [fakeFunction(1), fakeFunction(2)];
const MINUTE = 60_000;

test('a file comes with the window in parts, oldest first, and a list does not', async (t) => {
  const { query, instance, turn } = fixture(t);
  const { report } = await instance({}, FUNCTIONS);
  await report([[9 * MS]], { agoMs: 50 * MINUTE });
  await report([[10 * MS, 10 * MS]], { agoMs: 20 * MINUTE, errors: 1 });
  await report([[40 * MS]]);
  const [stats] = (await query.functions({ files: ['src/cart.ts'], windowSeconds: 3_600 })).functions;
  const { partSeconds, startUnixMs, calls, errors, p95Ns } = stats!.trend!;
  assert.equal(partSeconds, 240);
  assert.equal(startUnixMs, 240_000 * Math.floor((NOW_MS - 59 * MINUTE) / 240_000));
  assert.equal(calls.length, 16);
  assert.deepEqual(
    calls.flatMap((n, i) => (n > 0 ? [[i, n, errors[i], Math.round(p95Ns[i]! / (10 * MS))]] : [])),
    [
      [2, 1, 0, 1],
      [10, 2, 1, 1],
      [15, 1, 0, 4],
    ],
  );
  assert.equal(p95Ns[0], null);
  // A minute later a part more has begun; what was read of those that are over is remembered, and the rest is read.
  turn(MINUTE);
  await report([[40 * MS]]);
  const [later] = (await query.functions({ files: ['src/cart.ts'], windowSeconds: 3_600 })).functions;
  assert.deepEqual(later!.trend!.calls.slice(-6), [2, 0, 0, 0, 0, 2]);
  const [listed] = (await query.functions({ windowSeconds: 3_600 })).functions;
  assert.equal(listed?.trend, undefined);
  assert.equal(listed?.versions, undefined);
});

test('what each version did, the current one first, in one environment alone', async (t) => {
  const { query, instance, turn } = fixture(t);
  const before = await instance({ version: '1.0.0', revision: 'aaa' }, FUNCTIONS);
  await before.report([[10 * MS, 10 * MS]], { errors: 1 });
  const staging = await instance({ version: '3.0.0', environment: 'staging' }, FUNCTIONS);
  await staging.report([[70 * MS]]);
  turn(5 * MINUTE);
  const after = await instance({ version: '2.0.0', revision: 'bbb' }, FUNCTIONS);
  await after.report([[30 * MS]]);
  const asked = { files: ['src/cart.ts'], environment: 'production', windowSeconds: 3_600 };
  const [stats] = (await query.functions(asked)).functions;
  assert.deepEqual(
    stats?.versions?.map(({ version, revision, calls, errors, p50Ns }) => [
      version,
      revision,
      calls,
      errors,
      p50Ns! > 15 * MS,
    ]),
    [
      ['2.0.0', 'bbb', 1, 0, true],
      ['1.0.0', 'aaa', 2, 1, false],
    ],
  );
});

test('a function that was never called says for how long; one that was called before the window does not', async (t) => {
  const { query, instance, turn } = fixture(t);
  const { report } = await instance({}, FUNCTIONS);
  await report([[10 * MS]]);
  turn(30 * 60 * MINUTE + 20 * MINUTE);
  await report([]);
  const { functions } = await query.functions({ files: ['src/cart.ts'], windowSeconds: 3_600 }, { sort: 'name' });
  assert.deepEqual(
    functions.map(({ name, calls, uncalledSeconds }) => [name, calls, uncalledSeconds]),
    [
      ['f1', 0, undefined],
      ['f2', 0, 30 * 3_600],
    ],
  );
});

test('the catalog says where measuring is switched off', async (t) => {
  const { query, store, instance } = fixture(t);
  await instance({}, FUNCTIONS);
  await instance({ environment: 'staging' }, FUNCTIONS);
  const off = async () => (await query.catalog())[0]?.measuringOff;
  assert.equal(await off(), undefined);
  const changed: string[] = [];
  const measuring = await createMeasuringSwitch(store, Date.now, (service) => changed.push(service));
  await measuring.set('orders', null, false);
  await measuring.set('orders', 'staging', true);
  assert.deepEqual(await off(), ['production']);
  assert.deepEqual(changed, ['orders', 'orders']);
});
