// Secrets, by which the collector is asked, are in no log, audit entry, answer, metric or file of it, whatever fails.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pino } from 'pino';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { connectSensor, fakeHello, fakeRow, fakeWindow } from '../../testing/fake-sensor.js';
import { openMessageSocket } from '../../testing/message-socket.js';
import { filesBelow, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken } from './authorize.js';

test('no token that was sent is anywhere afterwards', async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const [admin, ingest] = await Promise.all([createToken(store, 'admin', 0), createToken(store, 'ingest', 0)]);
  const wrong = `prodlens_${'w'.repeat(43)}`;
  const said: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => said.push(line) });
  const { url, close } = await testCollector(t, dataDir, log);

  for (const token of [admin, ingest, wrong]) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    for (const path of [
      '/api/v1/services',
      '/api/v1/functions/x',
      '/metrics',
      `/nothing?token=${token}`,
      '/v1/sensor',
    ]) {
      said.push(await (await fetch(url + path, { headers })).text());
    }
    for (const path of ['/api/v1/measuring', '/v1/traces', '/api/v1/sourcemaps']) {
      const method = path === '/api/v1/measuring' ? 'PUT' : 'POST';
      const body = '{"service":"orders","measuring":false}';
      said.push(await (await fetch(url + path, { method, headers, body })).text());
      said.push(await (await fetch(url + path, { method, headers, body: '{' })).text());
    }
    await openMessageSocket(`${url}/v1/ide?token=${token}`, String, headers).catch((error) => said.push(error.message));
    const sensor = await connectSensor(url, token).catch(() => null);
    if (sensor === null) continue;
    sensor.say(fakeHello());
    sensor.say(fakeWindow(1, [fakeRow(9, [1])]));
    await sensor.closed;
  }
  await store.close();
  await close();
  const files = filesBelow(dataDir).map((path) => readFileSync(path, 'latin1'));
  assert.ok(said.some((line) => line.includes('measuring')) && files.some((text) => text.includes('measuring.set')));
  for (const text of [...said, ...files]) {
    for (const token of [admin, ingest, wrong])
      assert.ok(!text.includes(token.slice('prodlens_'.length)), text.slice(0, 300));
  }
});
