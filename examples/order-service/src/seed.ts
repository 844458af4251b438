// The data of a coffee shop that has been in business for a year: its products, their stock, and what two dozen
// regular customers ordered. The same data every time.

import type { Database } from './database.js';

const CUSTOMERS = 24;
const ORDERS_PER_CUSTOMER = 300;
const DAY_MS = 86_400_000;
const STOCK = 2_000;

const BEANS = ['Yirgacheffe', 'Sidamo', 'Huila', 'Antigua', 'Tarrazu', 'Mandheling', 'Nyeri', 'Cerrado'];
const BAGS = [
  { size: '250g', priceCents: 890 },
  { size: '1kg', priceCents: 2_990 },
];
const EQUIPMENT = [
  { sku: 'grinder-hand', name: 'Hand grinder', priceCents: 8_900 },
  { sku: 'grinder-burr', name: 'Burr grinder', priceCents: 24_900 },
  { sku: 'kettle', name: 'Gooseneck kettle', priceCents: 6_450 },
  { sku: 'dripper', name: 'Ceramic dripper', priceCents: 2_250 },
  { sku: 'filters-100', name: 'Paper filters, 100', priceCents: 495 },
  { sku: 'scale', name: 'Brewing scale', priceCents: 4_990 },
];
const VOUCHERS = [25, 50, 100];

export function seed(database: Database): void {
  const skus = insertProducts(database);
  insertPastOrders(database, skus);
}

/** Returns the products that are kept in stock; vouchers are sent by e-mail and have none. */
function insertProducts(database: Database): { sku: string; priceCents: number }[] {
  const insert = database.prepare('INSERT INTO products (sku, name, price_cents, delivery) VALUES (?, ?, ?, ?)');
  const stock = database.prepare('INSERT INTO stock (sku, available) VALUES (?, ?)');
  const beans = BEANS.flatMap((bean) =>
    BAGS.map(({ size, priceCents }) => ({
      sku: `${bean.toLowerCase()}-${size}`,
      name: `${bean}, ${size}`,
      priceCents,
    })),
  );
  const stocked = [...beans, ...EQUIPMENT];
  for (const { sku, name, priceCents } of stocked) {
    insert.run(sku, name, priceCents, 'parcel');
    stock.run(sku, STOCK);
  }
  for (const euros of VOUCHERS) insert.run(`voucher-${euros}`, `Gift voucher, ${euros} EUR`, euros * 100, 'email');
  return stocked;
}

function insertPastOrders(database: Database, products: { sku: string; priceCents: number }[]): void {
  const order = database.prepare(
    `INSERT INTO orders (id, customer, country, currency, net_cents, tax_cents, total_cents, placed_at, confirmed_at)
     VALUES (?, ?, 'DE', 'EUR', ?, ?, ?, ?, ?)`,
  );
  const line = database.prepare(
    `INSERT INTO order_lines (order_id, position, sku, quantity, unit_cents, discount_percent)
     VALUES (?, ?, ?, ?, ?, 0)`,
  );
  const random = pseudoRandom(20);
  const now = Date.now();
  for (let customer = 1; customer <= CUSTOMERS; customer++) {
    for (let n = 0; n < ORDERS_PER_CUSTOMER; n++) {
      const id = `past-${customer}-${n}`;
      const lines = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        product: products[Math.floor(random() * products.length)]!,
        quantity: 1 + Math.floor(random() * 6),
      }));
      const netCents = lines.reduce((sum, { product, quantity }) => sum + product.priceCents * quantity, 0);
      const taxCents = Math.round(netCents * 0.19);
      const placedAt = now - Math.floor((1 - n / ORDERS_PER_CUSTOMER) * 365 * DAY_MS);
      order.run(id, `customer${customer}@example.com`, netCents, taxCents, netCents + taxCents, placedAt, placedAt);
      lines.forEach(({ product, quantity }, position) => {
        line.run(id, position, product.sku, quantity, product.priceCents);
      });
    }
  }
}

/** Numbers in [0, 1), the same for the same start (mulberry32). */
function pseudoRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
