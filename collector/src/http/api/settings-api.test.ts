import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { get, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken, tokenId } from '../access/authorize.js';

const ALERTS = {
  webAppUrl: 'https://prodlens.example.com',
  channels: [
    { name: 'team', type: 'slack', url: 'https://hooks.slack.example/services/SECRET-PATH' },
    { name: 'ops', type: 'webhook', url: 'https://ops.example.com/in?key=SECRET-QUERY', secret: 'SECRET-KEY' },
    {
      name: 'mail',
      type: 'email',
      smtp: 'smtp://u:SECRET-PASSWORD@mail.example.com',
      from: 'a@b.c',
      to: ['team@example.com'],
    },
  ],
  headsUp: { hourUtc: 7 },
  rules: [{ name: 'fast', service: 'orders', file: 'src/a.ts', function: 'f', measure: 'p95Ms', above: 300 }],
};

async function collectorWithTokens(t: Parameters<typeof testCollector>[0]) {
  const dataDir = temporaryFolder(t);
  writeFileSync(join(dataDir, 'alerts.json'), JSON.stringify(ALERTS));
  const store = openSqliteStore(dataDir);
  const admin = await createToken(store, 'admin', 0, { name: 'boss' });
  const reader = await createToken(store, 'read', 0, { name: 'team' });
  await store.close();
  const { url } = await testCollector(t, dataDir);
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  return { url, dataDir, admin, reader, as };
}

test('settings are shown to an admin, without any secret', async (t) => {
  const { url, admin, reader, as } = await collectorWithTokens(t);
  assert.equal((await get(`${url}/api/v1/settings`, as(reader))).status, 403);
  const { status, body } = await get(`${url}/api/v1/settings`, as(admin));
  assert.equal(status, 200);
  assert.deepEqual(
    body.channels.map(({ name, target }: { name: string; target: string }) => [name, target]),
    [
      ['team', 'hooks.slack.example'],
      ['ops', 'ops.example.com'],
      ['mail', 'team@example.com'],
    ],
  );
  assert.deepEqual(body.headsUp, { hourUtc: 7, channels: null });
  assert.deepEqual([body.rules[0].name, body.rules[0].above, body.rules[0].minutes], ['fast', 300, 5]);
  assert.doesNotMatch(JSON.stringify(body), /SECRET/);
});

test('an admin sees the tokens and revokes one, which is noted; not the one that asks', async (t) => {
  const { url, dataDir, admin, reader, as } = await collectorWithTokens(t);
  const { tokens } = (await get(`${url}/api/v1/tokens`, as(admin))).body;
  assert.deepEqual(tokens.map(({ name }: { name: string }) => name).sort(), ['boss', 'team']);
  assert.ok(!JSON.stringify(tokens).includes(reader));
  const revoke = (id: string, token: string) =>
    fetch(`${url}/api/v1/tokens/${id}`, { method: 'DELETE', headers: as(token) });
  assert.equal((await revoke(tokenId(admin), admin)).status, 400);
  assert.equal((await revoke(tokenId(admin), reader)).status, 403);
  assert.equal((await revoke('000000000000', admin)).status, 404);
  assert.equal((await revoke(tokenId(reader), admin)).status, 200);
  assert.equal((await get(`${url}/api/v1/services`, as(reader))).status, 401);
  assert.match(readFileSync(join(dataDir, 'audit.log'), 'utf8'), new RegExp(`"token.revoke".*${tokenId(reader)}`));
});
