import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { pino } from 'pino';
import { ProdlensError } from '../../errors.js';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { connectSensor } from '../../testing/fake-sensor.js';
import { openMessageSocket } from '../../testing/message-socket.js';
import { temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken } from './authorize.js';
import { createRefusalLog } from './refusal-log.js';

function recorder() {
  const lines: Array<{ level: number; path: string; remote: string; code: string; reason: string }> = [];
  return { lines, log: pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line)) }) };
}

test('a reason is told again after a minute, each reason by itself', () => {
  const { lines, log } = recorder();
  let nowMs = 0;
  const tell = createRefusalLog(log, () => nowMs);
  const refuse = (code: 'PRODLENS_ERR_HOST' | 'PRODLENS_ERR_ORIGIN') =>
    tell({ path: '/v1/ide', remote: '10.0.0.1', error: new ProdlensError(code, 'no') });
  for (const ms of [0, 1, 59_999, 60_000, 60_001]) {
    nowMs = ms;
    refuse('PRODLENS_ERR_HOST');
    refuse('PRODLENS_ERR_HOST');
    if (ms === 59_999) refuse('PRODLENS_ERR_ORIGIN');
  }
  assert.deepEqual(
    lines.map(({ code }) => code),
    ['PRODLENS_ERR_HOST', 'PRODLENS_ERR_ORIGIN', 'PRODLENS_ERR_HOST'],
  );
});

test('a refused opening leaves one warning with path, address and reason, and no secret', async (t) => {
  const { lines, log } = recorder();
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir, log);
  const { port } = new URL(url);
  const openAs = (headers: Record<string, string>) =>
    assert.rejects(openMessageSocket(`${url}/v1/ide?token=secret`, String, headers), { status: 403 });
  for (let i = 0; i < 3; i++) {
    await openAs({ host: `rebound.example:${port}` });
    await openAs({ origin: 'https://elsewhere.example' });
  }
  const store = openSqliteStore(dataDir);
  const read = await createToken(store, 'read', 0);
  await store.close();
  for (const [token, status] of [
    [undefined, 401],
    ['prodlens_wrong', 401],
    [read, 403],
  ] as const) {
    for (let i = 0; i < 3; i++) await assert.rejects(connectSensor(url, token), { status });
  }
  assert.deepEqual(
    lines.map(({ level, path, remote, code }) => `${level} ${path} ${remote} ${code}`),
    [
      '40 /v1/ide 127.0.0.1 PRODLENS_ERR_HOST',
      '40 /v1/ide 127.0.0.1 PRODLENS_ERR_ORIGIN',
      '40 /v1/sensor 127.0.0.1 PRODLENS_ERR_TOKEN_MISSING',
      '40 /v1/sensor 127.0.0.1 PRODLENS_ERR_TOKEN_UNKNOWN',
      '40 /v1/sensor 127.0.0.1 PRODLENS_ERR_TOKEN_SCOPE',
    ],
  );
  assert.match(lines[0]!.reason, /rebound\.example/);
  assert.match(lines[1]!.reason, /elsewhere\.example/);
  assert.doesNotMatch(JSON.stringify(lines), /secret|prodlens_/);
});

test('a path that is no path is refused like any other', async (t) => {
  const { lines, log } = recorder();
  const { url } = await testCollector(t, undefined, log);
  const { port } = new URL(url);
  const status = await new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const asked = request({ host: '127.0.0.1', port, path: '//', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
  assert.deepEqual([status, lines.map(({ level, code }) => [level, code])], [404, [[40, 'PRODLENS_ERR_NOT_FOUND']]]);
});
