// The connection against a real WebSocket server: one that ends the session as the collector does, and one that lies.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { SensorHello, SensorMessage } from '@prodlens/protocol';
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
    configured: () => told.push('configured'),
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

test('whoever waits for a collector stops waiting when the connection ends, or when no welcome comes', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nothing = () => {};
  const events = { welcomed: nothing, configured: nothing, acknowledged: nothing, refused: nothing };
  const silent = new Connection(url, '', {} as SensorHello, events);
  await once(server, 'connection');
  await silent.away();
  silent.close();
  for (const socket of server.clients) socket.terminate();
  server.close();
  await once(server, 'close');
  const refused = new Connection(url, '', {} as SensorHello, events);
  await refused.away();
  refused.close();
});

test('what is no message of a collector ends the connection', async () => {
  for (const lie of [Buffer.from('not MessagePack'), pack({ type: 'welcome' }), pack(null), pack({ type: 'obey' })]) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const closed = new Promise<number>((resolve) => {
      server.on('connection', (socket) => {
        socket.once('message', () => socket.send(lie));
        socket.once('close', resolve);
      });
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const none = () => assert.fail('a lie is no news');
    const events = { welcomed: none, configured: none, acknowledged: none, refused: none };
    const connection = new Connection(url, '', {} as SensorHello, events);
    assert.equal(await closed, 1002);
    connection.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

test('a collector that hangs is given up and tried again: before its welcome, and when it stops acknowledging', async () => {
  for (const welcomes of [false, true]) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const welcome = { type: 'welcome', protocol: 1, collectorVersion: '', lastSequence: 0 };
    server.on('connection', (socket) => socket.once('message', () => welcomes && socket.send(pack(welcome))));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const none = () => {};
    const events = { configured: none, acknowledged: none, refused: none };
    const window = { type: 'window', sequence: 1 } as SensorMessage;
    const connection: Connection = new Connection(
      url,
      '',
      {} as SensorHello,
      { ...events, welcomed: () => connection.send(window) },
      50,
    );
    await once(server, 'connection');
    await once(server, 'connection');
    connection.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});
