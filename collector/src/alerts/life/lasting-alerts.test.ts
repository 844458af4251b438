import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatedShop } from '../../testing/simulated-shop.js';

const CALLS = { callsPerMinute: 10 };

test('an alert of first errors stays open while a few in a hundred calls still fail, and closes when none does', async (t) => {
  const { instance, alerts } = await simulatedShop(t);
  const rare = { 3: CALLS };
  const shop = await instance({ version: '1.0.0' });
  await shop.run(300, rare, { analyse: false });
  await shop.run(20, { 3: { ...CALLS, errorRate: 0.25 } });
  const [found, ...others] = await alerts();
  assert.deepEqual([found?.kind, found?.state, others], ['new-error', 'open', []]);
  assert.match(found!.closesWhen, /^Closes when at most 0\.5 % of its calls fail over half an hour and \d+ calls\.$/);
  await shop.run(240, { 3: { ...CALLS, errorRate: 0.04 } });
  const [lasts] = await alerts();
  const types = lasts!.history.map(({ type }) => type).filter((type) => type !== 'updated');
  assert.deepEqual([lasts!.state, types], ['open', ['opened']]);
  await shop.run(60, rare);
  const gone = (await alerts()).find(({ id }) => id === found!.id);
  assert.deepEqual([gone?.state, gone?.history.at(-1)?.type], ['closed', 'closed']);
});
