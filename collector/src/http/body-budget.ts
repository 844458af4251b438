// Bodies of requests, over all of them together: bytes that have arrived, unpacked, of requests that are not answered
// yet. A single body has its route's limit; this one holds when many come at once, or come slowly. What is more is
// refused, and may be sent again a second later.

import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import { ProdlensError } from '../errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the body, unpacked. */
    bodyBytes: number;
  }
}

const BUDGET_BYTES = 256 * 1024 * 1024;

/** A hook for `preParsing`. Unpacks what comes with Content-Encoding: gzip. */
export function createBodyBudget(budgetBytes = BUDGET_BYTES) {
  let heldBytes = 0;
  return async (request: FastifyRequest, reply: FastifyReply, payload: RequestPayload): Promise<RequestPayload> => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'gzip' && encoding !== 'identity') {
      throw new ProdlensError('PRODLENS_ERR_INVALID_REQUEST', 'Only Content-Encoding gzip or none is understood');
    }
    const { bodyLimit = Number.POSITIVE_INFINITY } = request.routeOptions;
    let ownBytes = 0;
    reply.raw.once('close', () => {
      heldBytes -= ownBytes;
    });
    const counted: Transform & { receivedEncodedLength?: number } = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (ownBytes + chunk.length > bodyLimit) return done(tooLarge(bodyLimit));
        if (heldBytes + chunk.length > budgetBytes) return done(busy());
        ownBytes += chunk.length;
        request.bodyBytes = ownBytes;
        heldBytes += chunk.length;
        done(null, chunk);
      },
    });
    counted.receivedEncodedLength = 0;
    payload.on('data', (chunk: Buffer) => {
      counted.receivedEncodedLength! += chunk.length;
    });
    const fail = (error: Error) => counted.destroy(error);
    payload.once('error', fail);
    if (encoding === 'identity') return payload.pipe(counted);
    const unpacked = createGunzip();
    unpacked.once('error', () => fail(new ProdlensError('PRODLENS_ERR_INVALID_REQUEST', 'The body is not gzip')));
    // What has been refused is not unpacked to its end.
    counted.once('close', () => unpacked.destroy());
    return payload.pipe(unpacked).pipe(counted);
  };
}

function tooLarge(limit: number): Error {
  return Object.assign(new Error(`The body is larger than ${limit} bytes`), { statusCode: 413 });
}

function busy(): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_BUSY', 'Too much is being received at the moment: send it again');
}
