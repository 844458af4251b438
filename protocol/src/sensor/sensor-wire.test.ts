import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../check.js';
import { decodeIdeMessage } from '../ide-wire.js';
import { decodeCollectorToSensor, decodeSensorMessage } from './sensor-decoders.js';
import { SENSOR_LIMITS } from './sensor-wire.js';

const HELLO = {
  type: 'hello',
  protocol: 1,
  sensorVersion: '0.1.0',
  service: 'cart',
  environment: 'production',
  version: '1.0.0',
  revision: '',
  instance: 'i-1',
  packageName: 'cart',
  root: '/srv/cart',
  runtime: 'node 20',
  host: 'h',
  pid: 7,
};
const FUNCTION = {
  id: 0,
  file: 'a.ts',
  name: 'f',
  ordinal: 0,
  kind: 'function',
  line: 1,
  column: 1,
  package: null,
  timed: true,
};
const ROW = { id: 0, calls: 2, errors: 0, sumNs: 3.5, maxNs: 2, buckets: [-1, 1, 8, 1], selfNs: 1.5, cpuNs: 0 };
const EDGE = { caller: 0, callee: 1, calls: 3, sumNs: 2 };
const FACTS = {
  functions: 1,
  modules: 1,
  skipped: { minified: 2 },
  mergedWindows: 0,
  droppedWindows: 0,
  droppedSamples: 0,
  droppedEdges: 0,
  droppedFlows: 0,
  droppedFlowEvents: 0,
  droppedEndpointFunctions: 0,
  unknownLibraries: {},
  shedLevel: 0,
  measuring: true,
  sensorCpuMs: 1.5,
  inlineCpuMs: 0.5,
  sensorBytes: 1024,
};
const PROCESS = {
  cpuMs: 120,
  rssBytes: 9e7,
  heapUsedBytes: 3e7,
  eventLoopUtilization: 0.25,
  eventLoopDelayP50Ns: 1e4,
  eventLoopDelayP99Ns: 1e6,
  eventLoopDelayMaxNs: 2e6,
  gcCount: 2,
  gcMs: 1.25,
};
const ENDPOINT = { id: 3, kind: 'http', method: 'GET', route: '/users/:id' };
const ENDPOINT_ROW = { id: 3, calls: 2, errors: 1, sumNs: 9, maxNs: 8, buckets: [1, 2], databaseNs: 4, outboundNs: 0 };
const PAIR = { endpoint: 3, function: 7, calls: 2, sumNs: 5, selfNs: 4, busyNs: 3 };
const WINDOW = {
  type: 'window',
  sequence: 1,
  ageMs: 0.5,
  durationMs: 10_000,
  rows: [ROW],
  edges: [EDGE],
  endpoints: [ENDPOINT_ROW],
  endpointFunctions: [PAIR],
  facts: FACTS,
  process: PROCESS,
};

test('what is right comes back as it is, without fields that nobody asked for', () => {
  assert.deepEqual(decodeSensorMessage({ ...HELLO, extra: 1 }), HELLO);
  assert.deepEqual(decodeSensorMessage({ type: 'functions', functions: [FUNCTION] }), {
    type: 'functions',
    functions: [FUNCTION],
  });
  assert.deepEqual(decodeSensorMessage(WINDOW), WINDOW);
  const named = { type: 'endpoints', endpoints: [ENDPOINT] };
  assert.deepEqual(decodeSensorMessage(named), named);
});

test('a sensor that does not know of endpoints has none', () => {
  const { endpoints: _, endpointFunctions: __, ...older } = WINDOW;
  const { droppedFlows: ___, unknownLibraries: ____, ...facts } = FACTS;
  assert.deepEqual(decodeSensorMessage({ ...older, facts }), { ...WINDOW, endpoints: [], endpointFunctions: [] });
});

