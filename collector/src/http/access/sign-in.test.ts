// Signing in with a browser's cookies: by a token, and by a real OpenID provider on this machine.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Provider from 'oidc-provider';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { filesBelow, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { createToken, tokenId } from './authorize.js';
import { readOpenIdSettings, scopesOf } from './open-id.js';

const PEOPLE: Record<string, { email: string; groups: string[] }> = {
  ada: { email: 'ada@example.com', groups: ['platform'] },
  bob: { email: 'bob@example.com', groups: [] },
  eve: { email: 'eve@elsewhere.test', groups: [] },
};

/** A browser as far as cookies and redirects go. */
function browser() {
  const jar = new Map<string, string>();
  async function go(url: string, init: RequestInit = {}, left = 12): Promise<Response> {
    const { host } = new URL(url);
    const cookies = [...jar].flatMap(([key, value]) =>
      key.startsWith(`${host} `) ? [`${key.split(' ')[1]}=${value}`] : [],
    );
    const headers = { ...(init.headers as Record<string, string>), cookie: cookies.join('; ') };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (/Max-Age=0|1970/.test(line)) jar.delete(`${host} ${name}`);
      else jar.set(`${host} ${name}`, value!);
    }
    const location = response.headers.get('location');
    if (location === null || left === 0) return Object.assign(response, { seen: url });
    return go(new URL(location, url).href, {}, left - 1);
  }
  return { go, jar };
}

async function startProvider(t: TestContext, redirectUri: string) {
  const server: Server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'prodlens', client_secret: 'a-secret', redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    cookies: { keys: ['for a test'] },
    pkce: { required: () => true },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, email_verified: true, ...PEOPLE[accountId] }),
    }),
  });
  server.on('request', provider.callback());
  return issuer;
}

/** Goes through the provider's own pages as the person. */
async function signInAs(name: string, url: string, returnTo = '#/alerts') {
  const { go, jar } = browser();
  let page = await go(`${url}/auth/open-id?return=${encodeURIComponent(returnTo)}`);
  for (let step = 0; step < 3; step++) {
    const form = /action="([^"]+)"/.exec(await page.clone().text())?.[1];
    if (form === undefined || !page.url.includes('/interaction/')) break;
    const prompt = /name="prompt" value="([^"]+)"/.exec(await page.text())![1]!;
    const body = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: name, password: 'any' }) });
    page = await go(new URL(form, page.url).href, { method: 'POST', body });
  }
  return { go, jar, page };
}

