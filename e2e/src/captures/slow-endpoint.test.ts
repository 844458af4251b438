// What is slow is learned: an endpoint that usually answers within milliseconds is captured when a request takes a few times
// as long, far below what counts as slow of an endpoint that nobody knows yet.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EndpointStats, SnapshotSummary } from '@prodlens/protocol';
import { eventually } from '../eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from '../program.js';

const REQUESTS = 1_000;
const AT_ONCE = 2;
const USUAL_MS = 5;
/** What is slow before there is a baseline. */
const DEFAULT_MS = 1_000;

test('a request that takes a few times as long as its endpoint usually does is captured once there is a baseline', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-slow-endpoint-'));
  const programs: Program[] = [];
  t.after(async () => {
    for (const program of programs.reverse()) await program.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "stock", "version": "1.0.0" }');
  writeFileSync(
    join(folder, 'server.cjs'),
    `const express = require('express');
const look = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function stock(request, response) { await look(Number(request.query.ms)); response.send('12') }
const app = express().get('/warm', stock);
for (const shelf of ['a', 'b', 'c', 'd', 'e']) app.get('/' + shelf + '/:sku', stock);
app.listen(0, '127.0.0.1', function () { console.log('listening on http://127.0.0.1:' + this.address().port) });`,
  );
  const collector = await startCollector(join(folder, 'data'));
  programs.push(collector);
  const settings = { PRODLENS_URL: collector.url, PRODLENS_CACHE: 'off' };
  const service = await startProgram(
    ['--import', SENSOR, join(folder, 'server.cjs')],
    settings,
    /listening on (http:\S+)/,
  );
  programs.push(service);
  const asked = async (shelf: string, ms: number) => (await fetch(`${service.url}/${shelf}/kettle?ms=${ms}`)).text();
  const told = async (path: string) => (await fetch(`${collector.url}/api/v1/${path}`)).json();
  const slow = async () => ((await told('forensics?trigger=slow')) as { snapshots: SnapshotSummary[] }).snapshots;

  // The first ones take longer, and would be a good part of what is usual.
  for (let i = 0; i < 100; i++) await (await fetch(`${service.url}/warm?ms=0`)).text();
  // On a machine that is busy for a while, an endpoint may take long by itself: then the next one is the usual one.
  let [shelf, usualMs, slowMs] = ['', 0, DEFAULT_MS];
  for (shelf of ['a', 'b', 'c', 'd', 'e']) {
    for (let i = 0; i < REQUESTS; i += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => asked(shelf, USUAL_MS)));
    }
    const usual = await eventually('all requests at the collector', async () => {
      const { endpoints } = (await told('endpoints?window=1h')) as { endpoints: EndpointStats[] };
      return endpoints.find(({ route, calls }) => route === `/${shelf}/:sku` && calls >= REQUESTS);
    });
    usualMs = usual.p99Ns! / 1e6;
    slowMs = Math.max(60, Math.ceil(usualMs * 2.2));
    t.diagnostic(`/${shelf}/:sku usually ${usualMs} ms at p99, slow: ${slowMs} ms`);
    if (slowMs < DEFAULT_MS * 0.5) break;
  }
  assert.ok(slowMs < DEFAULT_MS * 0.8, `${slowMs} ms would be slow without a baseline`);
  await asked(shelf, slowMs);
  const before = new Set((await slow()).map(({ id }) => id));
  // What is usual is learned every ten minutes, and when a collector starts.
  await collector.stop();
  const learnedUnixMs = Date.now();
  programs.splice(0, 1, await startCollector(join(folder, 'data'), Number(new URL(collector.url).port)));
  const captured = await eventually('a slow request is captured', async () => {
    await asked(shelf, slowMs);
    return (await slow()).find(({ id, durationNs }) => !before.has(id) && durationNs! / 1e6 < DEFAULT_MS);
  });
  assert.ok(captured.takenUnixMs >= learnedUnixMs, 'not before');
  assert.equal(captured.endpoint, `GET /${shelf}/:sku`);
  const tookMs = captured.durationNs! / 1e6;
  assert.ok(tookMs >= usualMs * 1.5, `${tookMs} ms, usually ${usualMs}`);
});
