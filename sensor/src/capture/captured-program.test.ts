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
  assert.ok(collector.snapshots.length >= 1 && collector.snapshots.length <= BUDGET.process);
});

test('nothing of a captured value is kept', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  const { stdout } = await files.run(['--expose-gc', 'kept.cjs'], HOW, { PRODLENS_URL: collector.url });
  assert.equal(stdout.trim(), 'collected');
  assert.equal(collector.snapshots[0]?.error?.type, 'RangeError', 'and it was captured');
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
