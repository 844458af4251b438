// From requests to an Express service to its endpoints at the collector: exact counts, and where their time went.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EndpointDetail, EndpointStats } from '@prodlens/protocol';
import { eventually } from './eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-endpoints-'));
const WELL = 20;
const BROKEN = 5;
let collector: Program;
let service: Program;

symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));
writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "version": "1.0.0", "type": "module" }');
writeFileSync(
  join(folder, 'server.js'),
  `import { createServer, get } from 'node:http';
import express from 'express';
const other = createServer((request, response) => setTimeout(() => response.end('12'), 20)).listen(0, '127.0.0.1');
function burn(ms) { const end = performance.now() + ms; while (performance.now() < end); }
function price() { burn(15); return 3 }
const rate = () => new Promise((resolve) => get({ host: '127.0.0.1', port: other.address().port }, (r) => r.resume().once('end', resolve)));
async function order(request, response) { await rate(); response.send('costs ' + price()) }
function broken() { throw new Error('broken') }
const app = express();
app.get('/orders/:id', order);
app.get('/broken', (request, response) => broken());
app.listen(0, '127.0.0.1', function () { console.log('listening on http://127.0.0.1:' + this.address().port) });
`,
);

before(async () => {
  collector = await startCollector(join(folder, 'data'));
  const settings = { PRODLENS_URL: collector.url, NODE_ENV: 'test', PRODLENS_CACHE: 'off' };
  service = await startProgram(['--import', SENSOR, join(folder, 'server.js')], settings, /listening on (http:\S+)/);
});
after(async () => {
  await service?.stop();
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${collector.url}/api/v1/${path}`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

test('requests are counted exactly by route, and an endpoint names the functions that took its time', async () => {
  for (let i = 0; i < WELL; i++)
    assert.equal(await (await fetch(`${service.url}/orders/${i}?full=1`)).text(), 'costs 3');
  for (let i = 0; i < BROKEN; i++) assert.equal((await fetch(`${service.url}/broken`)).status, 500);
  assert.equal((await fetch(`${service.url}/nowhere`)).status, 404);

  const endpoints = await eventually('all requests at the collector', async () => {
    const { endpoints } = await ask<{ endpoints: EndpointStats[] }>('endpoints?service=shop&window=1h');
    const calls = endpoints.reduce((sum, one) => sum + (one.kind === 'http' ? one.calls : 0), 0);
    return calls >= 2 * WELL + BROKEN + 1 ? endpoints : undefined;
  });
  const shown = endpoints.map(({ kind, method, route, calls, errors }) => [kind, method, route, calls, errors]);
  assert.deepEqual(shown.sort(), [
    // The service that it asks runs in the same process, without a framework.
    ['http', 'GET', '(no route)', WELL + 1, 0],
    ['http', 'GET', '/broken', BROKEN, BROKEN],
    ['http', 'GET', '/orders/:id', WELL, 0],
  ]);

  const { id } = endpoints.find(({ route }) => route === '/orders/:id')!;
  const [detail] = (await ask<{ endpoints: EndpointDetail[] }>(`endpoints/${id}?window=1h`)).endpoints;
  const { functions, breakdown, totalNs, p50Ns } = detail!;
  assert.ok(p50Ns! >= 33e6 && totalNs! >= WELL * 34e6, `${p50Ns} of ${totalNs}`);
  const burn = functions.find(({ name, file }) => name === 'burn' && file === 'server.js')!;
  assert.equal(burn.calls, WELL);
  assert.ok(burn.selfNs >= WELL * 15e6 && burn.selfNs <= totalNs!, `${burn.selfNs} of ${totalNs}`);
  const order = functions.find(({ name, file }) => name === 'order' && file === 'server.js')!;
  assert.equal(order.calls, WELL);
  assert.ok(order.totalNs >= WELL * 34e6 && order.selfNs < order.totalNs);
  assert.ok(!functions.some(({ name }) => name === 'broken'), 'of another endpoint');
  assert.ok(breakdown.ownNs >= WELL * 15e6, `own ${breakdown.ownNs}`);
  assert.ok(
    breakdown.outboundNs >= WELL * 19e6 && breakdown.outboundNs <= totalNs!,
    `outbound ${breakdown.outboundNs}`,
  );
  assert.equal(breakdown.databaseNs, 0);
});
