// OTLP as OpenTelemetry's own SDK and exporters send it, against a real collector; and what no SDK sends.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Attributes, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { FunctionStats } from '@prodlens/protocol';
import { readFields, writeField } from '../../otlp/protobuf.js';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { get, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken } from '../access/authorize.js';
import { OTLP_BODY_BYTES } from './otlp-api.js';

const MS = 1e6;

interface Program {
  tracer: Tracer;
  /** All that ended is exported and answered. */
  flush(): Promise<void>;
}

/** A program with the real SDK. Its exporter rejects where the collector refuses. */
function program(
  t: TestContext,
  Exporter: typeof ProtobufExporter | typeof JsonExporter,
  options: {
    url: string;
    compression?: 'gzip';
    batch?: boolean;
    resource?: Attributes;
    headers?: Record<string, string>;
  },
): Program {
  const { url, compression, batch = true, resource = {}, headers = {} } = options;
  const exporter = new Exporter({
    url: `${url}/v1/traces`,
    headers,
    ...(compression && ({ compression } as object)),
  });
  const processor = batch ? new BatchSpanProcessor(exporter) : new SimpleSpanProcessor(exporter);
  const attributes = {
    'service.name': 'orders',
    'service.version': '3.1.0',
    'deployment.environment.name': 'production',
    'vcs.ref.head.revision': 'abc',
    'service.instance.id': 'i-1',
    'process.pid': 77,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '20.20.2',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': '2',
    'host.name': 'web-1',
    ...resource,
  };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(attributes),
    spanProcessors: [processor],
  });
  t.after(() => provider.shutdown());
  return { tracer: provider.getTracer('test'), flush: () => provider.forceFlush() };
}

/** A span of so many ms. The children run at its start. */
function run(
  tracer: Tracer,
  attributes: Attributes,
  ms: number,
  { failed = false, parent = ROOT_CONTEXT } = {},
  children = (_: typeof parent) => {},
) {
  const startTime = Date.now();
  const span = tracer.startSpan('work', { attributes, startTime }, parent);
  children(trace.setSpan(parent, span));
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
  span.end(startTime + ms);
}

const code = (name: string, line: number): Attributes => ({
  'code.function.name': name,
  'code.file.path': '/srv/orders/src/cart.ts',
  'code.line.number': line,
  'code.column.number': 5,
});
const older = (name: string, line: number): Attributes => ({
  'code.namespace': 'Cart',
  'code.function': name,
  'code.filepath': '/srv/orders/src/cart.ts',
  'code.lineno': line,
});

async function functions(url: string, query = ''): Promise<FunctionStats[]> {
  const { status, body } = await get(`${url}/api/v1/functions?sort=name${query}`);
  assert.equal(status, 200);
  return body.functions;
}

