// What is on the shelves. Both functions write: call them in a transaction where they belong to one.

import type { Database } from './database.js';
import { OutOfStockError } from './errors.js';
import type { RequestedLine } from './pricing.js';

const LOW = 500;
const FULL = 2_000;

/** Takes the lines out of stock, all or none. Throws OutOfStockError. */
export function reserveStock(database: Database, lines: RequestedLine[]): void {
  const available = stockLevels(
    database,
    lines.map((line) => line.product.sku),
  );
  const take = database.prepare('UPDATE stock SET available = ? WHERE sku = ?');
  for (const { product, quantity } of lines) {
    const left = (available.get(product.sku) ?? 0) - quantity;
    if (left < 0) throw new OutOfStockError(product.sku);
    available.set(product.sku, left);
    take.run(left, product.sku);
  }
}

/** The supplier's delivery: fills up what runs low. Returns how many products it brought. */
export function restock(database: Database): number {
  const { changes } = database.prepare('UPDATE stock SET available = ? WHERE available < ?').run(FULL, LOW);
  return Number(changes);
}

/** One query for the whole order, whatever the number of its lines. */
function stockLevels(database: Database, skus: string[]): Map<string, number> {
  const rows = database
    .prepare('SELECT sku, available FROM stock WHERE sku IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(skus)) as { sku: string; available: number }[];
  return new Map(rows.map((row) => [row.sku, row.available]));
}
