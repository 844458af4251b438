import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { Validator } from '@seriousme/openapi-schema-validator';
import { fastify } from 'fastify';
import { Type } from 'typebox';
import Schema from 'typebox/schema';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { get, testCollector } from '../../testing/test-collector.js';
import { serveOpenApi } from './open-api.js';
import { type Api, describing, nullable, object } from './schema.js';

interface Operation {
  security: Array<{ token: string[] }>;
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

/** A collector with something to answer at every path. */
async function withData(t: TestContext) {
  const { url, runAlerts } = await testCollector(t);
  for (const [version, ms] of Object.entries({ '1.0.0': 1, '2.0.0': 9 })) {
    const sensor = await startSensor(url, { version, instance: version }, [fakeFunction(1), fakeFunction(2)]);
    const edges = [{ caller: 1, callee: 2, calls: 60, sumNs: 60e6 * ms }];
    const rows = [1, 2].map((id) => ({ ...fakeRow(id, Array(60).fill(1e6 * ms), 1), selfNs: 1e6, cpuNs: 1e6 }));
    await report(sensor, fakeWindow(1, rows, { edges }));
  }
  await startSensor(url, { instance: 'silent', service: 'idle' });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ service: 'idle', measuring: false });
  await fetch(`${url}/api/v1/measuring`, { method: 'PUT', headers, body });
  const { functions } = (await get(`${url}/api/v1/functions`)).body;
  assert.ok(functions.some((f: { regression: unknown }) => f.regression !== null));
  const served = await startSensor(url, { instance: 'served', service: 'served' });
  served.say({ type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: '/' }] });
  const totals = { calls: 1, errors: 0, sumNs: 9, maxNs: 9, buckets: [1, 1], databaseNs: 1, outboundNs: 1 };
  const pair = { endpoint: 1, function: 1, calls: 1, sumNs: 8, selfNs: 8, busyNs: 8 };
  await report(served, fakeWindow(1, [], { endpoints: [{ id: 1, ...totals }], endpointFunctions: [pair] }));
  const { endpoints } = (await get(`${url}/api/v1/endpoints`)).body;
  const snapshot = fakeSnapshot();
  served.say({ type: 'snapshot', ageMs: 0, snapshot });
  await served.next();
  await runAlerts();
  const { alerts } = (await get(`${url}/api/v1/alerts`)).body;
  const examples: Record<string, string> = {
    '/api/v1/alerts/{id}': `/api/v1/alerts/${encodeURIComponent(alerts[0].id)}`,
    '/api/v1/compare': '/api/v1/compare?service=orders&from=1.0.0&to=2.0.0',
    '/api/v1/endpoints/{id}': `/api/v1/endpoints/${endpoints[0].id}`,
    '/api/v1/endpoints/{id}/latency': `/api/v1/endpoints/${endpoints[0].id}/latency`,
    '/api/v1/endpoints/{id}/tree': `/api/v1/endpoints/${endpoints[0].id}/tree`,
    '/api/v1/functions/{id}/latency': `/api/v1/functions/${functions[0].id}/latency`,
    '/api/v1/functions/{id}/tree': `/api/v1/functions/${functions[0].id}/tree`,
    '/api/v1/forensics/{id}': `/api/v1/forensics/${snapshot.id}`,
    '/api/v1/functions/{id}': `/api/v1/functions/${functions[0].id}`,
    '/api/v1/search': '/api/v1/search?text=f',
    '/api/v1/sensors/{instance}': '/api/v1/sensors/2.0.0',
  };
  return { url, examples };
}

/** What nothing but a person, or a failure, brings about; other tests fill them. */
const MAY_BE_EMPTY = new Set(['/api/v1/dead-letters', '/api/v1/settings', '/api/v1/tokens']);

test('the description is valid OpenAPI, and every answer is what it says', async (t) => {
  const { url, examples } = await withData(t);
  const { body: description } = await get(`${url}/api/v1/openapi.json`);
  const { valid, errors } = await new Validator().validate(structuredClone(description));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(description.openapi, '3.1.0');

  const paths = Object.entries(description.paths as Record<string, Record<string, Operation>>);
  for (const [path, { get: operation }] of paths) {
    if (operation === undefined) continue;
    const real = examples[path] ?? path;
    assert.ok(!real.includes('{'), `the test has nothing to ask for at ${path}`);
    const { status, body } = await get(url + real);
    assert.equal(status, 200, path);
    const { schema } = operation.responses['200']!.content['application/json']!;
    const faults = Schema.Errors(schema, body)[1];
    assert.deepEqual(faults, [], path);
    const list = Object.values(body).find(Array.isArray);
    assert.ok(list === undefined || list.length > 0 || MAY_BE_EMPTY.has(path), `${path} answers nothing`);
    const refused = await get(`${url}${real}${real.includes('?') ? '&' : '?'}nothing=1`);
    const refusal = operation.responses['4XX']!.content['application/json']!.schema;
    assert.deepEqual(Schema.Errors(refusal, refused.body)[1], [], path);
    assert.equal(refused.status, 400, path);
  }
  const scopes = paths.flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => `${method} ${path} ${security[0]!.token}`),
  );
  for (const expected of [
    'get /api/v1/functions/{id} read',
    'get /api/v1/deployments read',
    'put /api/v1/measuring admin',
    'post /api/v1/sourcemaps ingest',
  ]) {
    assert.ok(scopes.includes(expected), `${expected} is not in ${scopes}`);
  }
});

test('what has a default may be left out, and is filled in', async (t) => {
  const { url } = await testCollector(t);
  const { paths } = (await get(`${url}/api/v1/openapi.json`)).body;
  const { parameters } = paths['/api/v1/functions'].get;
  const byName = new Map(parameters.map((p: { name: string }) => [p.name, p]));
  assert.deepEqual(byName.get('limit'), {
    in: 'query',
    name: 'limit',
    required: false,
    description: 'Most items of the answer',
    schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
  });
});

test('a route of the API without its schemas is refused; what its schema does not name does not leave', async (t) => {
  const app: Api = fastify().withTypeProvider();
  t.after(() => app.close());
  await serveOpenApi(app);
  const answer = { 200: object({ seen: nullable(object({ a: Type.Integer() })) }) };
  assert.throws(() => app.get('/api/v1/none', async () => ({})), /GET \/api\/v1\/none has no summary/);
  assert.throws(() => app.get('/api/v1/x', { schema: { response: answer } }, async () => ({ seen: null })));
  const schema = { summary: 'x', response: answer };
  assert.throws(() => app.get('/api/v1/x/:id', { schema }, async () => ({ seen: null })));
  const secret = { a: 1, token: 'secret' };
  app.get('/api/v1/x', { schema }, async () => ({ seen: secret }));
  assert.equal((await app.inject('/api/v1/x')).body, '{"seen":{"a":1}}');
});

interface Described {
  a: number;
  b?: string;
}

test('a schema that says less, more or something else than its type does not compile', () => {
  const describe = describing<Described>();
  describe(object({ a: Type.Integer(), b: Type.Optional(Type.String()) }));
  // @ts-expect-error b is missing
  describe(object({ a: Type.Integer() }));
  // @ts-expect-error c is none of its properties
  describe(object({ a: Type.Integer(), b: Type.Optional(Type.String()), c: Type.Integer() }));
  // @ts-expect-error a may be null
  describe(object({ a: nullable(Type.Integer()), b: Type.Optional(Type.String()) }));
});
