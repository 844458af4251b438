// The connection against a real WebSocket server that ends the session as the collector does.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { SensorHello } from '@prodlens/protocol';
import { pack } from 'msgpackr';
import { WebSocketServer } from 'ws';
import { Connection } from './connection.js';

/** What the connection tells when the collector, after its welcome, says the error and closes with the code. */
async function endedWith(code: number, error: string): Promise<string[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const told: string[] = [];
  server.on('connection', (socket) =>
    socket.once('message', () => {
      socket.send(pack({ type: 'welcome', protocol: 1, collectorVersion: '', lastSequence: 0 }));
      socket.send(pack({ type: 'error', code: error, message: '' }));
      socket.close(code);
    }),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = new Connection(url, '', {} as SensorHello, {
    welcomed: () => told.push('welcomed'),
    acknowledged: () => told.push('acknowledged'),
    refused: () => told.push('refused'),
  });
  // The next connection is made after what the first one told.
  await once(server, 'connection');
  await once(server, 'connection');
  connection.close();
  for (const socket of server.clients) socket.terminate();
  server.close();
  return told;
}

test('a window that the collector could not store is not refused: it is sent again', async () => {
  assert.deepEqual(await endedWith(1011, 'PRODLENS_ERR_STORE'), ['welcomed']);
});

test('a session that is ended because of what was sent is a refusal', async () => {
  assert.deepEqual(await endedWith(1008, 'PRODLENS_ERR_MESSAGE_INVALID'), ['welcomed', 'refused']);
});
