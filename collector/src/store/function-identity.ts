// The public name of a function: FunctionStats.id, the same for the same function for ever, in every store.

import { createHash } from 'node:crypto';

/** 96 bits, hexadecimal. */
export function functionIdentity(service: string, file: string, name: string, ordinal: number): string {
  const key = JSON.stringify([service, file, name, ordinal]);
  return createHash('sha256').update(key).digest('hex').slice(0, 24);
}
