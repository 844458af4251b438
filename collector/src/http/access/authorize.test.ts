import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import type { TokenScope } from '../../store/store.js';
import { connectSensor, fakeHello } from '../../testing/fake-sensor.js';
import { openMessageSocket } from '../../testing/message-socket.js';
import { get, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken } from './authorize.js';

/** A collector with one token of each scope, made while it runs. */
async function withTokens(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  const store = openSqliteStore(dataDir);
  const tokens = {} as Record<TokenScope, string>;
  for (const scope of ['ingest', 'read', 'admin'] as const) tokens[scope] = await createToken(store, scope, 0);
  await store.close();
  return { url, tokens };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('a token opens what its scope says, from the moment that one exists', async (t) => {
  const { url, tokens } = await withTokens(t);
  const outcomes: Array<[headers: Record<string, string>, status: number, code: string | undefined]> = [
    [{}, 401, 'PRODLENS_ERR_TOKEN_MISSING'],
    [{ authorization: tokens.read }, 401, 'PRODLENS_ERR_TOKEN_MISSING'],
    [bearer('prodlens_wrong'), 401, 'PRODLENS_ERR_TOKEN_UNKNOWN'],
    [bearer(tokens.ingest), 403, 'PRODLENS_ERR_TOKEN_SCOPE'],
    [bearer(tokens.read), 200, undefined],
    [bearer(tokens.admin), 200, undefined],
  ];
  for (const path of ['/api/v1/functions', '/api/v1/services', '/readyz']) {
    for (const [headers, status, code] of outcomes) {
      const answer = await get(url + path, headers);
      assert.deepEqual([answer.status, answer.body.error?.code], [status, code], `${path} ${JSON.stringify(headers)}`);
    }
  }
  assert.equal((await get(`${url}/nothing`)).status, 401);
  assert.equal((await get(`${url}/healthz`)).status, 200);
});

test('the route that answers decides, however its address is written', async (t) => {
  const { url } = await withTokens(t);
  const status = (path: string) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const asked = request({ host: hostname, port, path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
  for (const path of [
    '/api/v1/functions/\\..\\..\\..\\..\\healthz',
    '/api/v1/functions/..%2f..%2f..%2fhealthz',
    '/api/v1/../../healthz',
    '/healthz/../api/v1/services',
    '/healthz%3f/../api/v1/services',
    '//healthz',
  ]) {
    assert.equal(await status(path), 401, path);
  }
  for (const path of ['/healthz?x', '/health%7a']) assert.equal(await status(path), 200, path);
});

test('sockets too: sensors need ingest, editors read', async (t) => {
  const { url, tokens } = await withTokens(t);
  const ide = (token: string) => openMessageSocket(`${url}/v1/ide`, String, bearer(token));
  for (const [open, status, code] of [
    [() => connectSensor(url), 401, 'PRODLENS_ERR_TOKEN_MISSING'],
    [() => connectSensor(url, 'prodlens_wrong'), 401, 'PRODLENS_ERR_TOKEN_UNKNOWN'],
    [() => connectSensor(url, tokens.read), 403, 'PRODLENS_ERR_TOKEN_SCOPE'],
    [() => ide(tokens.ingest), 403, 'PRODLENS_ERR_TOKEN_SCOPE'],
  ] as const) {
    await assert.rejects(open, (error: { status: number; body: { error: { code: string } } }) => {
      assert.deepEqual([error.status, error.body.error.code], [status, code]);
      return true;
    });
  }
  for (const open of [
    () => connectSensor(url, tokens.ingest),
    () => connectSensor(url, tokens.admin),
    () => ide(tokens.read),
  ]) {
    (await open()).socket.close();
  }
});

test('a socket that was opened without a token is closed once there is one; one with a token stays', async (t) => {
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  const before = [await connectSensor(url), await openMessageSocket(`${url}/v1/ide`, String)];
  const store = openSqliteStore(dataDir);
  const token = await createToken(store, 'ingest', 0);
  await store.close();
  const after = await connectSensor(url, token);
  for (const { closed } of before) {
    assert.deepEqual(await closed, { code: 1008, reason: 'PRODLENS_ERR_TOKEN_MISSING' });
  }
  assert.equal(after.socket.readyState, after.socket.OPEN);
  after.say(fakeHello());
  assert.equal((await after.next()).type, 'welcome');
});

test('the token itself is nowhere in the data', async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const token = await createToken(store, 'read', 0);
  assert.equal(await store.token(token), null);
  await store.close();
});

test('without a token, other pages and other names of this machine are refused', async (t) => {
  const { url } = await testCollector(t);
  const { port, host } = new URL(url);
  const status = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: '/api/v1/services', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
  assert.equal(await status({ host: `localhost:${port}` }), 200);
  assert.equal(await status({ host: `[::1]:${port}` }), 200);
  assert.equal(await status({ host: `rebound.example:${port}` }), 403);
  assert.equal(await status({ host: `127.0.0.1.example:${port}` }), 403);
  assert.equal(await status({ host, origin: `http://${host}` }), 200);
  assert.equal(await status({ host, origin: 'https://elsewhere.example' }), 403);
  assert.equal(await status({ host, origin: 'null' }), 403);
  await assert.rejects(openMessageSocket(`${url}/v1/ide`, String, { origin: 'https://elsewhere.example' }), {
    status: 403,
  });
  await assert.rejects(openMessageSocket(`${url}/v1/none`, String), { status: 404 });
});
