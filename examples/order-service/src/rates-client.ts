// Asks the rates provider for tax and exchange rates, and keeps each answer for a short while.

import { Decimal } from 'decimal.js';
import { RatesUnavailableError } from './errors.js';

const KEEP_MS = 2_000;
const TIMEOUT_MS = 3_000;

export class RatesClient {
  readonly #baseUrl: string;
  readonly #kept = new Map<string, { until: number; rate: Promise<Decimal> }>();

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Share of the net price, 0.19 for 19 %. Rejects with RatesUnavailableError. */
  taxRate(country: string): Promise<Decimal> {
    return this.#keep(`/tax/${country}`);
  }

  /** Units of `currency` for one euro. Rejects with RatesUnavailableError. */
  exchangeRate(currency: string): Promise<Decimal> {
    return this.#keep(`/exchange/${currency}`);
  }

  #keep(path: string): Promise<Decimal> {
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.until > Date.now()) return kept.rate;
    const rate = this.#fetch(path);
    this.#kept.set(path, { until: Date.now() + KEEP_MS, rate });
    rate.catch(() => this.#kept.delete(path));
    return rate;
  }

  async #fetch(path: string): Promise<Decimal> {
    try {
      const response = await fetch(new URL(path, this.#baseUrl), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const { rate } = (await response.json()) as { rate: string };
      return new Decimal(rate);
    } catch (error) {
      throw new RatesUnavailableError(path, { cause: error });
    }
  }
}
