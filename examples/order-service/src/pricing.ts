// What an order costs: list prices, less discounts, plus the tax of the customer's country.

import { Decimal } from 'decimal.js';
import type { Product } from './catalogue.js';
import type { OrderHistory } from './order-history.js';
import type { RatesClient } from './rates-client.js';

export interface RequestedLine {
  product: Product;
  quantity: number;
}

export interface PricedLine extends RequestedLine {
  discountPercent: number;
}

export interface Quote {
  lines: PricedLine[];
  netCents: number;
  taxCents: number;
  totalCents: number;
}

const YEAR_MS = 365 * 86_400_000;
const GOOD_CUSTOMER_CENTS = 500_000;
/** A product is a favourite of a customer who has it in this many of the latest orders. */
const FAVOURITE_AFTER = 20;
const ORDERS_CONSIDERED = 250;

export class PricingService {
  readonly #history: OrderHistory;
  readonly #rates: RatesClient;

  constructor(history: OrderHistory, rates: RatesClient) {
    this.#history = history;
    this.#rates = rates;
  }

  async quote(customer: string, country: string, requested: RequestedLine[]): Promise<Quote> {
    const taxRate = await this.#rates.taxRate(country);
    const lines = this.applyDiscounts(customer, requested);
    const net = lines.reduce((sum, line) => sum.plus(netPrice(line)), new Decimal(0)).round();
    const tax = net.times(taxRate).round();
    return { lines, netCents: net.toNumber(), taxCents: tax.toNumber(), totalCents: net.plus(tax).toNumber() };
  }

  /** Volume, loyalty and favourite-product discounts add up. */
  applyDiscounts(customer: string, requested: RequestedLine[]): PricedLine[] {
    const spentCents = this.#history.spentSince(customer, Date.now() - YEAR_MS);
    const loyalty = spentCents >= GOOD_CUSTOMER_CENTS ? 3 : 0;
    return requested.map((line) => {
      const favourite = this.isFavourite(customer, line.product.sku) ? 2 : 0;
      return { ...line, discountPercent: volumeDiscount(line.quantity) + loyalty + favourite };
    });
  }

  isFavourite(customer: string, sku: string): boolean {
    const orders = this.#history.recentOrders(customer, ORDERS_CONSIDERED);
    const bought = orders.filter((order) => order.lines.some((line) => line.sku === sku));
    return bought.length >= FAVOURITE_AFTER;
  }
}

function volumeDiscount(quantity: number): number {
  if (quantity >= 24) return 10;
  return quantity >= 12 ? 5 : 0;
}

function netPrice({ product, quantity, discountPercent }: PricedLine): Decimal {
  const share = new Decimal(100 - discountPercent).div(100);
  return new Decimal(product.priceCents).times(quantity).times(share);
}
