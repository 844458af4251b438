import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { tokenId } from '../http/access/authorize.js';
import { connectSensor, fakeHello } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function tokens(t: TestContext) {
  const data = temporaryFolder(t);
  const run = (...args: string[]) => prodlens(t, 'token', ...args, '--data', data).done;
  const create = async (...args: string[]) => {
    const { code, out, err } = await run('create', ...args);
    assert.equal(code, 0, err);
    return out.trim();
  };
  return { data, run, create };
}

test('tokens are made, listed without themselves, and revoked, which ends their sockets', async (t) => {
  const { data, run, create } = tokens(t);
  assert.match((await run('list')).out, /^There is no token/);
  const read = await create('--scope', 'read', 'forensics', '--name', 'the web\u001b team');
  const ingest = await create('--scope', 'ingest', '--service', 'orders', '--environment', 'production');
  const { out } = await run('list');
  assert.match(out, new RegExp(`^${tokenId(read)}  read,forensics  any service  \\S+Z  the web\\\\u001b team$`, 'm'));
  assert.match(out, new RegExp(`^${tokenId(ingest)}  ingest  service orders, environment production  \\S+Z$`, 'm'));
  assert.doesNotMatch(out, /prodlens_/);

  const { url } = await testCollector(t, data);
  const sensor = await connectSensor(url, ingest);
  assert.equal((await get(`${url}/api/v1/services`, bearer(read))).status, 200);
  assert.equal((await run('revoke', tokenId(read))).out, `Revoked ${tokenId(read)}.\n`);
  assert.equal((await get(`${url}/api/v1/services`, bearer(read))).body.error.code, 'PRODLENS_ERR_TOKEN_UNKNOWN');
  const last = await run('revoke', tokenId(ingest));
  assert.match(last.err, /^No token is left/);
  assert.deepEqual(await sensor.closed, { code: 1008, reason: 'PRODLENS_ERR_TOKEN_UNKNOWN' });
  assert.equal((await get(`${url}/api/v1/services`)).status, 200);

  const again = await run('revoke', tokenId(read));
  assert.deepEqual([again.code, again.err.split(':')[0]], [1, 'PRODLENS_ERR_TOKEN_UNKNOWN']);

  const audit = readFileSync(join(data, 'audit.log'), 'utf8');
  const acts = audit
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    acts.map(({ act, token, target }) => [act, token, target.id]),
    [
      ['token.create', 'command line', tokenId(read)],
      ['token.create', 'command line', tokenId(ingest)],
      ['token.revoke', 'command line', tokenId(read)],
      ['token.revoke', 'command line', tokenId(ingest)],
    ],
  );
  assert.deepEqual(acts[0].target.scopes, ['read', 'forensics']);
  assert.doesNotMatch(audit, /prodlens_/);
});

test('a token for one service and environment reports nothing else', async (t) => {
  const { data, create, run } = tokens(t);
  const token = await create('--scope', 'ingest', '--service', 'orders', '--environment', 'production');
  const { url } = await testCollector(t, data);
  for (const [place, answer] of [
    [{}, 'welcome'],
    [{ service: 'billing' }, 'The token is for the service orders only, not for billing'],
    [{ environment: 'staging' }, 'The token is for the environment production only, not for staging'],
  ] as const) {
    const sensor = await connectSensor(url, token);
    sensor.say(fakeHello(place));
    const said = await sensor.next();
    assert.equal(said.type === 'error' ? said.message : said.type, answer);
    if (said.type === 'error') assert.equal(said.code, 'PRODLENS_ERR_TOKEN_PLACE');
    else sensor.socket.close();
  }
  const refused = await run('create', '--scope', 'read', '--service', 'orders');
  assert.match(refused.err, /^PRODLENS_ERR_INVALID_REQUEST: Only a token with scope ingest alone/);
});

test('where others than this machine can ask, revoking the last token opens nothing', async (t) => {
  const { data, run, create } = tokens(t);
  const token = await create('--scope', 'read');
  const { child, firstLine } = prodlens(t, 'up', '--data', data, '--port', '0', '--host', '0.0.0.0');
  const port = /:(\d+) /.exec(await firstLine)?.[1];
  const url = `http://127.0.0.1:${port}`;
  assert.equal((await get(`${url}/api/v1/services`, bearer(token))).status, 200);
  await run('revoke', tokenId(token));
  assert.equal((await get(`${url}/api/v1/services`)).body.error.code, 'PRODLENS_ERR_TOKEN_MISSING');
  child.kill('SIGTERM');
});