for (const [encoding, Exporter] of [
  ['protobuf', ProtobufExporter],
  ['JSON', JsonExporter],
] as const) {
  for (const compression of [undefined, 'gzip'] as const) {
    test(`spans of the SDK are functions: ${encoding}${compression ? `, ${compression}` : ''}`, async (t) => {
      const { url } = await testCollector(t);
      const { tracer, flush } = program(t, Exporter, { url, ...(compression && { compression }) });
      for (const [ms, failed] of [
        [10, false],
        [30, true],
      ] as const) {
        run(tracer, code('Cart.checkout', 12), ms, { failed }, (parent) => {
          // Between the two stands a span that is of no function.
          run(tracer, { 'http.request.method': 'GET' }, ms / 2, { parent }, (parent) => {
            run(tracer, older('total', 40), ms / 10, { parent });
          });
        });
      }
      await flush();

      const [checkout, total, ...more] = await functions(url, '&file=srv/orders/src/cart.ts');
      assert.equal(more.length, 0);
      assert.deepEqual(
        [checkout, total].map((f) => [f!.name, f!.file, f!.line, f!.column, f!.calls, f!.errors, f!.maxNs, f!.totalNs]),
        [
          ['Cart.checkout', 'srv/orders/src/cart.ts', 12, 5, 2, 1, 30 * MS, 40 * MS],
          ['Cart.total', 'srv/orders/src/cart.ts', 40, 1, 2, 0, 3 * MS, 4 * MS],
        ],
      );
      assert.deepEqual(
        [checkout!.service, checkout!.environment, checkout!.version, checkout!.errorRate, checkout!.selfNs],
        ['orders', 'production', '3.1.0', 0.5, null],
      );
      assert.ok(Math.abs(checkout!.p99Ns! / (30 * MS) - 1) < 0.045, `${checkout!.p99Ns}`);
      assert.deepEqual(
        checkout!.callees!.map(({ id, calls, totalNs }) => [id, calls, totalNs]),
        [[total!.id, 2, 4 * MS]],
      );
      assert.deepEqual([total!.callers!.map(({ id }) => id), checkout!.callers], [[checkout!.id], []]);
      const { body } = await get(`${url}/api/v1/deployments`);
      assert.deepEqual([body.deployments[0].revision, body.deployments.length], ['abc', 1]);
      const [sensor] = (await get(`${url}/api/v1/sensors`)).body.sensors;
      assert.deepEqual(
        [
          sensor.instance,
          sensor.host,
          sensor.pid,
          sensor.runtime,
          sensor.sensorVersion,
          sensor.process,
          sensor.functions,
        ],
        ['i-1', 'web-1', 77, 'nodejs 20.20.2', 'OpenTelemetry nodejs 2', null, null],
      );
    });
  }
}

test('children that come before their parents, each in a request of its own, still have callers', async (t) => {
  const { url } = await testCollector(t);
  const { tracer, flush } = program(t, ProtobufExporter, { url, batch: false });
  run(tracer, code('a', 1), 9, {}, (parent) => {
    run(tracer, {}, 8, { parent }, (parent) => run(tracer, code('b', 2), 7, { parent }));
  });
  await flush();
  const [a] = await functions(url, '&file=srv/orders/src/cart.ts');
  assert.deepEqual(
    a!.callees!.map(({ name, calls, totalNs }) => [name, calls, totalNs]),
    [['b', 1, 7 * MS]],
  );
});

/** Bytes of a request with these spans, as JSON; each overrides the fields of a good span. */
function request(spans: object[], attributes: Record<string, string> = { 'service.name': 'raw' }) {
  const keyValues = (of: object) => Object.entries(of).map(([key, value]) => ({ key, value: { stringValue: value } }));
  const good = {
    traceId: randomBytes(16).toString('hex'),
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000000000123',
    attributes: keyValues({ 'code.function.name': 'f', 'code.file.path': 'src/f.py' }),
  };
  const made = spans.map((span) => ({ ...good, spanId: randomBytes(8).toString('hex'), ...span }));
  return JSON.stringify({
    resourceSpans: [{ resource: { attributes: keyValues(attributes) }, scopeSpans: [{ spans: made }] }],
  });
}

async function post(url: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

test('a batch that comes again is counted once, also at the same time', async (t) => {
  const { url } = await testCollector(t);
  const body = request([{}, {}]);
  for (const { status, body: said } of await Promise.all([post(url, body), post(url, body)])) {
    assert.deepEqual([status, String(said)], [200, '{}']);
  }
  await post(url, body);
  const [f] = await functions(url);
  assert.deepEqual([f!.calls, f!.totalNs, f!.file], [2, 246, 'src/f.py']);
});

test('what cannot be counted is refused in part, with the reason, and the rest is counted', async (t) => {
  const { url } = await testCollector(t);
  const bad = [{ spanId: '0000000000000000' }, { traceId: 'xyz' }, { endTimeUnixNano: '1' }, { spanId: 7 }];
  const { status, body } = await post(url, request([{}, ...bad, { attributes: [] }]));
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(String(body)), {
    partialSuccess: { rejectedSpans: '4', errorMessage: 'Spans have no valid ids, or end before they start' },
  });
  assert.equal((await functions(url))[0]!.calls, 1);
  const nameless = JSON.parse(String((await post(url, request([{}], {}))).body));
  assert.equal(nameless.partialSuccess.rejectedSpans, '1');

  const keyValue = (key: string, value: string) =>
    Buffer.concat([writeField(1, key), writeField(2, writeField(1, value))]);
  const resource = writeField(1, writeField(1, keyValue('service.name', 'raw')));
  const spans = writeField(2, writeField(2, writeField(5, 'a span without ids')));
  const message = writeField(1, Buffer.concat([resource, spans]));
  const protobuf = await post(url, message, { 'content-type': 'application/x-protobuf' });
  assert.equal(protobuf.type, 'application/x-protobuf');
  const said: unknown[] = [];
  readFields(protobuf.body, (field, value) => {
    assert.equal(field, 1);
    readFields(value as Buffer, (_field, value) => said.push(Buffer.isBuffer(value) ? String(value) : value));
  });
  assert.deepEqual(said, [1, 'Spans have no valid ids, or end before they start']);
});

