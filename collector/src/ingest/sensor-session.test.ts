import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SENSOR_LIMITS } from '@prodlens/protocol';
import { pack } from 'msgpackr';
import { ProdlensError } from '../errors.js';
import {
  connectSensor,
  fakeFunction,
  fakeHello,
  fakeRow,
  fakeWindow,
  report,
  startSensor,
} from '../testing/fake-sensor.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';
import { decodeSensorFrame } from './sensor-frame.js';
import { SESSION_FUNCTIONS } from './sensor-session.js';

const MS = 1_000_000;

const calls = async (url: string) => {
  const { body } = await get(`${url}/api/v1/functions`);
  return body.functions.map((f: { name: string; calls: number }) => `${f.name} ${f.calls}`).join();
};

test('a window is counted once, however often it is sent, also to the collector that was started anew', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await testCollector(t, dataDir);
  const sensor = await startSensor(first.url);
  const window = fakeWindow(1, [fakeRow(1, [MS, MS])]);
  await report(sensor, window);
  await report(sensor, window);
  assert.equal(await calls(first.url), 'f1 2');
  await first.close();
  assert.equal((await sensor.closed).code, 1001);

  const second = await testCollector(t, dataDir);
  const again = await startSensor(second.url);
  assert.equal(again.lastSequence, 1);
  await report(again, window);
  assert.equal(await calls(second.url), 'f1 2');
  await report(again, fakeWindow(2, [fakeRow(1, [MS])]));
  assert.equal(await calls(second.url), 'f1 3');
});

test('many sensors at once: every window acknowledged, in order, and counted', async (t) => {
  const { url } = await testCollector(t);
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const sensor = await startSensor(url, { instance: `instance-${i}` });
      for (let sequence = 1; sequence <= 20; sequence++) sensor.say(fakeWindow(sequence, [fakeRow(1, [MS])]));
      for (let sequence = 1; sequence <= 20; sequence++) {
        assert.deepEqual(await sensor.next(), { type: 'ack', sequence });
      }
      sensor.socket.close();
    }),
  );
  assert.equal(await calls(url), 'f1 400');
});

test('the age of a window says when it ended', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url);
  await report(sensor, fakeWindow(1, [fakeRow(1, [MS])], { ageMs: 10 * 60_000 }));
  await report(sensor, fakeWindow(2, [fakeRow(1, [MS])], { ageMs: 1e300, durationMs: 1e300 }));
  assert.equal((await get(`${url}/api/v1/functions?window=5m`)).body.functions.length, 0);
  assert.equal((await get(`${url}/api/v1/functions?window=15m`)).body.functions[0].calls, 1);
});

const hello = fakeHello();
/** Frames that together name more functions than SESSION_FUNCTIONS. */
function manyFunctions(): Buffer[] {
  return Array.from({ length: SESSION_FUNCTIONS / SENSOR_LIMITS.rows + 1 }, (_, frame) => {
    const ids = Array.from({ length: SENSOR_LIMITS.rows }, (_, i) => frame * SENSOR_LIMITS.rows + i);
    return pack({ type: 'functions', functions: ids.map((id) => fakeFunction(id, { name: 'f', file: 'f' })) });
  });
}

