// docs/wire-protocol.md, byte by byte: each documented message is what the packer makes of it, and a conversation of the
// documented bytes alone, over a bare TCP connection, is answered with the documented bytes. UPDATE_EXPECT=1 writes the
// bytes of the messages below into the page.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { decodeCollectorToSensor, decodeSensorMessage, type SensorHello } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { unpack } from 'msgpackr';
import { annotatedBytes, bytesOf } from '../testing/annotated-bytes.js';
import { FACTS, fakeFunction, fakeHello, fakeWindow, PROCESS } from '../testing/fake-sensor.js';
import { get, testCollector } from '../testing/test-collector.js';

const PAGE = new URL('../../../docs/wire-protocol.md', import.meta.url);
const hello: SensorHello = fakeHello({
  ...{ version: '2.4.0', revision: '8f3c2d1', instance: 'f81d4fae-7dec-4d0b-a765-00a0c91e6bf6' },
  ...{ host: 'web-1', pid: 4_711 },
});
const row = { errors: 0, sumNs: 0, maxNs: 0, buckets: [], selfNs: 0, cpuNs: 0 };
const timed = { errors: 1, sumNs: 7e6, maxNs: 4e6, buckets: [161, 2, 175, 1], selfNs: 6.5e6, cpuNs: 5e6 };
const endpoint = { calls: 3, errors: 0, sumNs: 9e6, maxNs: 5e6, buckets: [171, 3], databaseNs: 1e6, outboundNs: 0 };
const fromSensor = {
  hello,
  functions: {
    type: 'functions',
    functions: [
      fakeFunction(1, { name: 'Cart.total', kind: 'method', line: 12 }),
      fakeFunction(2, { name: 'round', kind: 'arrow', line: 40, column: 7, timed: false }),
    ],
  },
  endpoints: { type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: '/cart/:id' }] },
  window: fakeWindow(
    1,
    [
      { id: 1, calls: 3, ...timed },
      { id: 2, calls: 300, ...row },
    ],
    {
      ...{ ageMs: 12.5, edges: [{ caller: 1, callee: 2, calls: 300, sumNs: 0 }] },
      endpoints: [{ id: 1, ...endpoint }],
      endpointFunctions: [{ endpoint: 1, function: 1, calls: 3, sumNs: 7e6, selfNs: 6.5e6, busyNs: 5e6 }],
      ...{ facts: { ...FACTS, functions: 2, skipped: { unparsable: 1 }, inlineCpuMs: 0.25 }, process: PROCESS },
    },
  ),
  snapshot: { type: 'snapshot', ageMs: 3.5, snapshot: fakeSnapshot() },
};
const fromCollector = {
  welcome: { type: 'welcome', protocol: 1, collectorVersion: '0.1.0', lastSequence: 0 },
  configure: { type: 'configure', measuring: true, fingerprints: true },
  ack: { type: 'ack', sequence: 1 },
  snapshotAck: { type: 'snapshotAck', id: fakeSnapshot().id, refused: null },
  error: { type: 'error', code: 'PRODLENS_ERR_MESSAGE_ORDER', message: 'a second hello in one session' },
};

/** The text of a block of the page: the first one below the heading. */
function block(page: string, heading: string): string {
  const found = page.split(`### ${heading}\n`)[1]?.split('```')[1];
  assert.ok(found, `no block below ${heading}`);
  return found.slice(found.indexOf('\n') + 1).trimEnd();
}

const bytesHeading = (type: string) => `Bytes of \`${type}\``;

test('the documented bytes are those of the documented values, and pass the decoders', () => {
  let page = readFileSync(PAGE, 'utf8');
  for (const [type, message] of Object.entries({ ...fromSensor, ...fromCollector })) {
    const expected = annotatedBytes(message);
    const shown = block(page, bytesHeading(type));
    if (process.env.UPDATE_EXPECT) page = page.replace(shown, () => expected);
    else assert.equal(shown, expected, type);
    const decode = type in fromSensor ? decodeSensorMessage : decodeCollectorToSensor;
    assert.deepEqual(decode(unpack(bytesOf(expected))), message);
  }
  if (process.env.UPDATE_EXPECT) writeFileSync(PAGE, page);
});

