// What is on the shelves. Both functions write: call them in a transaction where they belong to one.

import type { Database } from './database.js';
import { OutOfStockError } from './errors.js';
import type { RequestedLine } from './pricing.js';

const LOW = 500;
const FULL = 2_000;

/** Takes the lines out of stock, all or none. Throws OutOfStockError. */
export function reserveStock(database: Database, lines: RequestedLine[]): void {
  const take = database.prepare('UPDATE stock SET available = available - ?1 WHERE sku = ?2 AND available >= ?1');
  for (const { product, quantity } of lines) {
    if (product.delivery === 'email') continue;
    const { changes } = take.run(quantity, product.sku);
    if (changes === 0) throw new OutOfStockError(product.sku);
  }
}

/** The supplier's delivery: fills up what runs low. Returns how many products it brought. */
export function restock(database: Database): number {
  const { changes } = database.prepare('UPDATE stock SET available = ? WHERE available < ?').run(FULL, LOW);
  return Number(changes);
}
