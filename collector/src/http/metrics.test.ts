import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../store/sqlite/open-database.js';
import { connectSensor, fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { openMessageSocket } from '../testing/message-socket.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';

test('metrics count what came, what was asked and what was refused', async (t) => {
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  const sensor = await startSensor(url);
  await report(sensor, fakeWindow(1, [fakeRow(1, [1e6])]));
  await report(sensor, fakeWindow(2, [fakeRow(1, [1e6])]));
  const ide = await openMessageSocket(`${url}/v1/ide`, String);
  await ide.next();
  await get(`${url}/api/v1/functions?file=src/cart.ts`);
  await get(`${url}/api/v1/functions?limit=0`);
  await get(`${url}/api/v1/functions/none`);
  await get(`${url}/nothing`);
  const bad = await connectSensor(url);
  bad.say({ type: 'window' });
  await bad.closed;
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] });
  await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  const answer = await fetch(`${url}/metrics`);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  for (const line of [
    'prodlens_ingest_windows_total{source="sensor"} 2',
    'prodlens_ingest_rows_total{source="sensor"} 2',
    'prodlens_ingest_lag_seconds_count{source="sensor"} 2',
    `prodlens_ingest_bytes_total{source="otlp"} ${body.length}`,
    'prodlens_ingest_waiting_windows 0',
    'prodlens_alerts{state="open"} 0',
    'prodlens_alerts{state="muted"} 0',
    'prodlens_dead_letters 0',
    'prodlens_otlp_spans_total{outcome="rejected"} 2',
    'prodlens_sockets{path="/v1/sensor"} 1',
    'prodlens_sockets{path="/v1/ide"} 1',
    'prodlens_http_requests_total{route="/api/v1/functions",status="200"} 1',
    'prodlens_http_requests_total{route="/api/v1/functions",status="400"} 1',
    'prodlens_http_requests_total{route="",status="404"} 1',
    'prodlens_question_seconds_count{question="functions"} 2',
    'prodlens_refused_total{code="PRODLENS_ERR_FUNCTION_UNKNOWN"} 1',
    'prodlens_refused_total{code="PRODLENS_ERR_MESSAGE"} 1',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), `${line} is not in\n${text}`);
  }
  for (const part of ['heap', 'buffers', 'detection']) {
    assert.match(text, new RegExp(`^prodlens_memory_bytes\\{part="${part}"\\} \\d+$`, 'm'));
  }
  const size = /^prodlens_store_bytes\{file="prodlens\.db-wal"\} (\d+)$/m.exec(text)?.[1];
  assert.ok(Number(size) > 0);
  for (const [, name] of text.matchAll(/^# TYPE (\S+)/gm)) assert.match(name!, /^(prodlens|process)_[a-z0-9_]+$/);
});

test('readyz says no, and why, while the store cannot be written; healthz goes on', async (t) => {
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  assert.equal((await get(`${url}/readyz`)).status, 200);
  const other = openDatabase(dataDir);
  t.after(() => other.isOpen && other.close());
  other.exec('BEGIN IMMEDIATE');
  const { status, body } = await get(`${url}/readyz`);
  assert.deepEqual([status, body.error.code], [503, 'PRODLENS_ERR_NOT_READY']);
  assert.match(body.error.message, /^The store cannot be written: .*locked/);
  assert.equal((await get(`${url}/healthz`)).status, 200);
  other.exec('ROLLBACK');
  assert.equal((await get(`${url}/readyz`)).status, 200);
});
