// Starts the order service. Settings, all from the environment: PORT (default 3000, 0 for any free one), DATA_DIR
// (folder of the database, default a new temporary one), RATES_URL (the rates provider).

import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from './app.js';
import { Catalogue } from './catalogue.js';
import { confirmationHandler } from './confirmation.js';
import { openDatabase } from './database.js';
import { restock } from './inventory.js';
import { JobQueue } from './jobs.js';
import { OrderHistory } from './order-history.js';
import { OrderService } from './orders.js';
import { PricingService } from './pricing.js';
import { RatesClient } from './rates-client.js';

const RESTOCK_MS = 1_000;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const database = openDatabase(process.env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'order-service-')));
const rates = new RatesClient(process.env.RATES_URL ?? 'http://127.0.0.1:4801');
const catalogue = new Catalogue(database);
const history = new OrderHistory(database);
const pricing = new PricingService(history, rates);
const jobs = new JobQueue(database);
jobs.handle('confirmation', confirmationHandler(database, { history, catalogue, rates }));
const orders = new OrderService({ database, catalogue, history, pricing, jobs });

jobs.start();
const restocking = setInterval(() => restock(database), RESTOCK_MS);

const server = createApp({ orders, catalogue, version }).listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`order-service ${version} listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

/** Answers the requests that are in hand, finishes the job in hand, then lets the process end by itself. */
function close(): void {
  clearInterval(restocking);
  server.close(async () => {
    await jobs.stop();
    database.close();
  });
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
