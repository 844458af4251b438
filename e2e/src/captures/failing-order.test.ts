// A request that goes wrong in the example's second version, asked from the collector: which request it was, what the
// functions were called with, the original line that threw, and what the database had answered just before.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { capturedText, type Snapshot, type SnapshotSummary } from '@prodlens/protocol';
import { eventually } from '../eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from '../program.js';
import { deploy } from '../running-example.js';

const REVISION = 'c0ffee'.repeat(6).padEnd(40, '0');
const LISTENING = /listening on (http:\S+)/;
const ORDER = {
  customer: 'ada@example.com',
  country: 'DE',
  currency: 'EUR',
  lines: [
    { sku: 'kettle', quantity: 1 },
    { sku: 'voucher-25', quantity: 2 },
  ],
};

test('an order that the second version refuses is there with its request, arguments, line and query', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-failing-order-'));
  const programs: Program[] = [];
  t.after(async () => {
    for (const program of programs.reverse()) await program.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  const started = async (starting: Promise<Program>) => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  const entry = await deploy('2.0.0', join(folder, '2.0.0'));
  const collector = await started(startCollector(join(folder, 'collector')));
  const rates = await started(startProgram([join(folder, '2.0.0/dist/rates-server.js')], { PORT: '0' }, LISTENING));
  const settings = {
    PORT: '0',
    RATES_URL: rates.url,
    DATA_DIR: join(folder, 'orders'),
    PRODLENS_URL: collector.url,
    PRODLENS_REVISION: REVISION,
  };
  const service = await started(startProgram(['--import', SENSOR, entry], settings, LISTENING));

  const headers = { 'content-type': 'application/json', authorization: 'Bearer not-to-be-seen-by-anyone' };
  const answer = await fetch(`${service.url}/orders`, { method: 'POST', headers, body: JSON.stringify(ORDER) });
  assert.equal(answer.status, 409, await answer.text());

  const read = async (path: string) => {
    const response = await fetch(`${collector.url}/api/v1/forensics${path}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const summary = await eventually('the order is among the snapshots', async () => {
    const { snapshots } = (await read('?service=order-service&errorType=OutOfStockError')) as {
      snapshots: SnapshotSummary[];
    };
    return snapshots[0];
  });
  assert.deepEqual(
    [summary.endpoint, summary.status, summary.functionName, summary.file, summary.trigger],
    ['POST /orders', 409, 'reserveStock', 'src/inventory.ts', 'edge'],
  );
  assert.deepEqual(
    [summary.service, summary.environment, summary.version, summary.revision, summary.host],
    ['order-service', 'development', '2.0.0', REVISION, hostname()],
  );
  const source = await readSource('src/inventory.ts');
  assert.match(source[summary.line! - 1]!, /throw new OutOfStockError/);

  const { snapshot } = (await read(`/${summary.id}`)) as { snapshot: Snapshot };
  assert.match(capturedText(snapshot.request!.body, 2_000), /sku: "voucher-25", quantity: 2/);
  assert.match(capturedText(snapshot.error!.message), /voucher-25 is out of stock/);
  const reserve = snapshot.calls.find((call) => call.function.name === 'reserveStock');
  assert.ok(reserve?.threw, 'the call that threw');
  assert.deepEqual(
    reserve.arguments!.map(({ name }) => name),
    ['database', 'lines'],
  );
  assert.match(capturedText(reserve.arguments![1]!.value, 2_000), /sku: "voucher-25".*quantity: 2/);
  const stock = snapshot.queries.find(({ text }) => text.includes('FROM stock'));
  assert.ok(stock, 'the query of the stock');
  assert.match(capturedText(stock.parameters, 2_000), /voucher-25/);
  const shelf = capturedText(stock.answer, 2_000);
  assert.match(shelf, /sku: "kettle", available: 2000/);
  assert.ok(!shelf.includes('voucher-25'), 'the database knows no stock of it: the reason');

  const all = JSON.stringify(snapshot);
  for (const secret of ['not-to-be-seen', 'ada@example.com']) assert.ok(!all.includes(secret), secret);
});

async function readSource(file: string): Promise<string[]> {
  return (await readFile(new URL(`examples/order-service/${file}`, REPOSITORY), 'utf8')).split('\n');
}
