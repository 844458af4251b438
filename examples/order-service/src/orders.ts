// Places orders: price, stock, the order itself and the job that confirms it.

import { randomUUID } from 'node:crypto';
import type { Catalogue } from './catalogue.js';
import { type Database, inTransaction } from './database.js';
import { reserveStock } from './inventory.js';
import type { JobQueue } from './jobs.js';
import type { Order, OrderHistory } from './order-history.js';
import type { OrderRequest } from './order-request.js';
import type { PricingService, Quote } from './pricing.js';

const LISTED = 20;

export interface OrderServiceParts {
  database: Database;
  catalogue: Catalogue;
  history: OrderHistory;
  pricing: PricingService;
  jobs: JobQueue;
}

export class OrderService {
  readonly #parts: OrderServiceParts;
  readonly #insertOrder;
  readonly #insertLine;

  constructor(parts: OrderServiceParts) {
    this.#parts = parts;
    this.#insertOrder = parts.database.prepare(
      `INSERT INTO orders (id, customer, country, currency, net_cents, tax_cents, total_cents, placed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertLine = parts.database.prepare(
      `INSERT INTO order_lines (order_id, position, sku, quantity, unit_cents, discount_percent)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Rejects with UnknownProductError, OutOfStockError or RatesUnavailableError; then nothing is kept. */
  async place(request: OrderRequest): Promise<Order> {
    const { database, catalogue, history, pricing, jobs } = this.#parts;
    const requested = request.lines.map(({ sku, quantity }) => ({ product: catalogue.find(sku), quantity }));
    const quote = await pricing.quote(request.customer, request.country, requested);
    const id = randomUUID();
    inTransaction(database, () => {
      reserveStock(database, quote.lines);
      this.#insert(id, request, quote);
      jobs.enqueue('confirmation', id);
    });
    return history.find(id)!;
  }

  find(id: string): Order | undefined {
    return this.#parts.history.find(id);
  }

  listByCustomer(customer: string): Order[] {
    return this.#parts.history.recentOrders(customer, LISTED);
  }

  #insert(id: string, { customer, country, currency }: OrderRequest, quote: Quote): void {
    const { netCents, taxCents, totalCents } = quote;
    this.#insertOrder.run(id, customer, country, currency, netCents, taxCents, totalCents, Date.now());
    quote.lines.forEach(({ product, quantity, discountPercent }, position) => {
      this.#insertLine.run(id, position, product.sku, quantity, product.priceCents, discountPercent);
    });
  }
}
