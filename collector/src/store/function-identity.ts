// The public name of a function: FunctionStats.id, the same for the same function for ever, in every store.

import { createHash } from 'node:crypto';

/** 96 bits, hexadecimal. */
export function functionIdentity(service: string, file: string, name: string, ordinal: number): string {
  const key = JSON.stringify([service, file, name, ordinal]);
  return createHash('sha256').update(key).digest('hex').slice(0, 24);
}

/**
 * A number for the identity, the same in every collector, for stores that several of them share: 52 bits, so that it is
 * a safe integer. Among a million functions the chance that any two have the same is one in 9,000.
 */
export function hashedId(...identity: Array<string | number>): number {
  const digits = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 13);
  return Number.parseInt(digits, 16);
}

/** Where numbers for names come from: null lets the database count, which makes the smallest rows. */
export type NewId = (...identity: Array<string | number>) => number | null;
/** A NewId that leaves the number to the database. */
export const COUNTED: NewId = () => null;
