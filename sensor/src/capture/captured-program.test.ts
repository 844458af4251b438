// What captures do to a real process, and what they hold of it: a storm of errors gives a bounded number of them and bounded
// memory, nothing of a captured value is kept alive, and a snapshot has its causes, log lines and facts.

import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { capturedText } from '@prodlens/protocol';
import { fakeCollector } from '../testing/fake-collector.js';
import { programs, REGISTER, REGISTER_PATH } from '../testing/programs.js';
import { BUDGET } from './budget.js';

const SENSOR = join(dirname(REGISTER_PATH), 'index.cjs');
const HOW = ['--import', REGISTER];
/** Fails, with what the program says of itself: for each policy. */
const APP = `const http = require('node:http');
const { setContext, setFailure } = require(process.env.SENSOR);
const server = http.createServer((request, response) => {
  setContext({ diagnosis: 'a broken heart', token: 'open to all', plan: 'gold', from: 'by 203.0.113.7 of ada@example.com' });
  setFailure(new RangeError('declined'));
  response.end();
}).listen(0, '127.0.0.1', () => http.get({ port: server.address().port, agent: false }, (r) => r.resume().once('end', () => server.close())));`;
const files = programs({
  'storm.cjs': `const { setFailure } = require(process.env.SENSOR);
class Refused extends Error {}
function refuse(order) { throw new Refused('order ' + order.id) }
function attempt(i) { try { refuse({ id: i, padding: 'x'.repeat(1000) }) } catch (error) { setFailure(error) } }
for (let i = 0; i < 1000; i++) attempt(i);
global.gc();
const before = process.memoryUsage().heapUsed;
const start = performance.now();
let thrown = 0;
(function second() {
  for (let i = 0; i < 1000; i++, thrown++) attempt(i);
  if (performance.now() - start < 3000) return setImmediate(second);
  setImmediate(() => {
    global.gc();
    console.log(JSON.stringify({ thrown, grownBytes: process.memoryUsage().heapUsed - before }));
  });
})();`,
  'kept.cjs': `let seen;
function refuse(order) { throw Object.assign(new RangeError('refused'), { order }) }
function attempt() { const order = { id: 1, lines: [{}] }; seen = new WeakRef(order); try { refuse(order) } catch {} }
attempt();
let turns = 0;
(function look() {
  global.gc();
  if (seen.deref() === undefined) console.log('collected');
  else if (++turns < 200) setTimeout(look, 20);
  else console.log('kept');
})();`,
  'kept-in-flow.cjs': `const http = require('node:http');
const { setContext, setFailure } = require(process.env.SENSOR);
let seen;
async function refuse(order) { console.error('refused', order); throw Object.assign(new RangeError('refused'), { order }) }
const server = http.createServer(async (request, response) => {
  const order = { id: 1, lines: [{}] };
  seen = new WeakRef(order);
  setContext({ order });
  await refuse(order).catch(setFailure);
  response.end();
}).listen(0, '127.0.0.1', () => http.get({ port: server.address().port, agent: false }, (r) => r.resume().once('close', () => {
  let turns = 0;
  (function look() {
    global.gc();
    if (seen.deref() !== undefined && ++turns < 500) return void setTimeout(look, 20);
    console.log(seen.deref() === undefined ? 'collected' : 'kept');
    server.close();
  })();
})));`,
  'delay.cjs': `const { flush, setFailure } = require(process.env.SENSOR);
let turns = 0;
(function turn() {
  if (turns++ < 100) return void setTimeout(turn, 2);
  flush().then(() => setFailure(new RangeError('late')));
})();`,
  'guarded/package.json': '{ "name": "guarded", "version": "1.0.0" }',
  'guarded/prodlens.redaction.json': `{ "deny": ["diagnosis"], "allow": ["attributes.token"], "emailAddresses": false, "ipAddresses": true }`,
  'guarded/app.cjs': APP,
  'shaped/package.json': '{ "name": "shaped", "version": "1.0.0" }',
  'shaped/prodlens.redaction.json': '{ "mode": "shape" }',
  'shaped/app.cjs': APP,
  'misspelt/package.json': '{ "name": "misspelt", "version": "1.0.0" }',
  'misspelt/prodlens.redaction.json': '{ "denied": ["diagnosis"] }',
  'misspelt/app.cjs': APP,
  'edges.cjs': `const http = require('node:http');
const { Cron } = require('croner');
class OutOfStock extends Error {}
function settle() { throw new TypeError('nothing to settle') }
const app = require('express')();
app.get('/orders/:id', function order() { throw new OutOfStock('none left') });
app.use((error, request, response, next) => { response.status(409).end() });
const server = app.listen(0, '127.0.0.1', () => http.get({ port: server.address().port, path: '/orders/7', agent: false }, (r) => r.resume().once('end', async () => {
  server.close();
  const job = new Cron('0 0 1 1 *', { name: 'nightly', paused: true, catch: true }, settle);
  await job.trigger();
  job.stop();
})));`,
  'service.cjs': `const http = require('node:http');
const logger = require('pino')({ level: 'info' }, { write() {} });
const winston = require('winston');
const log = winston.createLogger({ transports: [new winston.transports.Stream({ stream: new (require('node:stream').Writable)({ write(a, b, done) { done() } }) })] });
class Lost extends Error { constructor(message, options) { super(message, options); this.name = 'Lost'; this.code = 'E_LOST' } }
function find(sku) { throw new Lost('no ' + sku, { cause: new RangeError('shelf is empty', { cause: 'the end of the year' }) }) }
const server = http.createServer((request, response) => {
  console.warn('by console', { sku: 'kettle' });
  logger.info({ step: 2 }, 'by pino');
  log.error('by winston');
  try { find('kettle'.repeat(500)) } catch (error) { response.statusCode = 500; require(process.env.SENSOR).setFailure(error) }
  response.end();
}).listen(0, '127.0.0.1', () => http.get({ port: server.address().port, agent: false }, (r) => r.resume().once('end', () => server.close())));`,
});
after(() => files.remove());
symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(files.folder, 'node_modules'));

