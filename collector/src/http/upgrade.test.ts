import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { createSocketBudget, SOCKET_LIMITS } from '../ingest/socket-budget.js';
import { createMetrics } from '../metrics.js';
import { serveSockets } from './upgrade.js';

const HEARTBEAT_MS = 30_000;

test('who answers no ping is ended; who is not read from for a while is not', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const said: string[] = [];
  let handled = () => {};
  let heard = () => {};
  const sockets = serveSockets(
    server,
    new Map([
      [
        '/',
        {
          scope: 'ingest',
          frameBytes: 1_024,
          accept(socket, { reading }) {
            socket.on('message', (data: Buffer) => {
              handled = reading.waits(data.length);
              said.push(String(data));
              heard();
            });
          },
        },
      ],
    ]),
    {
      store: { tokens: async () => [] } as never,
      door: { admit: async () => null } as never,
      socketBudget: createSocketBudget({ ...SOCKET_LIMITS, waitingMessages: 1, bytesPerSecond: 1e9 }),
      ...{ metrics: createMetrics(), socketsOfToken: 10, log: pino({ level: 'silent' }) },
    },
  );
  t.after(async () => {
    await sockets.close();
    server.close();
  });
  const open = async (autoPong: boolean) => {
    const { port } = server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { autoPong });
    await once(socket, 'open');
    return socket;
  };
  const say = async (socket: WebSocket, text: string) => {
    const arrived = new Promise<void>((resolve) => (heard = resolve));
    socket.send(text);
    await Promise.race([arrived, once(socket, 'close').then(() => assert.fail(`ended before it said "${text}"`))]);
  };

  const held = await open(true);
  await say(held, 'waits');
  const deaf = await open(false);
  for (let beat = 0; beat < 2; beat++) t.mock.timers.tick(HEARTBEAT_MS);
  await once(deaf, 'close');
  handled();
  await say(held, 'goes on');
  assert.deepEqual(said, ['waits', 'goes on']);
});
