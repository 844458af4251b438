// The products on sale.

import type { Database } from './database.js';
import { UnknownProductError } from './errors.js';

export interface Product {
  sku: string;
  name: string;
  priceCents: number;
  /** By parcel from stock, or by e-mail, of which there is no stock. */
  delivery: 'parcel' | 'email';
}

const COLUMNS = 'sku, name, price_cents AS priceCents, delivery';

export class Catalogue {
  readonly #all;
  readonly #bySku;

  constructor(database: Database) {
    this.#all = database.prepare(`SELECT ${COLUMNS} FROM products ORDER BY name`);
    this.#bySku = database.prepare(`SELECT ${COLUMNS} FROM products WHERE sku = ?`);
  }

  list(): Product[] {
    return this.#all.all() as unknown as Product[];
  }

  /** Throws UnknownProductError. */
  find(sku: string): Product {
    const product = this.#bySku.get(sku) as Product | undefined;
    if (product === undefined) throw new UnknownProductError(sku);
    return product;
  }
}
