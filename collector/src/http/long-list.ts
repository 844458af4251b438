// An answer with a long list, written a few items at a time: as one text, a thousand functions would hold up everything
// else for twenty milliseconds. What asks gets the same bytes.

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { TSchema } from 'typebox';
import { paceOf } from '../pace.js';

/** Items that are written as one; a list that is not longer need not be written in pieces. */
export const ITEMS_AT_ONCE = 32;

/**
 * Sends an object with the list first and `rest` behind it. `listSchema` is that of the list in the route's own schema,
 * and the same object each time: what it does not name does not leave the collector here either.
 */
export function sendList<T>(
  reply: Pick<FastifyReply, 'compileSerializationSchema' | 'type' | 'send'>,
  { name, items, listSchema }: { name: string; items: readonly T[]; listSchema: TSchema },
  rest: Record<string, unknown>,
): void {
  const written = reply.compileSerializationSchema(listSchema as Record<string, unknown>);
  async function* pieces(): AsyncGenerator<string> {
    const pace = paceOf();
    for (let i = 0; i < items.length; i += ITEMS_AT_ONCE) {
      await pace();
      const before = i === 0 ? `{${JSON.stringify(name)}:[` : ',';
      yield `${before}${written(items.slice(i, i + ITEMS_AT_ONCE) as never).slice(1, -1)}`;
    }
    yield `],${JSON.stringify(rest).slice(1)}`;
  }
  reply.type('application/json; charset=utf-8').send(Readable.from(pieces(), { highWaterMark: 2 }));
}