async function collectorWithProvider(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => probe.once('listening', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  const issuer = await startProvider(t, `http://127.0.0.1:${port}/auth/open-id/callback`);
  const env = {
    PRODLENS_OIDC_ISSUER: issuer,
    PRODLENS_OIDC_CLIENT_ID: 'prodlens',
    PRODLENS_OIDC_CLIENT_SECRET: 'a-secret',
    PRODLENS_OIDC_NAME: 'Example',
    PRODLENS_OIDC_READ: '*@example.com',
    PRODLENS_OIDC_ADMIN: 'platform',
  };
  const collector = await testCollector(t, dataDir, undefined, { env, port });
  /** The same one, started again at another address. */
  const again = (more: Record<string, string>) => testCollector(t, dataDir, undefined, { env: { ...env, ...more } });
  return { url: collector.url, dataDir, collector, again };
}

test('OpenID Connect: who is granted something comes in with those scopes, and out again', async (t) => {
  const { url, dataDir } = await collectorWithProvider(t);
  assert.equal((await fetch(`${url}/api/v1/services`)).status, 401);
  const { go: asNobody } = browser();
  assert.deepEqual(await (await asNobody(`${url}/auth/session`)).json(), {
    ...{ signedIn: false, name: '', scopes: [], canSignOut: false, provider: 'Example' },
  });

  const ada = await signInAs('ada', url, '#/alerts?service=orders');
  assert.equal(ada.page.url, `${url}/`);
  assert.deepEqual(await (await ada.go(`${url}/auth/session`)).json(), {
    ...{ signedIn: true, name: 'ada@example.com', scopes: ['read', 'admin'], canSignOut: true, provider: 'Example' },
  });
  assert.equal((await ada.go(`${url}/api/v1/settings`)).status, 200);
  assert.match(readFileSync(join(dataDir, 'audit.log'), 'utf8'), /"sign-in".*ada@example\.com/);

  const bob = await signInAs('bob', url);
  assert.equal((await bob.go(`${url}/api/v1/services`)).status, 200);
  assert.equal((await bob.go(`${url}/api/v1/settings`)).status, 403);
  assert.equal((await bob.go(`${url}/api/v1/forensics`)).status, 403);
  const foreign = { headers: { origin: 'https://evil.test' }, method: 'POST' };
  assert.equal((await ada.go(`${url}/auth/sign-out`, foreign)).status, 403);
  assert.equal((await ada.go(`${url}/api/v1/services`)).status, 200);

  await ada.go(`${url}/auth/sign-out`, { method: 'POST' });
  assert.equal((await ada.go(`${url}/api/v1/services`)).status, 401);
});

test('OpenID Connect: a session lasts through a restart, and ends where others are let in from then on', async (t) => {
  const { url, collector, again } = await collectorWithProvider(t);
  const { jar } = await signInAs('ada', url);
  const cookie = `prodlens_session=${jar.get(`${new URL(url).host} prodlens_session`)}`;
  const settings = async (of: { url: string }) =>
    (await fetch(`${of.url}/api/v1/settings`, { headers: { cookie } })).status;
  assert.equal(await settings({ url }), 200);
  await collector.close();
  const second = await again({});
  assert.equal(await settings(second), 200);
  await second.close();
  assert.equal(await settings(await again({ PRODLENS_OIDC_ADMIN: 'somebody-else' })), 401);
});

test('OpenID Connect: a provider that is away is said on the page', async (t) => {
  const gone = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => gone.once('listening', listening));
  const { port } = gone.address() as AddressInfo;
  await new Promise((closed) => gone.close(closed));
  const env = {
    PRODLENS_OIDC_ISSUER: `http://127.0.0.1:${port}`,
    PRODLENS_OIDC_CLIENT_ID: 'prodlens',
    PRODLENS_OIDC_READ: '*',
  };
  const { url } = await testCollector(t, undefined, undefined, { env });
  const answer = await fetch(`${url}/auth/open-id`, { redirect: 'manual' });
  assert.equal(answer.status, 302);
  assert.match(
    decodeURIComponent(answer.headers.get('location')!),
    /^\/#\/\?refused=The identity provider does not answer/,
  );
});

test('nobody signs in as often as the line allows', async (t) => {
  const { url } = await collectorWithProvider(t);
  const statuses = async (ask: () => Promise<Response>) =>
    new Set(await Promise.all(Array.from({ length: 400 }, async () => (await ask()).status)));
  assert.deepEqual(
    [...(await statuses(() => fetch(`${url}/auth/open-id`, { redirect: 'manual' })))].sort(),
    [302, 429],
  );
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"token":"prodlens_wrong"}' };
  assert.ok((await statuses(() => fetch(`${url}/auth/token`, init))).has(429));
});

test('OpenID Connect: who is granted nothing stays out, and an answer that was not asked for is refused', async (t) => {
  const { url } = await collectorWithProvider(t);
  const eve = await signInAs('eve', url);
  assert.equal((await eve.go(`${url}/api/v1/services`)).status, 401);
  const forged = await fetch(`${url}/auth/open-id/callback?code=x&state=y`, { redirect: 'manual' });
  assert.match(decodeURIComponent(forged.headers.get('location')!), /refused=This sign-in was not begun here/);
  assert.equal(forged.headers.get('set-cookie'), null);
  // Nowhere else than to the web app.
  const away = await signInAs('bob', url, '//evil.test/#/');
  assert.equal(new URL(away.page.url).origin, url);
});

