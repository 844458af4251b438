import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageReceiver } from '../../testing/message-receiver.js';
import { simulatedShop } from '../../testing/simulated-shop.js';
import { get } from '../../testing/test-collector.js';
import { ATTEMPTS } from './channels.js';

test('what a collector cannot send stays to be read as a dead letter, over a restart', async (t) => {
  const { url: hook, received } = await messageReceiver(t, Array(ATTEMPTS).fill(500));
  const channels = [{ name: 'ops', type: 'webhook' as const, url: hook, secret: 'x' }];
  const { instance, turn, run, restart, url } = await simulatedShop(t, { channels });
  const shop = await instance({ version: '1.0.0' });
  await shop.run(200, {}, { analyse: false });
  await shop.run(3, { 1: { medianMs: 60 } });
  const dead = async () => (await get(`${url()}/api/v1/dead-letters`)).body.deadLetters;
  assert.deepEqual(await dead(), []);
  for (let i = received.length; i < ATTEMPTS; i++) {
    turn(61);
    await run();
  }
  await restart();
  const [letter, ...others] = await dead();
  assert.deepEqual([letter.channel, letter.attempts, letter.failure, others], ['ops', ATTEMPTS, 'answered 500', []]);
  assert.match(await (await fetch(`${url()}/metrics`)).text(), /^prodlens_dead_letters 1$/m);
});

test('a rule for errors and one for calls that stop are told and taken back like any other alert', async (t) => {
  const { url: hook, received } = await messageReceiver(t);
  const of = { service: 'orders', file: 'src/orders.ts', minutes: 5 };
  const { instance, alerts } = await simulatedShop(t, {
    channels: [{ name: 'team', type: 'slack', url: hook }],
    rules: [
      { ...of, name: 'few errors', function: 'handle2', measure: 'errorRate', above: 0.1 },
      { ...of, name: 'is used', function: 'handle3', measure: 'callsPerMinute', below: 10 },
    ],
  });
  const shop = await instance({ version: '1.0.0' });
  await shop.run(10);
  assert.deepEqual(await alerts(), []);
  await shop.run(10, { 3: { errorRate: 0.5 }, 4: { callsPerMinute: 2 } });
  const broken = async () => (await alerts()).filter(({ kind }) => kind === 'rule');
  const titles = (await broken()).map(({ state, title }) => `${state}: ${title}`).sort();
  assert.match(titles[0]!, /^open: handle2: errorRate is \d\d % ?, above 10 % \(few errors\)$/);
  assert.match(titles[1]!, /^open: handle3: callsPerMinute is [\d.]+\/min, below 10\/min \(is used\)$/);
  const said = received.map(({ body }) => JSON.parse(body).text).join('\n');
  for (const rule of ['few errors', 'is used']) assert.ok(said.includes(`(${rule})`), said);
  await shop.run(10);
  assert.deepEqual(
    (await broken()).map(({ state }) => state),
    ['closed', 'closed'],
  );
});

test('the report of the day says to a channel of some services nothing of the others', async (t) => {
  const [orders, other] = [await messageReceiver(t), await messageReceiver(t)];
  const channel = { type: 'webhook' as const, secret: 'x' };
  const { instance, turn, run } = await simulatedShop(t, {
    channels: [
      { ...channel, name: 'orders', url: orders.url, services: ['orders'] },
      { ...channel, name: 'other', url: other.url, services: ['stock'] },
    ],
    headsUp: { hourUtc: 0 },
  });
  const shop = await instance({ version: '1.0.0' });
  await shop.run(200, {}, { analyse: false });
  await shop.run(3, { 1: { medianMs: 60 } });
  turn(1_440 - 10);
  await run();
  const reports = [orders, other].map(
    ({ received }) => received.map(({ body }) => JSON.parse(body)).findLast(({ type }) => type === 'heads-up')!,
  );
  const said = reports.map(({ opened, open, slowest }) => [opened, open.length, slowest.length > 0]);
  assert.deepEqual(said, [
    [1, 1, true],
    [0, 0, false],
  ]);
});