const withRow = (change: object) => ({ ...WINDOW, rows: [{ ...ROW, ...change }] });
const withEdge = (change: object) => ({ ...WINDOW, edges: [{ ...EDGE, ...change }] });
const WRONG: [what: string, message: unknown, place: RegExp][] = [
  ['nothing', undefined, /^message /],
  ['a list', [], /^message /],
  ['an unknown type', { type: 'x' }, /^message\.type /],
  ['no service', { ...HELLO, service: '' }, /^service /],
  ['a number for a name', { ...HELLO, host: 5 }, /^host /],
  ['a text without end', { ...HELLO, root: 'x'.repeat(SENSOR_LIMITS.stringLength + 1) }, /^root /],
  ['an unknown kind', { type: 'functions', functions: [{ ...FUNCTION, kind: 'macro' }] }, /^functions\[0\]\.kind /],
  ['a negative count', withRow({ calls: -1 }), /^rows\[0\]\.calls /],
  ['a negative self time', withRow({ selfNs: -1 }), /^rows\[0\]\.selfNs /],
  ['a kind of endpoint', { type: 'endpoints', endpoints: [{ ...ENDPOINT, kind: 'x' }] }, /^endpoints\[0\]\.kind /],
  ['a long route', { type: 'endpoints', endpoints: [{ ...ENDPOINT, route: 'x'.repeat(513) }] }, /\.route /],
  ['no waiting', { ...WINDOW, endpoints: [{ ...ENDPOINT_ROW, databaseNs: -1 }] }, /^endpoints\[0\]\.databaseNs /],
  ['an unnamed pair', { ...WINDOW, endpointFunctions: [{ ...PAIR, function: null }] }, /^endpointFunctions\[0\]/],
  ['an edge from nowhere', withEdge({ caller: null }), /^edges\[0\]\.caller /],
  ['no switch', { ...WINDOW, facts: { ...FACTS, measuring: 1 } }, /^facts\.measuring /],
  ['no process', { ...WINDOW, process: undefined }, /^process /],
  ['half a call', withRow({ calls: 0.5 }), /^rows\[0\]\.calls /],
  ['no number', withRow({ sumNs: Number.NaN }), /^rows\[0\]\.sumNs /],
  ['an infinite age', { ...WINDOW, ageMs: Number.POSITIVE_INFINITY }, /^ageMs /],
  ['an index without a count', withRow({ buckets: [1] }), /^rows\[0\]\.buckets /],
  ['buckets out of order', withRow({ buckets: [5, 1, 5, 1] }), /^rows\[0\]\.buckets\[2\] /],
  ['a bucket beyond the range', withRow({ buckets: [999, 1] }), /^rows\[0\]\.buckets\[0\] /],
  ['an empty bucket', withRow({ buckets: [5, 0] }), /^rows\[0\]\.buckets\[1\] /],
  ['too many rows', { ...WINDOW, rows: new Array(SENSOR_LIMITS.rows + 1).fill(ROW) }, /^rows /],
  ['facts that are none', { ...WINDOW, facts: { ...FACTS, skipped: { x: 'many' } } }, /^facts\.skipped\.x /],
];
for (const [what, message, place] of WRONG) {
  test(`refused, with the place: ${what}`, () => {
    assert.throws(
      () => decodeSensorMessage(message),
      (error: Error) => error instanceof DecodeError && place.test(error.message),
    );
  });
}

test('the collector’s words are checked as well', () => {
  assert.deepEqual(decodeCollectorToSensor({ type: 'ack', sequence: 3 }), { type: 'ack', sequence: 3 });
  assert.throws(() => decodeCollectorToSensor({ type: 'ack' }), DecodeError);
  const slow = {
    thresholds: [{ function: { file: 'a.ts', name: 'f', ordinal: 0 }, slowNs: 5e6 }],
    endpointThresholds: [{ endpoint: { kind: 'http', method: 'GET', route: '/' }, slowNs: 6e7 }],
  };
  const configure = { type: 'configure', measuring: true, ...slow };
  assert.deepEqual(decodeCollectorToSensor(configure), configure);
  const wrong = [{ ...slow.endpointThresholds[0], slowNs: -1 }];
  assert.throws(
    () => decodeCollectorToSensor({ ...configure, endpointThresholds: wrong }),
    /endpointThresholds\[0\]\.slowNs/,
  );
  assert.throws(() => decodeCollectorToSensor({ type: 'hello' }), DecodeError);
});

test('a language server’s words are checked as well', () => {
  const subscribe = { type: 'subscribe', windowSeconds: 3600, files: [{ service: 's', file: 'f' }] };
  assert.deepEqual(decodeIdeMessage(subscribe), subscribe);
  for (const wrong of [{ ...subscribe, windowSeconds: 1 }, { ...subscribe, files: [{}] }, { type: 'x' }, null]) {
    assert.throws(() => decodeIdeMessage(wrong), DecodeError);
  }
});