test('what is no OTLP, too large or of the wrong scope is refused in the encoding of the request', async (t) => {
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const gzip = { 'content-encoding': 'gzip' };
  const bomb = gzipSync(Buffer.alloc(OTLP_BODY_BYTES + 1, 0x20));
  const cases: Array<[what: string, body: string | Buffer, headers: Record<string, string>, status: number]> = [
    ['no JSON', '{', {}, 400],
    ['cut short', Buffer.of(0x0a, 0xff, 0x01), protobuf, 400],
    ['another wire type', Buffer.of(0x08, 0x01), protobuf, 400],
    ['a length of 2^63', Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), protobuf, 400],
    ['no gzip', 'hello', { ...protobuf, ...gzip }, 400],
    ['another packing', 'hello', { 'content-encoding': 'br' }, 400],
    ['another type', 'hello', { 'content-type': 'text/plain' }, 415],
    ['unpacks to too much', bomb, { ...protobuf, ...gzip }, 413],
    ['too large', Buffer.alloc(OTLP_BODY_BYTES + 1), protobuf, 413],
  ];
  for (const [what, body, headers, status] of cases) {
    const answer = await post(url, body, headers);
    assert.equal(answer.status, status, what);
    if (headers['content-type'] === 'application/x-protobuf') {
      readFields(answer.body, (field, value) => {
        assert.deepEqual([field, /^PRODLENS_ERR_INVALID_REQUEST: /.test(String(value))], [2, true], what);
      });
    } else assert.equal(JSON.parse(String(answer.body)).error.code, 'PRODLENS_ERR_INVALID_REQUEST', what);
  }
  for (const junk of [null, 1, 'x', [], {}, { resourceSpans: [null, 1, { scopeSpans: {} }] }]) {
    assert.equal((await post(url, JSON.stringify(junk))).status, 200, JSON.stringify(junk));
  }
  for (let i = 0; i < 200; i++) {
    const { status } = await post(url, randomBytes(1 + i * 3), protobuf);
    assert.ok(status === 200 || status === 400);
  }
  assert.equal((await post(url, request([{}]))).status, 200);

  const store = openSqliteStore(dataDir);
  const [read, ingest] = await Promise.all([
    createToken(store, 'read', 0),
    createToken(store, 'ingest', 0, { service: 'orders' }),
  ]);
  await store.close();
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  assert.equal((await post(url, request([{}]))).status, 401);
  assert.equal((await post(url, request([{}]), bearer(read))).status, 403);
  const elsewhere = await post(url, request([{}]), bearer(ingest));
  assert.match(String(elsewhere.body), /"errorMessage":"PRODLENS_ERR_TOKEN_PLACE: /);
  const { tracer, flush } = program(t, ProtobufExporter, { url, headers: bearer(ingest) });
  run(tracer, code('f', 1), 1);
  await flush();
  const { functions: found } = (await get(`${url}/api/v1/functions?service=orders`, bearer(read))).body;
  assert.deepEqual([found.length, found[0].name], [1, 'f']);
});
