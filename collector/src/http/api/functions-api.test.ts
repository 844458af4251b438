import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VersionStats } from '@prodlens/protocol';
import { fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { get, testCollector } from '../../testing/test-collector.js';

test('functions, by list and by id, services and deployments', async (t) => {
  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [1_000, 5_000], 1)]));

  const list = await get(
    `${url}/api/v1/functions?service=orders&environment=production&version=1.0.0&file=src/cart.ts`,
  );
  assert.equal(list.status, 200);
  const { trend, versions, endpoints: ofFile, endpointCount, ...stats } = list.body.functions[0];
  assert.deepEqual([ofFile, endpointCount], [[], 0]);
  assert.equal(sum(trend.calls), 2);
  assert.deepEqual(versions.map(plainVersion), [['1.0.0', 2, 1]]);
  assert.deepEqual(
    { ...list.body, functions: list.body.functions.length },
    { functions: 1, window: '1h', truncated: false },
  );
  assert.deepEqual(
    { ...stats, id: '', p50Ns: 0, p95Ns: 0, p99Ns: 0 },
    {
      id: '',
      service: 'orders',
      environment: 'production',
      file: 'src/cart.ts',
      name: 'f1',
      ordinal: 0,
      kind: 'function',
      line: 10,
      column: 3,
      package: null,
      timed: true,
      calls: 2,
      errors: 1,
      callsPerMinute: 12,
      errorRate: 0.5,
      p50Ns: 0,
      p95Ns: 0,
      p99Ns: 0,
      maxNs: 5_000,
      totalNs: 6_000,
      selfNs: null,
      cpuNs: null,
      version: '1.0.0',
      revision: 'abc',
      regression: null,
      callers: [],
      callees: [],
    },
  );
  const one = await get(`${url}/api/v1/functions/${stats.id}?window=5m`);
  const { trend: shorter, versions: same, endpoints, endpointCount: count, ...alone } = one.body.functions[0];
  assert.deepEqual([endpoints, count], [[], 0]);
  assert.deepEqual([alone, one.body.window, one.body.leftOutCalls], [stats, '5m', 0]);
  assert.deepEqual([sum(shorter.calls), same], [2, versions]);
  for (const [asked, found] of [
    ['', 1],
    ['&revision=abc', 1],
    ['&revision=other', 0],
  ] as const) {
    const path = `${url}/api/v1/functions?version=1.0.0${asked}`;
    assert.equal((await get(path)).body.functions.length, found, asked);
  }
  const { regression: _, version: __, revision: ___, ...place } = stats;
  const named = (await get(`${url}/api/v1/search?text=F1`)).body;
  assert.deepEqual(Object.keys(place).filter((key) => key in named.functions[0]).length, 11);
  assert.deepEqual([named.functions[0].name, named.truncated], ['f1', false]);
  assert.equal((await get(`${url}/api/v1/services`)).body.services[0].service, 'orders');
  assert.equal((await get(`${url}/api/v1/deployments`)).body.deployments[0].revision, 'abc');
  const { sensors, ...rest } = (await get(`${url}/api/v1/sensors?service=orders`)).body;
  assert.deepEqual([sensors[0].instance, rest], ['instance-1', { window: '1h', truncated: false }]);
  const { sensor, minutes, window } = (await get(`${url}/api/v1/sensors/instance-1?window=5m`)).body;
  assert.deepEqual([sensor, minutes.length, window], [sensors[0], 1, '5m']);
  assert.deepEqual((await get(`${url}/readyz`)).body, { status: 'ready' });
});

test('a window longer than what is kept is answered by the one that is covered', async (t) => {
  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [1_000])]));
  const ask = async (path: string) => (await get(`${url}/api/v1/functions${path}`)).body;
  const { id } = (await ask('')).functions[0];
  for (const [asked, covered] of [
    ['90s', '90s'],
    ['2d', '2d'],
    ['7d', '7d'],
    ['90d', '90d'],
  ]) {
    for (const path of [`?window=${asked}`, `/${id}?window=${asked}`]) {
      const { window, functions } = await ask(path);
      assert.deepEqual([window, functions.length], [covered, 1], path);
    }
  }
  // What is kept by the minute only.
  for (const path of ['sensors', 'sensors/instance-1']) {
    assert.equal((await get(`${url}/api/v1/${path}?window=7d`)).body.window, '48h');
  }
});

test('a parameter that is unknown or has no good value is named', async (t) => {
  const { url } = await testCollector(t);
  for (const [path, named] of [
    ['functions?servcie=orders', 'servcie'],
    ['functions/0?service=orders', 'service'],
    ['services?window=1h', 'window'],
    ['deployments?window=1h', 'window'],
    ['functions?limit=0', 'limit'],
    ['functions?sort=colour', 'sort'],
    ['functions?window=91d', 'window'],
  ] as const) {
    const { status, body } = await get(`${url}/api/v1/${path}`);
    assert.deepEqual([status, body.error?.code], [400, 'PRODLENS_ERR_INVALID_REQUEST'], path);
    assert.ok(body.error.message.startsWith(`querystring/${named} `), `${path}: ${body.error.message}`);
  }
});

const refusals: Array<[path: string, status: number, code: string]> = [
  ['/nothing', 404, 'PRODLENS_ERR_NOT_FOUND'],
  ['//', 404, 'PRODLENS_ERR_NOT_FOUND'],
  ['/api/v1/nothing', 404, 'PRODLENS_ERR_NOT_FOUND'],
  ['/..%2f..%2fpackage.json', 404, 'PRODLENS_ERR_NOT_FOUND'],
  ['/%zz', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions/000000000000000000000000', 404, 'PRODLENS_ERR_FUNCTION_UNKNOWN'],
  ['/api/v1/sensors/none', 404, 'PRODLENS_ERR_INSTANCE_UNKNOWN'],
  ['/api/v1/sensors?limit=0', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?window=1y', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?window=1s', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?window=91d', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?limit=0', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?limit=1001', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?limit=many', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?sort=colour', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/api/v1/functions?servcie=orders', 400, 'PRODLENS_ERR_INVALID_REQUEST'],
  ['/v1/sensor', 426, 'PRODLENS_ERR_UPGRADE_REQUIRED'],
  ['/v1/ide', 426, 'PRODLENS_ERR_UPGRADE_REQUIRED'],
];

test('what a refusal repeats of the request is short and one line', async (t) => {
  const { url } = await testCollector(t);
  const long = 'x'.repeat(4_000);
  for (const path of [`/${long}`, `/api/v1/functions/a%0a${long}`, `/api/v1/functions?a%0a${long}=1`]) {
    const { message } = (await get(url + path)).body.error;
    assert.ok(message.length < 200 && !message.includes('\n'), message);
  }
});

test('every refusal has the same body: a code and a message', async (t) => {
  const { url } = await testCollector(t);
  for (const [path, status, code] of refusals) {
    const answer = await get(url + path);
    assert.deepEqual([answer.status, answer.body.error?.code], [status, code], path);
    assert.ok(answer.body.error.message.length > 5, path);
    assert.deepEqual(Object.keys(answer.body), ['error'], path);
  }
  const post = await fetch(`${url}/api/v1/functions`, { method: 'POST', body: '{' });
  assert.deepEqual([post.status, JSON.parse(await post.text()).error.code], [404, 'PRODLENS_ERR_NOT_FOUND']);
});

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function plainVersion({ version, calls, errors }: VersionStats): [string, number, number] {
  return [version, calls, errors];
}
