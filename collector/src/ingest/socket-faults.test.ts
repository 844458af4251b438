// Sockets that mean harm or are broken, by the thousand, against a collector in a process of its own: it lives, its
// memory does not grow from one wave to the next, and a sensor and a reader are served meanwhile.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { SENSOR_LIMITS } from '@prodlens/protocol';
import { connectSensor, fakeHello, fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';

const SOCKETS = 1_000;
const WAVES = 3;
const MIB = 1024 * 1024;

/** Opens the sockets, fifty at a time, and hands each to `act` when it is connected. */
async function wave(url: string, opening: string, act: (socket: Socket) => void): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  for (let i = 0; i < SOCKETS; i += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => {});
        sockets.push(socket);
        await once(socket, 'connect');
        if (opening !== '') {
          socket.write(opening);
          await once(socket, 'data');
        }
        socket.resume();
        act(socket);
      }),
    );
  }
  return sockets;
}

const upgrade = (host: string) =>
  `GET /v1/sensor HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** The beginning of a masked binary frame of that length. */
function frameHead(length: number): Buffer {
  const head = Buffer.alloc(14);
  head.set([0x82, 0xff]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

async function metrics(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

async function rssBytes(url: string): Promise<number> {
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(await metrics(url))?.[1]);
}

const kinds: Record<string, { opening: (host: string) => string; act: (socket: Socket) => void; ended: boolean }> = {
  malformed: { opening: upgrade, act: (socket) => socket.write(Buffer.alloc(4_096, 0xff)), ended: true },
  oversized: { opening: upgrade, act: (socket) => socket.write(frameHead(SENSOR_LIMITS.frameBytes + 1)), ended: true },
  'no sensor': {
    opening: upgrade,
    act: (socket) => socket.write(Buffer.concat([Buffer.of(0x82, 0x85, 0, 0, 0, 0), Buffer.from('hello')])),
    ended: true,
  },
  'half-open': { opening: () => '', act: (socket) => socket.write('GET /v1/sensor HTTP/1.1\r\nHost: '), ended: false },
  silent: { opening: upgrade, act: () => {}, ended: false },
  // 400 MiB together, of frames that never end. The last, because what they took is given back late.
  slow: {
    opening: upgrade,
    act: (socket) => socket.write(Buffer.concat([frameHead(SENSOR_LIMITS.frameBytes), Buffer.alloc(0.4 * MIB)])),
    ended: false,
  },
};

test('sockets by the thousand, again and again', async (t) => {
  const options = [
    '--data',
    temporaryFolder(t),
    '--port',
    '0',
    '--json',
    '--limit',
    'requestsPerSecond=100000',
  ] as const;
  const { firstLine, child } = prodlens(t, 'up', ...options);
  const { url } = JSON.parse(await firstLine);
  const sensor = await startSensor(url);
  let windows = 0;
  for (const [kind, { opening, act, ended }] of Object.entries(kinds)) {
    await t.test(`${SOCKETS} ${kind} sockets`, async (t) => {
      const rss: number[] = [];
      for (let i = 1; i <= WAVES; i++) {
        const sockets = await wave(url, opening(new URL(url).host), act);
        await report(sensor, fakeWindow(++windows, [fakeRow(1, [1e6])]));
        const { body } = await get(`${url}/api/v1/functions`);
        assert.equal(body.functions[0].calls, windows);
        // One who does not answer a close is cut off some time later: waited for once.
        if (ended && i === WAVES) for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
        rss.push(await rssBytes(url));
        for (const socket of sockets) socket.destroy();
        const deadline = Date.now() + 60_000;
        while (!(await metrics(url)).includes('\nprodlens_sockets{path="/v1/sensor"} 1\n'))
          assert.ok(Date.now() < deadline);
      }
      assert.equal((await get(`${url}/readyz`)).status, 200);
      const inMib = rss.map((bytes) => Math.round(bytes / MIB));
      t.diagnostic(`resident memory after each wave: ${inMib.join(', ')} MiB`);
      assert.ok(inMib.at(-1)! <= Math.max(inMib[0]!, inMib[1]!) + 128 && Math.max(...inMib) <= 512, `${inMib}`);
      assert.equal(child.exitCode, null);
    });
  }
});

test('one who does not say hello is shown out', async (t) => {
  const { url } = await testCollector(t, undefined, undefined, { helloMs: 20 });
  const sensor = await connectSensor(url);
  const said = await sensor.next();
  assert.deepEqual(said.type === 'error' && [said.code, said.message], [
    'PRODLENS_ERR_MESSAGE_ORDER',
    'no hello within 0.02 s',
  ]);
  assert.equal((await sensor.closed).code, 1008);
});

test('a sensor that sends faster than it may is read more slowly, and nothing is lost', async (t) => {
  const limits = { socketBytesPerSecond: 100_000 };
  const { url } = await testCollector(t, undefined, undefined, { limits });
  const sensor = await startSensor(url);
  const rows = fakeRow(1, [1e6]);
  // Unknown fields are dropped; these make the frames large: 600 kB together, of which 400 may come at once.
  const windows = Array.from({ length: 6 }, (_, i) => ({ ...fakeWindow(i + 1, [rows]), padding: 'x'.repeat(100_000) }));
  for (const window of windows) sensor.say(window);
  for (const { sequence } of windows) assert.deepEqual(await sensor.next(), { type: 'ack', sequence });
  assert.equal((await get(`${url}/api/v1/functions`)).body.functions[0].calls, 6);
  assert.match(await metrics(url), /^prodlens_ingest_waiting_bytes 0$/m);
});

test('clocks that jump, on either side, lose nothing and stop nothing', async (t) => {
  const start = Date.now();
  let nowMs = start;
  const { url } = await testCollector(t, undefined, undefined, { now: () => nowMs });
  const day = 86_400_000;
  const sensor = await startSensor(url);
  let sequence = 0;
  for (const jumpMs of [0, day, -2 * day, day, 3_600_000, -3_600_000]) {
    nowMs += jumpMs;
    await report(sensor, fakeWindow(++sequence, [fakeRow(1, [1e6])]));
    const other = await connectSensor(url);
    other.say(fakeHello({ instance: `other-${sequence}` }));
    assert.equal((await other.next()).type, 'welcome');
    other.socket.close();
  }
  // Of the sensor's clock only lengths and ages count, whatever they are.
  for (const [ageMs, durationMs] of [
    [Number.MAX_VALUE, 0],
    [0, Number.MAX_VALUE],
    [0, 0],
  ]) {
    await report(sensor, fakeWindow(++sequence, [fakeRow(1, [1e6])], { ageMs: ageMs!, durationMs: durationMs! }));
  }
  nowMs = start + day;
  const [f] = (await get(`${url}/api/v1/functions?window=2d`)).body.functions;
  assert.equal(f.calls, sequence - 1, 'all but the one of 48 hours before');
  assert.ok(Number.isFinite(f.callsPerMinute) && f.callsPerMinute > 0);
  assert.equal((await get(`${url}/readyz`)).status, 200);
});
