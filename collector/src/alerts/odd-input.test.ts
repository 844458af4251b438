import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeFunction } from '../testing/fake-sensor.js';
import { NAMED, type RunOptions, SLOWED, simulatedShop, told } from '../testing/simulated-shop.js';

const UNSEEN: RunOptions = { analyse: false };

test('clocks that jump on either side, a service that stops and starts, windows late and double raise nothing', async (t) => {
  const { instance, alerts, turn, run, restart } = await simulatedShop(t);
  const shop = await instance({ version: '1.0.0' });
  await shop.run(240, {}, UNSEEN);
  await shop.run(5);
  // The collector's clock: two hours ahead, and back again.
  turn(120);
  await shop.run(10);
  turn(-120);
  await shop.run(10);
  // The sensor's: windows that say they are of an hour ago. (One of tomorrow is refused.)
  await shop.run(6, {}, { edit: (window) => ({ ...window, ageMs: 3_600_000 }) });
  await shop.run(10, {}, { edit: (window) => [window, window] });
  await shop.run(10, {}, { edit: (window) => ({ ...window, ageMs: 200_000 }) });
  // It stops and starts, four times within an hour.
  for (let i = 0; i < 4; i++) {
    await shop.stop();
    turn(7);
    await run();
    await shop.again();
    await shop.run(8);
  }
  await restart();
  await shop.again();
  await shop.run(5);
  assert.deepEqual(told(await alerts()), []);
  // And it still sees.
  await shop.run(8, { 1: { medianMs: 60 } });
  assert.deepEqual(told(await alerts()), [`dramatic-slowdown of ${SLOWED.name}`]);
});

test('one call a day, three distributions at once, and a deployment that only changes names raise nothing', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const odd = (minute: number) => ({
    2: minute % 1_440 === 77 ? { callsPerMinute: 1, medianMs: 900 } : { callsPerMinute: 0 },
    3: { slowShare: 0.3, slowMs: 300 },
    // A third of the calls in each of three modes, by turns of the minute.
    4: { medianMs: [2, 16, 130][minute % 3]! },
  });
  await (await instance({ version: '1.0.0' })).run(600, odd, UNSEEN);
  // The same code under other names: slower than what had the name before, if it were held against that.
  const renamed = NAMED.map((f) => (f.id === 7 ? fakeFunction(7, { ...f, name: 'handleAnew' }) : f));
  await (await instance({ version: '2.0.0' }, renamed)).run(120, (minute) => ({ ...odd(minute), 7: { medianMs: 80 } }));
  assert.deepEqual(
    (await alerts()).filter(({ kind }) => kind !== 'call-rate-collapsed').map(({ title }) => title),
    [],
  );
});

test('what a function does every Monday is no alert once there is a week of it, and a week outlives the collector', async (t) => {
  const { instance, alerts, restart, now } = await simulatedShop(t);
  const monday = Math.floor(now() / 60_000 / 10_080) * 10_080 + 10_080;
  const isMonday = (minute: number) => (minute - monday + 10_080 * 3) % 10_080 < 360;
  const does = (minute: number) => (isMonday(minute) ? { 1: { medianMs: 12 } } : {});
  const shop = await instance({ version: '1.0.0' });
  const weeks = monday + 2 * 10_080 - Math.floor(now() / 60_000) - 240;
  // A window every twenty minutes, and every one in the last hours.
  await shop.run(weeks, does, { ...UNSEEN, everyMinutes: 20 });
  await shop.run(240, does, UNSEEN);
  await restart();
  await shop.again();
  await shop.run(180, (minute) => ({ ...does(minute), ...(isMonday(minute) && { 4: { medianMs: 20 } }) }));
  // Outliers are seen first; they end where all of its calls are slower.
  const open = (await alerts()).filter(({ state }) => state === 'open');
  assert.deepEqual(told(open), ['drift of handle3']);
});

test('functions that cannot be told from their namesakes across a deployment are never held against the past', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const named = (count: number) => [
    ...NAMED,
    ...Array.from({ length: count }, (_, i) =>
      fakeFunction(20 + i, { file: 'src/routes.ts', name: 'handler', ordinal: i }),
    ),
  ];
  const does = { 20: { medianMs: 5 }, 21: { medianMs: 12 }, 22: { medianMs: 12 } };
  await (await instance({ version: '1.0.0' }, named(2))).run(300, does, UNSEEN);
  // A new one stands before them, and fails: the first and second are other functions than those that had the place.
  const moved = { 20: { medianMs: 60, errorRate: 0.2 }, 21: { medianMs: 5 }, 22: { medianMs: 12 } };
  const after = await instance({ version: '2.0.0' }, named(3));
  await after.run(240, moved);
  assert.deepEqual(told(await alerts()), []);
  // Once its past is its own, it is judged like any other.
  await after.run(6, { ...moved, 20: { medianMs: 600, errorRate: 0.2 } });
  assert.deepEqual(told(await alerts()), ['dramatic-slowdown of handler']);
});