/** A copy that notes the names of the fields that are asked for, at any depth. */
function noting(value: unknown, names: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      if (!Array.isArray(target) && typeof key === 'string') names.add(key);
      return noting(Reflect.get(target, key), names);
    },
  });
}

test('the tables name every field that the decoders ask for', () => {
  const asked = new Set<string>();
  for (const message of Object.values(fromSensor)) {
    // What a snapshot holds is said where its type is.
    if (message.type !== 'snapshot') decodeSensorMessage(noting(message, asked));
  }
  for (const message of Object.values(fromCollector)) decodeCollectorToSensor(noting(message, asked));
  const capture = { mode: 'off', fault: null, taken: 0, suppressed: 0, dropped: 0, refused: 0, refusal: null };
  const leftOut = [{ file: 'x.js', reason: 'unparsable' }];
  const { window } = fromSensor;
  decodeSensorMessage(noting({ ...window, facts: { ...window.facts, capture, leftOut } }, asked));
  const [tables = ''] = readFileSync(PAGE, 'utf8').split('## `/v1/sensor`, byte by byte');
  const cells = tables.replaceAll('`…P99Ns`, `…MaxNs`', '`eventLoopDelayP99Ns`, `eventLoopDelayMaxNs`');
  asked.delete('unparsable'); // a reason, not a field
  assert.ok(asked.has('busyNs') && asked.has('lastSequence'));
  assert.deepEqual(
    [...asked].filter((name) => !new RegExp(`^\\|[^\\n]*[\`.]${name}[\`.[]`, 'm').test(cells)),
    [],
  );
});

test('a conversation of the documented bytes alone', async (t) => {
  const page = readFileSync(PAGE, 'utf8');
  const { url } = await testCollector(t);
  const { hostname, port, host } = new URL(url);
  const tcp = connect(Number(port), hostname);
  t.after(() => tcp.destroy());
  let received = Buffer.alloc(0);
  tcp.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
  });
  const until = async (length: () => number) => {
    while (received.length < length()) await once(tcp, 'data');
    const taken = received.subarray(0, length());
    received = received.subarray(length());
    return taken;
  };
  /** As documented: 82, the length, no mask. */
  const frame = async () => {
    const [first, length] = await until(() => 2);
    assert.equal(first, 0x82);
    const long = length === 126 ? (await until(() => 2)).readUInt16BE() : length!;
    return until(() => long);
  };
  const send = (type: string) => {
    const payload = bytesOf(block(page, bytesHeading(type)));
    // As documented: 82, 80 + length with its mask, a mask of zeros.
    const length = payload.length < 126 ? [0x80 + payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff];
    tcp.write(Buffer.concat([Buffer.of(0x82, ...length, 0, 0, 0, 0), payload]));
  };

  tcp.write(`${block(page, 'Opening').replace('127.0.0.1:4790', host).replaceAll('\n', '\r\n')}\r\n\r\n`);
  const answer = `${block(page, 'Opening answered').replaceAll('\n', '\r\n')}\r\n\r\n`;
  assert.equal(String(await until(() => answer.length)), answer);
  for (const [type, ...answers] of [
    ['hello', 'welcome', 'configure'],
    ['functions'],
    ['endpoints'],
    ['window', 'ack'],
    ['snapshot', 'snapshotAck'],
    ['hello', 'error'],
  ] as const) {
    send(type);
    for (const expected of answers) {
      assert.equal(
        (await frame()).toString('hex'),
        bytesOf(block(page, bytesHeading(expected))).toString('hex'),
        expected,
      );
    }
  }
  // As documented: 88, the length, 1008, the code.
  const code = 'PRODLENS_ERR_MESSAGE_ORDER';
  const close = Buffer.concat([Buffer.of(0x88, 2 + code.length, 0x03, 0xf0), Buffer.from(code)]);
  assert.equal((await until(() => close.length)).toString('hex'), close.toString('hex'));
  const [total] = (await get(`${url}/api/v1/functions?sort=calls`)).body.functions.slice(1);
  assert.deepEqual([total.name, total.calls, total.errors, total.maxNs], ['Cart.total', 3, 1, 4e6]);
});
