// When a snapshot is taken, and that it arrives: whole programs under the sensor, with a collector that keeps what it is sent.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { capturedText } from '@prodlens/protocol';
import { fakeCollector } from '../testing/fake-collector.js';
import { programs, REGISTER, REGISTER_PATH } from '../testing/programs.js';

const SENSOR = join(dirname(REGISTER_PATH), 'index.cjs');
const HOW = ['--import', REGISTER];
const files = programs({
  'server.cjs': `const http = require('node:http');
const { setContext, setFailure } = require(${JSON.stringify(SENSOR)});
const parse = (text) => JSON.parse(text);
function forgiving(text) { try { return parse(text) } catch { return null } }
async function look(ms) { await new Promise((resolve) => setTimeout(resolve, ms)) }
async function pass(more) { return more > 0 ? pass(more - 1) : look(1_100) }
async function answer(request, response) {
  if (request.url === '/unavailable') response.statusCode = 503;
  if (request.url === '/declined') { setContext({ plan: 'gold' }); setFailure(new RangeError('declined')); }
  if (request.url === '/late') await pass(10);
  if (request.url === '/forgiving') { forgiving('{'); forgiving('['); }
  response.end();
}
function nobodyListens(value) { throw new TypeError('nobody listens to ' + value) }
const server = http.createServer(answer).listen(0, '127.0.0.1', async () => {
  for (const path of ['/fine', '/unavailable', '/declined', '/late', '/forgiving'])
    await new Promise((resolve) => http.get({ port: server.address().port, path, agent: false }, (r) => r.resume().once('end', resolve)));
  server.close();
  setImmediate(() => nobodyListens('this'));
});`,
  'slow.cjs': `const { existsSync } = require('node:fs');
function busy(ms) { for (const end = Date.now() + ms; Date.now() < end; ); return ms }
function allowed(ms) { for (const end = Date.now() + ms; Date.now() < end; ); return ms }
setInterval(() => { busy(30); allowed(30); if (existsSync('slow.stop')) { allowed(30); process.exit() } }, 20);`,
  'learned.cjs': `const http = require('node:http');
const look = () => new Promise((resolve) => setTimeout(resolve, 120));
const server = http.createServer(async (request, response) => { await look(); response.end() }).listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const { existsSync } = require('node:fs');
  while (!existsSync('learned.stop')) for (const method of ['GET', 'POST'])
    await new Promise((resolve) => http.request({ port, method, agent: false }, (r) => r.resume().once('end', resolve)).end());
  process.exit();
});`,
  'away.cjs': `const { existsSync, writeFileSync } = require('node:fs');
function refuse(order) { throw new RangeError('refused') }
function attempt() { try { refuse({ sku: 'kettle' }) } catch {} }
attempt();
writeFileSync('away.thrown', '');
setInterval(() => { if (existsSync('away.stop')) process.exit() }, 20);`,
});
after(() => files.remove());

test('status, failure, slow, new error type and unhandled are captured; what is well is not', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  const { status, stderr } = await files.run(['server.cjs'], HOW, { PRODLENS_URL: collector.url });
  assert.equal(status, 1, 'the program ends as it would');
  assert.ok(stderr.some((line) => line.includes('TypeError: nobody listens to this')));
  const seen = collector.snapshots.map(({ trigger, flow, request, error, function: f }) => {
    return [trigger, request?.path, flow?.status, error?.type, f?.name];
  });
  assert.deepEqual(seen.sort(), [
    ['failure', '/declined', 200, 'RangeError', 'answer'],
    ['new error type', '/forgiving', null, 'SyntaxError', 'parse'],
    ['slow', '/late', 200, undefined, 'look'],
    ['status', '/unavailable', 503, undefined, undefined],
    ['unhandled', undefined, undefined, 'TypeError', 'nobodyListens'],
  ]);
  const declined = collector.snapshots.find(({ trigger }) => trigger === 'failure')!;
  assert.match(capturedText(declined.attributes), /plan: "gold"/);
  const unhandled = collector.snapshots.find(({ trigger }) => trigger === 'unhandled')!;
  const call = unhandled.calls.find(({ function: f }) => f.name === 'nobodyListens');
  assert.deepEqual(call?.arguments, [{ name: 'value', value: 'this' }]);
});

test('a function is slow from where the collector says; one of which it says nothing is not', async (t) => {
  const thresholds = [{ function: { file: 'slow.cjs', name: 'busy', ordinal: 0 }, slowNs: 10e6 }];
  const collector = await fakeCollector({ thresholds });
  t.after(() => collector.close());
  const ended = files.run(['slow.cjs'], HOW, { PRODLENS_URL: collector.url });
  await collector.until((snapshots) => snapshots.length > 0);
  files.write({ 'slow.stop': '' });
  await ended;
  for (const { trigger, function: f, calls } of collector.snapshots) {
    assert.deepEqual([trigger, f?.name], ['slow', 'busy']);
    assert.deepEqual(calls[0]!.arguments, [{ name: 'ms', value: 30 }]);
    assert.ok(calls[0]!.durationNs! >= 10e6);
  }
});

test('a request is slow from where the collector says of its endpoint; of another one from the default on', async (t) => {
  const endpointThresholds = [
    { endpoint: { kind: 'http' as const, method: 'GET', route: '(no route)' }, slowNs: 60e6 },
  ];
  const collector = await fakeCollector({ endpointThresholds });
  t.after(() => collector.close());
  const ended = files.run(['learned.cjs'], HOW, { PRODLENS_URL: collector.url });
  await collector.until((snapshots) => snapshots.length > 0);
  files.write({ 'learned.stop': '' });
  await ended;
  const seen = collector.snapshots.map(({ trigger, flow }) => `${trigger} ${flow?.method}`);
  assert.deepEqual(new Set(seen), new Set(['slow GET']));
});

test('a snapshot is kept while the collector is away, and until it is answered', async (t) => {
  const port = await freePort();
  const ended = files.run(['away.cjs'], HOW, { PRODLENS_URL: `http://127.0.0.1:${port}` });
  for (const end = Date.now() + 60_000; !existsSync(join(files.folder, 'away.thrown')); ) {
    assert.ok(Date.now() < end, 'the program has run');
    await delay(20);
  }
  const collector = await fakeCollector({ port, cuts: 1 });
  t.after(() => collector.close());
  await collector.until((snapshots) => snapshots.length > 1);
  files.write({ 'away.stop': '' });
  await ended;
  assert.deepEqual(
    collector.snapshots.map(({ trigger, function: f }) => [trigger, f?.name]),
    [
      ['new error type', 'refuse'],
      ['new error type', 'refuse'],
    ],
  );
  assert.equal(new Set(collector.snapshots.map(({ id }) => id)).size, 1, 'the same one again');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
