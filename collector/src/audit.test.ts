import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createAudit } from './audit.js';
import { createToken, tokenId } from './http/access/authorize.js';
import { openSqliteStore } from './store/sqlite/sqlite-store.js';
import { temporaryFolder, testCollector } from './testing/test-collector.js';

test('a line for each act; full files move on, and the oldest goes', (t) => {
  const folder = temporaryFolder(t);
  const audit = createAudit(folder, () => 0, { fileBytes: 300, files: 3 });
  for (let i = 0; i < 40; i++) audit({ act: 'test', token: 'abc', remote: '127.0.0.1', target: { i, line: 'a\nb' } });
  const files = ['audit.2.log', 'audit.1.log', 'audit.log'];
  assert.deepEqual(readdirSync(folder).sort(), files.toSorted());
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
  const numbers = lines.map((line) => JSON.parse(line).target.i);
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, i) => 40 - numbers.length + i),
  );
  assert.ok(numbers.length >= 7 && numbers.length < 12, `${numbers}`);
  assert.deepEqual(JSON.parse(lines[0]!), {
    time: '1970-01-01T00:00:00.000Z',
    ...{ act: 'test', token: 'abc', remote: '127.0.0.1', target: { i: numbers[0], line: 'a\nb' } },
  });
  assert.equal(statSync(join(folder, 'audit.log')).mode & 0o777, 0o600);
});

test('an act over HTTP is noted with who did it; what cannot be noted is not done', async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const admin = await createToken(store, 'admin', 0);
  await store.close();
  const { url } = await testCollector(t, dataDir);
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
  const set = async (service: string) => {
    const body = JSON.stringify({ service, measuring: false });
    const answer = await fetch(`${url}/api/v1/measuring`, { method: 'PUT', headers, body });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const rules = async () => JSON.parse(await (await fetch(`${url}/api/v1/measuring`, { headers })).text()).rules.length;
  assert.equal((await set('orders')).status, 200);
  const { time: _, ...entry } = JSON.parse(readFileSync(join(dataDir, 'audit.log'), 'utf8'));
  assert.deepEqual(entry, {
    act: 'measuring.set',
    token: tokenId(admin),
    remote: '127.0.0.1',
    target: { service: 'orders', measuring: false },
  });
  assert.equal(await rules(), 1);

  const other = temporaryFolder(t);
  mkdirSync(join(other, 'audit.log'));
  const broken = await testCollector(t, other);
  const answer = await fetch(`${broken.url}/api/v1/measuring`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"service":"orders","measuring":false}',
  });
  assert.deepEqual([answer.status, JSON.parse(await answer.text()).error.code], [503, 'PRODLENS_ERR_AUDIT']);
  assert.equal(JSON.parse(await (await fetch(`${broken.url}/api/v1/measuring`)).text()).rules.length, 0);
});
