// What leaves the process: names and numbers, and what was captured of errors, redacted. A program handles a secret as
// argument, return value, property, error message and environment variable; no frame that it sends holds it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Snapshot } from '@prodlens/protocol';
import { pack, unpack } from 'msgpackr';
import { WebSocketServer } from 'ws';
import { SENSOR, startProgram } from '../program.js';

const SECRET = 'Hunter2-4111111111111111';
const folder = mkdtempSync(join(tmpdir(), 'prodlens-leaves-'));
after(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, 'app.cjs'),
  `const secret = process.env.PASSWORD;
function attempt() { try { login('ada', secret) } catch {} }
function login(user, password) { if (check({ password })) throw new Error('wrong: ' + password); return password }
function check(request) { return request.password.length > 3 && [request].map((r) => r.password).includes(secret) }
async function later(value) { return Promise.reject(new Error(value)) }
setInterval(() => { attempt(); later(secret).catch(() => {}) }, 20);
console.log('listening on http://127.0.0.1:1');`,
);

test('arguments, results, errors and the environment stay in the process', async () => {
  const frames: Buffer[] = [];
  const durations: number[] = [];
  const snapshots: Snapshot[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const windows = new Promise<void>((resolve) => {
    server.on('connection', (socket) =>
      socket.on('message', (frame: Buffer) => {
        frames.push(frame);
        const message = unpack(frame);
        if (message.type === 'hello')
          socket.send(pack({ type: 'welcome', protocol: 1, collectorVersion: '', lastSequence: 0 }));
        if (message.type === 'snapshot') {
          snapshots.push(message.snapshot);
          socket.send(pack({ type: 'snapshotAck', id: message.snapshot.id, refused: null }));
        }
        if (message.type !== 'window') return;
        socket.send(pack({ type: 'ack', sequence: message.sequence }));
        durations.push(message.durationMs);
        if (durations.length === 2) resolve();
      }),
    );
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const program = await startProgram(
    ['--import', SENSOR, join(folder, 'app.cjs')],
    { PRODLENS_URL: url, PASSWORD: SECRET },
    /listening on (\S+)/,
  );
  await windows;
  await program.stop();
  server.close();
  // The first window is short, so that a service is seen soon; then they are ten seconds.
  assert.deepEqual(
    durations.map((ms) => Math.round(ms / 2_000) * 2),
    [2, 10],
  );
  const sent = Buffer.concat(frames).toString('latin1');
  assert.ok(sent.includes('login'), 'the functions are reported');
  assert.ok(snapshots.length > 0, 'an error is captured');
  assert.ok(!sent.includes(SECRET), 'the secret is not');
});
