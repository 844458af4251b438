// Starts both versions as deployments, as real processes with a real database and rates provider, and uses them over
// HTTP. Holds what the demo and the end-to-end tests rely on: 1.0.0 works, 2.0.0 does more work to price an order and
// refuses orders with a voucher.
//
//   node --test examples/order-service/order-service.test.mjs

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { deploy } from './deploy.mjs';
import { traffic } from './traffic.mjs';

const WAIT_MS = 60_000;
const folder = await mkdtemp(join(tmpdir(), 'order-service-test-'));
const at = (version, ...path) => join(folder, version, ...path);
let rates;

before(async () => {
  await Promise.all([deploy('1.0.0', at('1.0.0')), deploy('2.0.0', at('2.0.0'))]);
  rates = await start(at('1.0.0', 'dist', 'rates-server.js'));
});
after(async () => {
  await rates?.stop();
  await rm(folder, { recursive: true });
});

for (const version of ['1.0.0', '2.0.0']) {
  describe(`version ${version}`, () => {
    let service;
    before(async () => {
      service = await startService(version, rates.url);
    });
    after(() => service.stop());

    test('says its version and lists the products', async () => {
      assert.deepEqual(await service.get('/health'), { status: 200, body: { status: 'ok', version } });
      const { status, body } = await service.get('/products');
      assert.equal(status, 200);
      const kettle = body.products.find((product) => product.sku === 'kettle');
      assert.deepEqual(kettle, { sku: 'kettle', name: 'Gooseneck kettle', priceCents: 6450, delivery: 'parcel' });
      assert.equal(body.products.filter((product) => product.delivery === 'email').length, 3);
    });

    test('prices, keeps, lists and confirms an order', async () => {
      const customer = 'new@example.com';
      const lines = [
        { sku: 'kettle', quantity: 12 },
        { sku: 'scale', quantity: 1 },
      ];
      const { status, body } = await service.post('/orders', { customer, country: 'DE', currency: 'USD', lines });
      assert.equal(status, 201);
      // 12 x 64.50 less 5 % is 735.30; with 49.90 it is 785.20, and 19 % of that is 149.19.
      const { id, netCents, taxCents, totalCents } = body;
      assert.deepEqual({ netCents, taxCents, totalCents }, { netCents: 78520, taxCents: 14919, totalCents: 93439 });
      assert.deepEqual(
        body.lines.map((line) => [line.sku, line.quantity, line.unitCents, line.discountPercent]),
        [
          ['kettle', 12, 6450, 5],
          ['scale', 1, 4990, 0],
        ],
      );
      const { placedAt, confirmedAt } = await until(async () => {
        const answer = await service.get(`/orders/${id}`);
        return answer.body.confirmedAt !== null && answer.body;
      });
      assert.ok(confirmedAt >= placedAt);
      const listed = await service.get(`/orders?customer=${customer}`);
      assert.deepEqual(
        listed.body.orders.map((order) => order.id),
        [id],
      );
    });

    test('gives regular customers a discount', async () => {
      const order = { customer: 'customer1@example.com', country: 'FR', currency: 'EUR' };
      const { body } = await service.post('/orders', { ...order, lines: [{ sku: 'kettle', quantity: 1 }] });
      assert.equal(body.lines[0].discountPercent, 5);
      const { body: history } = await service.get('/orders?customer=customer1@example.com');
      assert.equal(history.orders.length, 20);
      assert.equal(history.orders[0].id, body.id);
    });

    test('answers what is wrong with a request', async () => {
      const good = { customer: 'a@b', country: 'DE', currency: 'EUR', lines: [{ sku: 'kettle', quantity: 1 }] };
      const codeOf = async (body) => {
        const answer = await service.post('/orders', body);
        return [answer.status, answer.body.error.code];
      };
      assert.deepEqual(await codeOf({ ...good, customer: 'nobody' }), [400, 'invalid_request']);
      assert.deepEqual(await codeOf({ ...good, lines: [] }), [400, 'invalid_request']);
      assert.deepEqual(await codeOf({ ...good, lines: [{ sku: 'kettle', quantity: 0 }] }), [400, 'invalid_request']);
      assert.deepEqual(await codeOf('{"customer":'), [400, 'invalid_request']);
      assert.deepEqual(await codeOf({ ...good, lines: [{ sku: 'teapot', quantity: 1 }] }), [422, 'unknown_product']);
      assert.deepEqual(await codeOf({ ...good, country: 'XX' }), [502, 'rates_unavailable']);
      assert.equal((await service.get('/orders')).status, 400);
      assert.equal((await service.get('/orders/none')).status, 404);
      assert.equal((await service.get('/nowhere')).body.error.code, 'not_found');
      assert.deepEqual((await service.get('/orders?customer=a@b')).body.orders, []);
    });

    test('under traffic, fails as this version does', async () => {
      const counts = await traffic({ url: service.url, signal: AbortSignal.timeout(6_000), ratePerSecond: 40 });
      const refused = counts[409] ?? 0;
      const { 200: _read, 201: placed, 404: _missing, 409: _refused, ...unexpected } = counts;
      assert.deepEqual(unexpected, {});
      assert.ok(placed >= 20, `only ${placed} orders placed`);
      if (version === '1.0.0') assert.equal(refused, 0);
      else assert.ok(refused > 0 && refused < placed / 4, `${refused} of ${refused + placed} orders refused`);
    });

    test('takes an order with a gift voucher in 1.0.0, and refuses it whole in 2.0.0', async () => {
      const customer = 'giver@example.com';
      const lines = [
        { sku: 'kettle', quantity: 1 },
        { sku: 'voucher-50', quantity: 1 },
      ];
      const { status } = await service.post('/orders', { customer, country: 'IT', currency: 'EUR', lines });
      assert.equal(status, version === '1.0.0' ? 201 : 409);
      const { body } = await service.get(`/orders?customer=${customer}`);
      assert.equal(body.orders.length, version === '1.0.0' ? 1 : 0);
    });

    test('ends cleanly on SIGTERM', async () => {
      const ending = await startService(version, rates.url);
      await ending.get('/health');
      assert.equal(await ending.stop(), 0);
    });
  });
}

