// Reads orders that were placed: for the API's answers, and for the discounts that depend on them.

import type { Database } from './database.js';

export interface OrderLine {
  sku: string;
  quantity: number;
  unitCents: number;
  discountPercent: number;
}

export interface Order {
  id: string;
  customer: string;
  country: string;
  currency: string;
  netCents: number;
  taxCents: number;
  totalCents: number;
  placedAt: number;
  /** When the confirmation was written; null before. */
  confirmedAt: number | null;
  lines: OrderLine[];
}

const COLUMNS = `id, customer, country, currency, net_cents AS netCents, tax_cents AS taxCents,
  total_cents AS totalCents, placed_at AS placedAt, confirmed_at AS confirmedAt`;

export class OrderHistory {
  readonly #byId;
  readonly #recent;
  readonly #lines;
  readonly #spent;
  readonly #favourites;

  constructor(database: Database) {
    this.#byId = database.prepare(`SELECT ${COLUMNS} FROM orders WHERE id = ?`);
    this.#recent = database.prepare(`SELECT ${COLUMNS} FROM orders WHERE customer = ? ORDER BY placed_at DESC LIMIT ?`);
    this.#lines = database.prepare(
      `SELECT sku, quantity, unit_cents AS unitCents, discount_percent AS discountPercent
       FROM order_lines WHERE order_id = ? ORDER BY position`,
    );
    this.#spent = database.prepare(
      'SELECT COALESCE(SUM(total_cents), 0) AS cents FROM orders WHERE customer = ? AND placed_at >= ?',
    );
    this.#favourites = database.prepare(
      `SELECT sku FROM (SELECT id FROM orders WHERE customer = ? ORDER BY placed_at DESC LIMIT ?) AS recent
       JOIN order_lines ON order_id = recent.id
       GROUP BY sku HAVING COUNT(DISTINCT order_id) >= ?`,
    );
  }

  find(id: string): Order | undefined {
    const row = this.#byId.get(id) as OrderRow | undefined;
    return row && this.#withLines(row);
  }

  /** The customer's latest orders, newest first. */
  recentOrders(customer: string, limit: number): Order[] {
    const rows = this.#recent.all(customer, limit) as unknown as OrderRow[];
    return rows.map((row) => this.#withLines(row));
  }

  /** What the customer spent since `since` (Unix ms), in cents. */
  spentSince(customer: string, since: number): number {
    const { cents } = this.#spent.get(customer, since) as { cents: number };
    return cents;
  }

  /** Products that are in at least `times` of the customer's latest `limit` orders. */
  favourites(customer: string, limit: number, times: number): Set<string> {
    const rows = this.#favourites.all(customer, limit, times) as { sku: string }[];
    return new Set(rows.map((row) => row.sku));
  }

  #withLines(row: OrderRow): Order {
    return { ...row, lines: this.#lines.all(row.id) as unknown as OrderLine[] };
  }
}

type OrderRow = Omit<Order, 'lines'>;
