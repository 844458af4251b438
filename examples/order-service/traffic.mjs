// Customers of the order service: a bounded, steady mix of requests, most of them orders. Goes on whatever the
// answers are, and counts them by status.
//
//   node examples/order-service/traffic.mjs http://127.0.0.1:3000 [REQUESTS_PER_SECOND]     until Ctrl-C

import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CUSTOMERS = 24;
const COUNTRIES = ['DE', 'FR', 'IT', 'ES', 'NL', 'AT'];
const CURRENCIES = ['EUR', 'EUR', 'EUR', 'USD', 'GBP', 'CHF'];
/** Share of the orders that have a gift voucher in them. */
const VOUCHER_SHARE = 0.08;
/** Requests that are not answered yet; past it one is left out rather than queued. */
const MAXIMUM_IN_FLIGHT = 20;
const TIMEOUT_MS = 10_000;

/**
 * Sends about `ratePerSecond` requests a second to the service at `url` until `signal` aborts. Resolves, when the last
 * answer is in, with the number of answers by status; requests without an answer count as `failed`.
 */
export async function traffic({ url, signal, ratePerSecond = 25 }) {
  const shop = { url, products: [], placed: [] };
  const counts = {};
  const inFlight = new Set();
  const start = performance.now();
  for (let n = 0; !signal.aborted; n++) {
    const waitMs = start + (n * 1000) / ratePerSecond - performance.now();
    await delay(Math.max(waitMs, 1), undefined, { signal }).catch(() => {});
    if (signal.aborted || inFlight.size >= MAXIMUM_IN_FLIGHT) continue;
    const request = visit(shop).then((status) => {
      counts[status] = (counts[status] ?? 0) + 1;
      inFlight.delete(request);
    });
    inFlight.add(request);
  }
  await Promise.all(inFlight);
  return counts;
}

/** One request. Resolves with its status. */
async function visit(shop) {
  try {
    if (shop.products.length === 0) return await listProducts(shop);
    const dice = Math.random();
    if (dice < 0.6) return await placeOrder(shop);
    if (dice < 0.82 && shop.placed.length > 0) return (await send(shop, `/orders/${pick(shop.placed)}`)).status;
    if (dice < 0.92) return (await send(shop, `/orders?customer=${encodeURIComponent(customer())}`)).status;
    if (dice < 0.98) return await listProducts(shop);
    if (dice < 0.99) return (await send(shop, '/orders/mistyped')).status;
    return (await send(shop, '/health')).status;
  } catch {
    return 'failed';
  }
}

async function listProducts(shop) {
  const { status, body } = await send(shop, '/products');
  if (status === 200) shop.products = body.products;
  return status;
}

async function placeOrder(shop) {
  const { status, body } = await send(shop, '/orders', {
    customer: customer(),
    country: pick(COUNTRIES),
    currency: pick(CURRENCIES),
    lines: basket(shop.products),
  });
  if (status === 201) shop.placed = [...shop.placed.slice(-199), body.id];
  return status;
}

/** Two to five different products, mostly a few of each, sometimes a box; now and then a gift voucher. */
function basket(products) {
  const parcels = products.filter((product) => product.delivery === 'parcel');
  const chosen = new Set(Array.from({ length: 2 + Math.floor(Math.random() * 4) }, () => pick(parcels).sku));
  const lines = [...chosen].map((sku) => ({
    sku,
    quantity: Math.random() < 0.1 ? 12 : 1 + Math.floor(Math.random() * 3),
  }));
  if (Math.random() < VOUCHER_SHARE) {
    lines.push({ sku: pick(products.filter((product) => product.delivery === 'email')).sku, quantity: 1 });
  }
  return lines;
}

async function send({ url }, path, body) {
  const response = await fetch(new URL(path, url), {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

function customer() {
  return `customer${1 + Math.floor(Math.random() * CUSTOMERS)}@example.com`;
}

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [url = 'http://127.0.0.1:3000', rate = '25'] = process.argv.slice(2);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  console.log(`About ${rate} requests a second to ${url}; Ctrl-C ends it.`);
  console.log(await traffic({ url, signal: stop.signal, ratePerSecond: Number(rate) }));
}