test('a storm of errors: a few captures, how many more there were, and no more memory', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  const { stdout } = await files.run(['--expose-gc', 'storm.cjs'], HOW, { PRODLENS_URL: collector.url, SENSOR });
  const { thrown, grownBytes } = JSON.parse(stdout);
  assert.ok(thrown >= 10_000, `${thrown}`);
  assert.ok(grownBytes < 4 * 1024 * 1024, `${grownBytes} bytes more after ${thrown} errors`);
  const taken = collector.snapshots.length;
  assert.ok(taken >= 1 && taken <= BUDGET.process);
  const { suppressed } = collector.facts.at(-1)!.capture!;
  assert.ok(suppressed >= thrown - taken, `${suppressed} of ${thrown} were not taken`);
});

test('nothing of a captured value is kept', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  const { stdout } = await files.run(['--expose-gc', 'kept.cjs'], HOW, { PRODLENS_URL: collector.url });
  assert.equal(stdout.trim(), 'collected');
  assert.equal(collector.snapshots[0]?.error?.type, 'RangeError', 'and it was captured');
});

test('nothing of a request is kept once it was captured: arguments, attributes, error, log lines', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  const env = { PRODLENS_URL: collector.url, PRODLENS_LOGS: 'true', SENSOR };
  const { stdout } = await files.run(['--expose-gc', 'kept-in-flow.cjs'], HOW, env);
  assert.equal(stdout.trim(), 'collected');
  const [snapshot] = collector.snapshots;
  const held = [snapshot!.attributes, snapshot!.error!.properties, snapshot!.logs[0]!.message];
  for (const value of held) assert.match(capturedText(value), /id: 1/, 'and it was captured');
});

test('an error that leaves the service’s code is captured: to a framework’s handler, whatever it answers, and out of a run', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  await files.run(['edges.cjs'], HOW, { PRODLENS_URL: collector.url });
  const seen = collector.snapshots.map(({ trigger, flow, error, function: f }) => {
    return `${trigger}: ${flow!.kind} ${flow!.route} ${flow!.status}, ${error!.type} of ${f!.name}`;
  });
  assert.deepEqual(seen.sort(), [
    'edge: http /orders/:id 409, OutOfStock of order',
    'edge: timer nightly null, TypeError of settle',
  ]);
});

test('the delay of the event loop is that of the last window', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  await files.run(['delay.cjs'], HOW, { PRODLENS_URL: collector.url, SENSOR });
  const { eventLoopDelayP99Ns } = collector.snapshots[0]!.process;
  assert.ok(eventLoopDelayP99Ns! > 0, `${eventLoopDelayP99Ns}`);
});

test('the policy beside package.json holds for a running program; one that is misspelt lets nothing out', async (t) => {
  const attributesUnder = async (policy: string) => {
    const collector = await fakeCollector({});
    t.after(() => collector.close());
    await files.run([`${policy}/app.cjs`], HOW, { PRODLENS_URL: collector.url, SENSOR });
    return collector.snapshots.map(({ attributes }) => capturedText(attributes, 2_000));
  };
  const [guarded] = await attributesUnder('guarded');
  assert.match(guarded!, /token: "open to all", plan: "gold", from: "by \[redacted IP address\] of ada@example\.com"/);
  assert.doesNotMatch(guarded!, /broken heart/);
  const [shaped] = await attributesUnder('shaped');
  assert.match(shaped!, /plan:/);
  assert.doesNotMatch(shaped!, /broken|open|gold|ada/);
  assert.deepEqual(await attributesUnder('misspelt'), []);
});

test('causes, log lines of console, pino and winston, what was cut and how long it was, and the process', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  await files.run(['service.cjs'], HOW, { PRODLENS_URL: collector.url, PRODLENS_LOGS: 'true', SENSOR });
  const snapshot = collector.snapshots.find(({ trigger }) => trigger === 'failure')!;
  assert.equal(snapshot.error!.type, 'Lost');
  assert.match(capturedText(snapshot.error!.properties), /code: "E_LOST"/);
  const causes = snapshot.error!.causes.map(({ type, message }) => `${type} ${message}`);
  assert.deepEqual(causes, ['RangeError shelf is empty', 'string the end of the year']);
  const logs = snapshot.logs.map(({ level, message }) => `${level} ${capturedText(message)}`);
  assert.deepEqual(
    ['by console', 'by pino', 'by winston'].map((text) => logs.find((line) => line.includes(text))?.split(' ')[0]),
    ['warn', 'info', 'error'],
  );
  const sku = snapshot.calls[0]!.arguments![0]!.value as { text: string; size: number; cut: string };
  assert.deepEqual([sku.text.length, sku.size, sku.cut], [2_048, 3_000, 'length']);
  const { uptimeSeconds, rssBytes, heapUsedBytes } = snapshot.process;
  assert.ok(uptimeSeconds > 0 && rssBytes > heapUsedBytes && heapUsedBytes > 1e6);
});
