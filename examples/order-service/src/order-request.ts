// Checks the body of POST /orders before anything else looks at it.

import { InvalidRequestError } from './errors.js';

export interface OrderRequest {
  /** E-mail address. */
  customer: string;
  /** ISO 3166 code of the country that the order is taxed in. */
  country: string;
  /** ISO 4217 code of the currency that the customer wants to see. */
  currency: string;
  lines: { sku: string; quantity: number }[];
}

const MAXIMUM_LINES = 20;
const MAXIMUM_QUANTITY = 100;

/** Throws InvalidRequestError that names the first field that is wrong. */
export function parseOrderRequest(body: unknown): OrderRequest {
  if (!isRecord(body)) throw new InvalidRequestError('The body is not a JSON object.');
  const { lines } = body;
  if (!Array.isArray(lines) || lines.length === 0 || lines.length > MAXIMUM_LINES) {
    throw new InvalidRequestError(`lines is not a list of 1 to ${MAXIMUM_LINES} lines.`);
  }
  return {
    customer: text(body, 'customer', /^[^\s@]+@[^\s@]+$/),
    country: text(body, 'country', /^[A-Z]{2}$/),
    currency: text(body, 'currency', /^[A-Z]{3}$/),
    lines: lines.map((line: unknown, index) => {
      if (!isRecord(line)) throw new InvalidRequestError(`lines[${index}] is not an object.`);
      return { sku: text(line, 'sku', /^[\w-]{1,64}$/), quantity: quantity(line.quantity, index) };
    }),
  };
}

function text(record: Record<string, unknown>, field: string, pattern: RegExp): string {
  const value = record[field];
  if (typeof value !== 'string' || !pattern.test(value)) throw new InvalidRequestError(`${field} is not valid.`);
  return value;
}

function quantity(value: unknown, index: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAXIMUM_QUANTITY) return value;
  throw new InvalidRequestError(`lines[${index}].quantity is not a whole number from 1 to ${MAXIMUM_QUANTITY}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