test('2.0.0 reads past orders again for every line, 1.0.0 reads none', async () => {
  for (const [version, readsPerLine] of [
    ['1.0.0', 0],
    ['2.0.0', 1],
  ]) {
    const { PricingService } = await load(version, 'pricing.js');
    let reads = 0;
    const recentOrders = () => {
      reads++;
      return [];
    };
    const history = { spentSince: () => 0, favourites: () => new Set(), recentOrders };
    const lines = ['a', 'b', 'c'].map((sku) => ({ product: { sku, priceCents: 100 }, quantity: 1 }));
    new PricingService(history, {}).applyDiscounts('a@b', lines);
    assert.equal(reads, readsPerLine * lines.length);
  }
});

test('a job that fails is tried again, and given up in the end', async () => {
  const { openDatabase } = await load('2.0.0', 'database.js');
  const { JobQueue } = await load('2.0.0', 'jobs.js');
  const database = openDatabase(join(folder, 'jobs'));
  const queue = new JobQueue(database, { retryMs: 1 });
  const seen = [];
  queue.handle('flaky', async (payload) => {
    seen.push(payload);
    if (payload === 'never' || seen.filter((p) => p === payload).length < 3) throw new Error('not now');
  });
  queue.enqueue('flaky', 'third time');
  queue.enqueue('flaky', 'never');
  queue.start();
  await until(() => database.prepare('SELECT 1 FROM jobs WHERE failed_at IS NULL').get() === undefined);
  await queue.stop();
  const left = database.prepare('SELECT payload, attempts, last_error FROM jobs').all();
  database.close();
  assert.equal(seen.filter((payload) => payload === 'third time').length, 3);
  assert.deepEqual(
    left.map((job) => ({ ...job })),
    [{ payload: 'never', attempts: 5, last_error: 'Error: not now' }],
  );
});

const load = (version, file) => import(pathToFileURL(at(version, 'dist', file)).href);

async function startService(version, ratesUrl) {
  const data = await mkdtemp(join(folder, 'data-'));
  const service = await start(at(version, 'dist', 'server.js'), { DATA_DIR: data, RATES_URL: ratesUrl });
  const answerTo = async (path, options) => {
    const response = await fetch(new URL(path, service.url), { ...options, signal: AbortSignal.timeout(WAIT_MS) });
    return { status: response.status, body: await response.json() };
  };
  return {
    ...service,
    get: (path) => answerTo(path),
    post: (path, body) =>
      answerTo(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

/** Starts a program of the service on a free port. `stop()` resolves with its exit code. */
async function start(entry, settings = {}) {
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, ...settings, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line', { signal: AbortSignal.timeout(WAIT_MS) }),
    exited.then(([code]) => assert.fail(`${entry} ended with ${code}`)),
  ]);
  return {
    url: line.match(/http:\S+$/)[0],
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}

async function until(condition) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const result = await condition();
    if (result) return result;
    assert.ok(Date.now() < deadline, 'waited too long');
    await delay(50);
  }
}
