// The few checks that the decoders are made of. Each gives the value back typed or throws a DecodeError that
// names the place, so that a person at the other end can find the fault.

export class DecodeError extends Error {
  override name = 'DecodeError';
}

/** Throws a DecodeError: "`at` `what`". */
export function fail(at: string, what: string): never {
  throw new DecodeError(`${at} ${what}`);
}

/** An object that is no array. What it holds is not checked. */
export function record(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(at, 'is not an object');
  return value as Record<string, unknown>;
}

/** At most `maximumLength` UTF-16 units. */
export function string(value: unknown, at: string, maximumLength: number): string {
  if (typeof value !== 'string') return fail(at, 'is not a string');
  if (value.length > maximumLength) fail(at, `is longer than ${maximumLength}`);
  return value;
}

/** A finite number, 0 or more. */
export function number(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return fail(at, 'is not a number >= 0');
  return value;
}

/** An integer from 0 to 2^53 - 1. */
export function integer(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) return fail(at, 'is not an integer >= 0');
  return value as number;
}

/** No other value stands for true or false. */
export function boolean(value: unknown, at: string): boolean {
  return typeof value === 'boolean' ? value : fail(at, 'is not a boolean');
}

/** One of the texts, to the letter. */
export function oneOf<T extends string>(value: unknown, at: string, of: readonly T[]): T {
  return of.find((one) => one === value) ?? fail(at, `is not one of ${of.join(', ')}`);
}

/** At most `maximumLength` items, each checked by `item` under its own place. */
export function array<T>(
  value: unknown,
  at: string,
  maximumLength: number,
  item: (value: unknown, at: string) => T,
): T[] {
  if (!Array.isArray(value)) return fail(at, 'is not an array');
  if (value.length > maximumLength) fail(at, `has more than ${maximumLength} items`);
  return value.map((v, i) => item(v, `${at}[${i}]`));
}

/** null also for what is missing, as older senders leave it out. */
export function nullable<T>(value: unknown, at: string, item: (value: unknown, at: string) => T): T | null {
  return value === null || value === undefined ? null : item(value, at);
}
