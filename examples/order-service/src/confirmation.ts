// The confirmation that a customer gets: written by a background job into the outbox, from where the mail relay
// takes it. Writing one twice changes nothing.

import { Decimal } from 'decimal.js';
import Handlebars from 'handlebars';
import type { Catalogue } from './catalogue.js';
import { type Database, inTransaction } from './database.js';
import type { JobHandler } from './jobs.js';
import type { Order, OrderHistory } from './order-history.js';
import type { RatesClient } from './rates-client.js';

const handlebars = Handlebars.create();
handlebars.registerHelper('money', (cents: number) => new Decimal(cents).div(100).toFixed(2));
const render = handlebars.compile(`Thank you for your order {{order.id}}.

{{#each lines}}
{{quantity}} x {{name}} at {{money unitCents}} EUR{{#if discountPercent}}, less {{discountPercent}} %{{/if}}
{{/each}}

Net {{money order.netCents}} EUR, tax {{money order.taxCents}} EUR
Total {{money order.totalCents}} EUR{{#if converted}} (about {{converted}} {{order.currency}}){{/if}}
`);

/** The job's payload is the order's id. */
export function confirmationHandler(
  database: Database,
  { history, catalogue, rates }: { history: OrderHistory; catalogue: Catalogue; rates: RatesClient },
): JobHandler {
  const send = database.prepare(
    'INSERT OR REPLACE INTO outbox (order_id, recipient, subject, body) VALUES (?, ?, ?, ?)',
  );
  const mark = database.prepare('UPDATE orders SET confirmed_at = ? WHERE id = ?');

  return async function confirm(orderId) {
    const order = history.find(orderId);
    if (order === undefined) throw new Error(`order ${orderId} is not there`);
    const lines = order.lines.map((line) => ({ ...line, name: catalogue.find(line.sku).name }));
    const body = render({ order, lines, converted: await convertedTotal(order, rates) });
    inTransaction(database, () => {
      send.run(order.id, order.customer, `Your order ${order.id}`, body);
      mark.run(Date.now(), order.id);
    });
  };
}

/** The total in the customer's currency; undefined for an order in euros. */
async function convertedTotal(order: Order, rates: RatesClient): Promise<string | undefined> {
  if (order.currency === 'EUR') return undefined;
  const rate = await rates.exchangeRate(order.currency);
  return rate.times(order.totalCents).div(100).toFixed(2);
}