const refusals: Array<[what: string, messages: unknown[], code: string, said: RegExp]> = [
  ['bytes that are not MessagePack', [Buffer.from('c1ffc1', 'hex')], 'PRODLENS_ERR_FRAME', /MessagePack/],
  ['a text frame', ['hello'], 'PRODLENS_ERR_FRAME', /text frame/],
  ['no bytes', [Buffer.alloc(0)], 'PRODLENS_ERR_FRAME', /MessagePack/],
  ['a number', [pack(7)], 'PRODLENS_ERR_MESSAGE', /not an object/],
  [
    'a kind of function that would write a line of the log',
    [
      pack(hello),
      pack({ type: 'functions', functions: [{ ...fakeFunction(1), kind: `x\n2026 error ${'y'.repeat(4_000)}` }] }),
    ],
    'PRODLENS_ERR_MESSAGE',
    /^functions\[0\]\.kind is not a kind of function: "x\\n2026 error y{27}"$/,
  ],
  ['an unknown message', [pack({ type: 'bye' })], 'PRODLENS_ERR_MESSAGE', /not one of/],
  ['a hello without a service', [pack({ ...hello, service: '' })], 'PRODLENS_ERR_MESSAGE', /service is empty/],
  ['a newer protocol', [pack({ ...hello, protocol: 2 })], 'PRODLENS_ERR_PROTOCOL_VERSION', /protocol 2.* protocol 1/],
  [
    'functions before hello',
    [pack({ type: 'functions', functions: [] })],
    'PRODLENS_ERR_MESSAGE_ORDER',
    /before hello/,
  ],
  ['a window before hello', [pack(fakeWindow(1, []))], 'PRODLENS_ERR_MESSAGE_ORDER', /before hello/],
  ['a second hello', [pack(hello), pack(hello)], 'PRODLENS_ERR_MESSAGE_ORDER', /second hello/],
  [
    'a window of a function without a name',
    [pack(hello), pack(fakeWindow(1, [fakeRow(5, [MS])]))],
    'PRODLENS_ERR_FUNCTION_UNNAMED',
    /function 5/,
  ],
  [
    'a window that names a function without a name as caller',
    [
      pack(hello),
      pack({ type: 'functions', functions: [fakeFunction(1)] }),
      pack(fakeWindow(1, [], { edges: [{ caller: 6, callee: 1, calls: 1, sumNs: 1 }] })),
    ],
    'PRODLENS_ERR_FUNCTION_UNNAMED',
    /function 6/,
  ],
  [
    'a window without what the process did',
    [pack(hello), pack({ ...fakeWindow(1, []), process: undefined })],
    'PRODLENS_ERR_MESSAGE',
    /^process is not an object/,
  ],
  [
    'a string that is too long',
    [pack({ ...hello, host: 'x'.repeat(SENSOR_LIMITS.stringLength + 1) })],
    'PRODLENS_ERR_MESSAGE',
    /host is longer/,
  ],
  [
    'too many rows',
    [pack(hello), pack(fakeWindow(1, Array(SENSOR_LIMITS.rows + 1).fill(fakeRow(1, []))))],
    'PRODLENS_ERR_MESSAGE',
    /rows has more than/,
  ],
  [
    'more functions than a session may name',
    [pack(hello), ...manyFunctions()],
    'PRODLENS_ERR_TOO_MANY_FUNCTIONS',
    /More than/,
  ],
];

test('what is refused gets a code and its socket closed; the collector and other sensors live on', async (t) => {
  const { url } = await testCollector(t);
  const healthy = await startSensor(url, { instance: 'healthy' });
  for (const [what, messages, code, said] of refusals) {
    const sensor = await connectSensor(url);
    for (const message of messages) sensor.socket.send(message as Buffer);
    let answer = await sensor.next();
    while (answer.type === 'welcome' || answer.type === 'configure') answer = await sensor.next();
    assert.equal(answer.type === 'error' && answer.code, code, what);
    assert.match(answer.type === 'error' ? answer.message : '', said, what);
    assert.deepEqual(await sensor.closed, { code: 1008, reason: code }, what);
  }
  await report(healthy, fakeWindow(1, [fakeRow(1, [MS])]));
  assert.equal(await calls(url), 'f1 1');
});

test('a frame above the limit closes its socket; the collector lives on', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await connectSensor(url);
  sensor.socket.on('error', () => {});
  sensor.socket.send(Buffer.alloc(SENSOR_LIMITS.frameBytes + 1));
  assert.equal((await sensor.closed).code, 1009);
  assert.equal((await get(`${url}/healthz`)).status, 200);
});

test('whatever the bytes, decoding gives a message or a refusal', () => {
  let seed = 3;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const valid = pack(fakeWindow(1, [fakeRow(1, [MS, 2 * MS, 3 * MS])]));
  for (let round = 0; round < 5_000; round++) {
    const bytes = Buffer.from(round % 2 === 0 ? valid : Buffer.alloc(random(64)));
    for (let change = 0; change < 1 + random(6); change++) bytes[random(bytes.length || 1)] = random(256);
    try {
      decodeSensorFrame(bytes.subarray(0, round % 3 === 0 ? random(bytes.length || 1) : undefined), true);
    } catch (error) {
      assert.ok(error instanceof ProdlensError, `${bytes.toString('hex')}: ${error}`);
    }
  }
});
