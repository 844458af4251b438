import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createToken } from '../http/access/authorize.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { connectSensor, fakeHello, startSensor } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { temporaryFolder, testCollector } from '../testing/test-collector.js';

test('off reaches the sensors that are connected and those that come later, outlives the collector, and on ends it', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await testCollector(t, dataDir);
  const run = async (url: string, ...args: string[]) => {
    const { code, out, err } = await prodlens(t, 'measuring', ...args, '--url', url).done;
    assert.deepEqual([code, err], [0, ''], args.join(' '));
    return out;
  };
  assert.equal(await run(first.url), 'Every service is measured.\n');
  const production = await startSensor(first.url, { instance: 'a' });
  const staging = await startSensor(first.url, { instance: 'b', environment: 'staging' });
  assert.deepEqual([production.measuring, staging.measuring], [true, true]);

  assert.equal(
    await run(first.url, 'off', '--service', 'orders', '--environment', 'production'),
    'Measuring is off for orders, production; 1 connected sensor was told.\n',
  );
  assert.deepEqual(await production.next(), { type: 'configure', measuring: false });
  assert.equal((await startSensor(first.url, { instance: 'c' })).measuring, false);
  assert.match(await run(first.url), /^off {2}orders {2}production {2}since \d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
  assert.equal(staging.unread(), 0);
  await first.close();

  const second = await testCollector(t, dataDir);
  const again = await startSensor(second.url, { instance: 'a' });
  const elsewhere = await startSensor(second.url, { instance: 'b', environment: 'staging' });
  assert.deepEqual([again.measuring, elsewhere.measuring], [false, true]);
  assert.match(await run(second.url, 'off', '--service', 'orders'), /every environment; 1 connected sensor was told/);
  assert.deepEqual(await elsewhere.next(), { type: 'configure', measuring: false });
  assert.match(await run(second.url, 'list'), /^off {2}orders {2}every environment {2}since .*\n$/);
  assert.match(await run(second.url, 'on', '--service', 'orders'), /^Measuring is on .* 2 connected sensors were told/);
  assert.deepEqual(await again.next(), { type: 'configure', measuring: true });
  assert.deepEqual(await elsewhere.next(), { type: 'configure', measuring: true });
});

test('configure comes right behind the welcome', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await connectSensor(url);
  sensor.say(fakeHello());
  assert.equal((await sensor.next()).type, 'welcome');
  // Nobody has told yet what the functions' texts are.
  assert.deepEqual(await sensor.next(), { type: 'configure', measuring: true, fingerprints: true });
});

test('switching needs an admin token where there are tokens; the list a token that may read', async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const [read, ingest, admin] = await Promise.all(
    (['read', 'ingest', 'admin'] as const).map((scope) => createToken(store, scope, 0)),
  );
  await store.close();
  const { url } = await testCollector(t, dataDir);
  const run = (command: string[], token?: string) =>
    prodlens(t, 'measuring', ...command, '--url', url, ...(token === undefined ? [] : ['--token', token])).done;
  const off = ['off', '--service', 'orders'];
  for (const [command, token, said] of [
    [off, read, /^PRODLENS_ERR_TOKEN_SCOPE: The token is for read; this needs admin\n$/],
    [off, ingest, /^PRODLENS_ERR_TOKEN_SCOPE: /],
    [off, undefined, /^PRODLENS_ERR_TOKEN_MISSING: /],
    [['list'], ingest, /^PRODLENS_ERR_TOKEN_SCOPE: /],
  ] as const) {
    const { code, out, err } = await run([...command], token);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, said);
  }
  assert.match((await run(off, admin)).out, /0 connected sensors were told/);
  assert.match((await run(['list'], read)).out, /^off {2}orders/);
});

test('says so when no collector answers, or something else does', async (t) => {
  const other = createServer((_request, response) => response.end('<p>Welcome</p>'));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const gone = await testCollector(t);
  await gone.close();
  for (const [address, said] of [
    [gone.url, /^PRODLENS_ERR_COLLECTOR: No collector answers at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/],
    ['127.0.0.1', /^PRODLENS_ERR_COLLECTOR: 127\.0\.0\.1 is not an address such as/],
    [
      `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
      /^PRODLENS_ERR_COLLECTOR: .* is no Prodlens collector of this version \(status 200\)/,
    ],
  ] as const) {
    const { code, out, err } = await prodlens(t, 'measuring', '--url', address).done;
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, said);
  }
});

test('the API refuses what is no change', async (t) => {
  const { url } = await testCollector(t);
  for (const [body, said] of [
    ['{"service":"orders"}', /measuring/],
    ['{"service":"","measuring":false}', /service/],
    ['{"service":"orders","measuring":"off"}', /measuring/],
    ['{"service":"orders","measuring":false,"enviroment":"x"}', /enviroment is not a known parameter/],
    ['{', /JSON/],
  ] as const) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/measuring`, { method: 'PUT', headers, body });
    const { error } = JSON.parse(await answer.text());
    assert.deepEqual([answer.status, error.code], [400, 'PRODLENS_ERR_INVALID_REQUEST'], body);
    assert.match(error.message, said);
  }
});
