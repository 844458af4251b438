import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, CollectorToIde } from '@prodlens/protocol';
import { messageReceiver } from '../../testing/message-receiver.js';
import { openMessageSocket } from '../../testing/message-socket.js';
import { SLOWED, simulatedShop } from '../../testing/simulated-shop.js';
import { UPDATE_MS } from '../telling/telling.js';

const SLOW = { 1: { medianMs: 60 } };

test('unmuted it is open at once, here and in editors; what closes while muted comes back open', async (t) => {
  const { instance, alerts, post, url } = await simulatedShop(t);
  const shop = await instance({ version: '1.0.0' });
  await shop.run(200, {}, { analyse: false });
  await shop.run(6, SLOW);
  const [found] = await alerts();
  const ide = await openMessageSocket(`${url()}/v1/ide`, (data) => JSON.parse(String(data)) as CollectorToIde);
  t.after(() => ide.socket.close());
  const told = async (state: Alert['state']) => {
    for (;;) {
      const message = await ide.next();
      if (message.type === 'alerts' && message.alerts[0]?.state === state) return;
    }
  };
  await told('open');
  const act = async (verb: string, body: object) =>
    (await post(`/api/v1/alerts/${found!.id}/${verb}`, body)).body.alert;
  assert.equal((await act('mute', { reason: 'known' })).state, 'muted');
  await told('muted');
  await shop.run(6, SLOW);
  assert.deepEqual((await alerts())[0]!.state, 'muted');
  const unmuted = await act('unmute', {});
  assert.deepEqual([unmuted.state, unmuted.silence, (await alerts())[0]!.state], ['open', null, 'open']);
  await told('open');
  // The analysis of the minutes that follow leaves it so.
  await shop.run(6, SLOW);
  assert.equal((await alerts())[0]!.state, 'open');

  await act('mute', { reason: 'known' });
  await shop.run(50);
  const [closed] = await alerts();
  assert.deepEqual([closed!.state, closed!.silence], ['closed', null]);
  assert.equal((await act('unmute', {})).state, 'closed');
  await shop.run(6, SLOW);
  const [back] = await alerts();
  assert.deepEqual([back!.id, back!.state, back!.history.at(-1)?.type], [found!.id, 'open', 'reopened']);
});

test('muted until a moment it stays so over closing and coming back, and nobody is told before', async (t) => {
  const { url, received } = await messageReceiver(t);
  const channels = [{ name: 'ops', type: 'webhook' as const, url, secret: 'x' }];
  const { instance, alerts, post, now, turn, run } = await simulatedShop(t, { channels });
  const events = () =>
    received.flatMap(({ body }) => JSON.parse(body).events.map((e: { what: string; alert: Alert }) => e.what));
  const shop = await instance({ version: '1.0.0' });
  await shop.run(200, {}, { analyse: false });
  await shop.run(6, SLOW);
  const [found] = await alerts();
  assert.ok(found?.place?.type === 'function' && found.place.name === SLOWED.name);
  assert.deepEqual(events(), ['opened']);
  const untilUnixMs = now() + 120 * 60_000;
  await post(`/api/v1/alerts/${found.id}/mute`, { untilUnixMs, reason: 'the index is being built' });
  await shop.run(60);
  assert.deepEqual(
    (await alerts()).map(({ state, silence }) => [state, silence?.untilUnixMs]),
    [['closed', untilUnixMs]],
  );
  await shop.run(40, SLOW);
  assert.equal((await alerts())[0]!.state, 'muted');
  assert.deepEqual(events(), ['opened']);
  await shop.run(Math.ceil((untilUnixMs - now()) / 60_000) + 1, SLOW);
  assert.equal((await alerts())[0]!.state, 'open');
  turn(UPDATE_MS / 60_000);
  await run();
  assert.deepEqual(events(), ['opened', 'reopened']);
});
