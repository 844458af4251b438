import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type CollectorStatus, connectToCollector } from './collector-client.js';
import { eventually } from './testing/deadline.js';
import { scriptedCollector } from './testing/scripted-collector.js';
import { service } from './testing/stats.js';

/** All that a client told, and the client. */
function recorded(url: string, token = '') {
  const statuses: CollectorStatus[] = [];
  const catalogs: number[] = [];
  const files: string[] = [];
  const client = connectToCollector(url, token, {
    status: (status) => statuses.push(status),
    catalog: ({ services }) => catalogs.push(services.length),
    functions: ({ file }) => files.push(file),
    lastErrors: () => {},
    alerts: () => {},
  });
  const state = (expected: string) =>
    eventually(`state ${expected}`, () => statuses.find(({ state }) => state === expected));
  return { client, statuses, catalogs, files, state };
}

test('tries again until there is a collector, without a word in between, then subscribes', async () => {
  const collector = await scriptedCollector();
  await collector.stop();
  const { client, statuses, files, state } = recorded(collector.url);
  client.subscribe(3_600, [{ service: 'shop', file: 'src/cart.ts' }]);
  await state('unreachable');
  await collector.start();
  await state('connected');
  assert.deepEqual((await collector.subscribed(1)).files, [{ service: 'shop', file: 'src/cart.ts' }]);
  await eventually('functions', () => files[0]);
  const states = statuses.map(({ state }) => state);
  assert.equal(states[0], 'connecting');
  assert.equal(states.filter((state) => state === 'connecting').length, 1);

  await collector.stop();
  await eventually('the loss', () => (statuses.at(-1)?.state === 'unreachable' ? true : undefined));
  await collector.start();
  assert.deepEqual((await collector.subscribed(2)).files, [{ service: 'shop', file: 'src/cart.ts' }]);
  client.close();
  await collector.stop();
});

test('a closed client tells nothing more', async () => {
  const collector = await scriptedCollector();
  const { client, statuses, catalogs, state } = recorded(collector.url);
  await state('connected');
  client.close();
  const told = statuses.length;
  const other = recorded(collector.url);
  await other.state('connected');
  await eventually('the catalog', () => other.catalogs[0]?.toString());
  const seen = catalogs.length;
  collector.tell([service('shop')], []);
  await eventually('the second catalog', () => other.catalogs[1]);
  assert.equal(statuses.length, told);
  assert.equal(catalogs.length, seen);
  other.client.close();
  await collector.stop();
});

test('a token that is unknown and one of another scope are told apart', async () => {
  const collector = await scriptedCollector({ token: 'read', ingestToken: 'ingest' });
  const messageFor = async (token: string) => {
    const { client, state } = recorded(collector.url, token);
    const { message } = await state('unauthorised');
    client.close();
    return message.replace(collector.url, 'URL');
  };
  assert.equal(await messageFor(''), 'The collector at URL asks for a token.');
  assert.equal(await messageFor('other'), 'The collector at URL does not accept the token (HTTP 401).');
  assert.equal(
    await messageFor('ingest'),
    'The collector at URL refuses: The token is for ingest; this needs read (HTTP 403).',
  );
  await collector.stop();
});

test('a refusal that is not about the token is told in the words of who refuses, or by its number', async () => {
  const messageFor = async (scopeError: string) => {
    const collector = await scriptedCollector({ token: 'read', ingestToken: 'ingest', scopeError });
    const { client, state } = recorded(collector.url, 'ingest');
    const { message } = await state('unreachable');
    client.close();
    await collector.stop();
    return message.replace(collector.url, 'URL');
  };
  const host = { code: 'PRODLENS_ERR_HOST', message: 'Only this machine may ask' };
  assert.equal(
    await messageFor(JSON.stringify({ error: host })),
    'The collector at URL refuses: Only this machine may ask (HTTP 403).',
  );
  const byNumber = 'No collector at URL: it answers HTTP 403 to /v1/ide.';
  for (const body of ['', '<html>', '{}', '{"error":{"code":1}}', 'null', ' '.repeat(200_000)]) {
    assert.equal(await messageFor(body), byNumber);
  }
});

test('a token is trimmed, and one that no header carries is told as that', async () => {
  const collector = await scriptedCollector({ token: 'secret' });
  const pasted = recorded(collector.url, ' secret\n');
  await pasted.state('connected');
  pasted.client.close();
  for (const token of ['“secret”', 'prodlens_abc…', 'se\ncret', 'se cret']) {
    const { client, state } = recorded(collector.url, token);
    assert.equal(
      (await state('unauthorised')).message,
      `The token for ${collector.url} cannot be sent: it has characters that no token has; copy all of it again.`,
    );
    client.close();
  }
  await collector.stop();
});

test('what is there but is no collector of this version says so', async () => {
  const other = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const web = recorded(`http://127.0.0.1:${port}`);
  assert.match((await web.state('unreachable')).message, /^No collector at \S+: it answers HTTP 404 to \/v1\/ide\.$/);
  web.client.close();
  await new Promise((resolve) => other.close(resolve));

  const newer = await scriptedCollector({ protocol: 99 });
  const old = recorded(newer.url);
  assert.match((await old.state('unreachable')).message, /it speaks protocol 99, this program 1\.$/);
  old.client.close();
  await newer.stop();

  for (const url of ['', 'collector', 'ftp://127.0.0.1']) {
    const { client, state } = recorded(url);
    assert.match((await state('unreachable')).message, /is not an http or https address\.$/);
    client.close();
  }
});
