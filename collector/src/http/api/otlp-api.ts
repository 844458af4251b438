// OTLP over HTTP for traces: POST /v1/traces in protobuf or JSON, gzip or plain, answered in the encoding of the request.
// A batch of which something was refused is answered with success and how much that was, as the protocol wants it, so
// that the sender does not repeat it; only what may well go through a second time fails with 429 or 503.

import type { FastifyRequest } from 'fastify';
import { ProdlensError } from '../../errors.js';
import type { Metrics } from '../../metrics.js';
import { decodeJsonTraces } from '../../otlp/decode-json.js';
import { decodeProtobufTraces } from '../../otlp/decode-protobuf.js';
import type { Rejected, SpanIngest } from '../../otlp/ingest-spans.js';
import { ProtobufError, writeField } from '../../otlp/protobuf.js';
import type { ReceivedResource } from '../../otlp/trace-request.js';
import type { Api } from './schema.js';

/** Bytes of one request, unpacked. The SDKs send 512 spans at a time, which are well below one MiB. */
export const OTLP_BODY_BYTES = 16 * 1024 * 1024;
const PROTOBUF = 'application/x-protobuf';

export function serveOtlp(app: Api, spans: SpanIngest, metrics: Metrics): void {
  app.addContentTypeParser(PROTOBUF, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post(
    '/v1/traces',
    {
      config: { scope: 'ingest' },
      bodyLimit: OTLP_BODY_BYTES,
      // Refusals too are in the encoding of the request; in JSON they are as everywhere else.
      onSend: async (request, reply, payload) => {
        if (reply.statusCode < 400 || !isProtobuf(request) || typeof payload !== 'string') return payload;
        reply.header('content-type', PROTOBUF);
        const { code, message } = JSON.parse(payload).error;
        return writeField(2, `${code}: ${message}`);
      },
    },
    async (request, reply) => {
      metrics.ingestBytes.inc({ source: 'otlp' }, request.bodyBytes);
      const rejected = await spans(decode(request.body), request.token).catch((cause: unknown) => {
        request.log.error({ err: cause }, 'spans could not be stored');
        throw new ProdlensError('PRODLENS_ERR_NOT_READY', 'The spans could not be stored: send them again', { cause });
      });
      if (!isProtobuf(request)) return jsonAnswer(rejected);
      reply.header('content-type', PROTOBUF);
      return protobufAnswer(rejected);
    },
  );
}

function decode(body: unknown): ReceivedResource[] {
  if (!Buffer.isBuffer(body)) return decodeJsonTraces(body);
  try {
    return decodeProtobufTraces(body);
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw new ProdlensError('PRODLENS_ERR_INVALID_REQUEST', `The body is no OTLP in protobuf: ${cause.message}`, {
      cause,
    });
  }
}

function isProtobuf(request: FastifyRequest): boolean {
  return request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === PROTOBUF;
}

/** ExportTraceServiceResponse. */
function protobufAnswer({ spans, message }: Rejected): Buffer {
  if (spans === 0) return Buffer.alloc(0);
  return writeField(1, Buffer.concat([writeField(1, spans), writeField(2, message)]));
}

function jsonAnswer({ spans, message }: Rejected): object {
  return spans === 0 ? {} : { partialSuccess: { rejectedSpans: String(spans), errorMessage: message } };
}