/** A collector with tokens, and a browser that signs in with one. */
async function collectorWithTokens(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const reader = await createToken(store, 'read', 0, { name: 'team' });
  const sensor = await createToken(store, 'ingest', 0);
  const admin = await createToken(store, 'admin', 0);
  await store.close();
  const clock = { nowMs: Date.now() };
  const start = () => testCollector(t, dataDir, undefined, { now: () => clock.nowMs });
  const collector = await start();
  const { go, jar } = browser();
  const signIn = (token: string, url = collector.url) =>
    go(`${url}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  return { dataDir, collector, url: collector.url, start, go, jar, signIn, reader, sensor, admin, clock };
}

test('a token signs in for a cookie that no script can read, and that is not the token', async (t) => {
  const { dataDir, collector, url, go, signIn, reader, sensor } = await collectorWithTokens(t);
  assert.equal((await signIn('prodlens_wrong')).status, 401);
  assert.equal((await signIn(sensor)).status, 403);
  assert.equal(((await (await go(`${url}/auth/session`)).json()) as { signedIn: boolean }).signedIn, false);
  const cookie = (await signIn(reader)).headers.get('set-cookie')!;
  assert.match(cookie, /^prodlens_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
  assert.ok(!cookie.includes(reader));
  assert.equal((await go(`${url}/api/v1/services`)).status, 200);
  assert.equal((await go(`${url}/api/v1/settings`)).status, 403);
  assert.equal((await fetch(`${url}/auth/open-id`)).status, 401);
  const [, name] = /=([\w-]+)/.exec(cookie)!;
  const asBearer = await fetch(`${url}/api/v1/services`, { headers: { authorization: `Bearer ${name}` } });
  const tokenAsCookie = await fetch(`${url}/api/v1/services`, { headers: { cookie: `prodlens_session=${reader}` } });
  assert.deepEqual([asBearer.status, tokenAsCookie.status], [401, 401]);

  await go(`${url}/auth/sign-out`, { method: 'POST' });
  const replayed = await fetch(`${url}/api/v1/services`, { headers: { cookie: `prodlens_session=${name}` } });
  assert.deepEqual([(await go(`${url}/api/v1/services`)).status, replayed.status], [401, 401]);
  assert.equal((await go(`${url}/auth/session`)).status, 200);

  await signIn(reader);
  await collector.close();
  for (const file of filesBelow(dataDir)) assert.ok(!readFileSync(file).includes(name!), `${file} holds the cookie`);
});

test('a session lasts through a restart, until its time is over or its token is revoked', async (t) => {
  const { collector, start, go, jar, signIn, reader, admin, clock } = await collectorWithTokens(t);
  await signIn(reader);
  const [cookie] = [...jar.values()];
  await collector.close();
  const { url } = await start();
  const status = async () =>
    (await fetch(`${url}/api/v1/services`, { headers: { cookie: `prodlens_session=${cookie}` } })).status;
  assert.equal(await status(), 200);
  clock.nowMs += 30 * 86_400_000 - 60_000;
  assert.equal(await status(), 200);
  clock.nowMs += 60_000;
  assert.equal(await status(), 401);

  await signIn(reader, url);
  assert.equal((await go(`${url}/api/v1/services`)).status, 200);
  const revoked = await fetch(`${url}/api/v1/tokens/${tokenId(reader)}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${admin}` },
  });
  assert.equal(revoked.status, 200);
  assert.equal((await go(`${url}/api/v1/services`)).status, 401);
});

test('settings that would let nobody or everybody in are refused; an unverified address counts for nothing', () => {
  const whole = {
    PRODLENS_OIDC_ISSUER: 'https://id.example.com',
    PRODLENS_OIDC_CLIENT_ID: 'prodlens',
    PRODLENS_OIDC_READ: 'staff',
  };
  assert.equal(readOpenIdSettings({}), null);
  assert.equal(readOpenIdSettings(whole)?.name, 'id.example.com');
  for (const change of [
    { PRODLENS_OIDC_ISSUER: 'http://id.example.com' },
    { PRODLENS_OIDC_CLIENT_ID: '' },
    { PRODLENS_OIDC_READ: '' },
  ]) {
    assert.throws(() => readOpenIdSettings({ ...whole, ...change }), /PRODLENS_OIDC_/);
  }
  const grants = [{ scope: 'read' as const, to: ['*@example.com'] }];
  assert.deepEqual(scopesOf({ grants }, { email: 'A@Example.com' }, 'groups'), ['read']);
  assert.deepEqual(scopesOf({ grants }, { email: 'a@example.com', email_verified: false }, 'groups'), []);
  assert.deepEqual(scopesOf({ grants }, { email: 'a@notexample.com' }, 'groups'), []);
  assert.deepEqual(scopesOf({ grants: [{ scope: 'admin', to: ['x'] }] }, { groups: 'x' }, 'groups'), ['read', 'admin']);
});
