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

  #withLines(row: OrderRow): Order {
    return { ...row, lines: this.#lines.all(row.id) as unknown as OrderLine[] };
  }
}

type OrderRow = Omit<Order, 'lines'>;
