// Requests that a flow makes to other services, from what Node says of its clients of HTTP/1 and HTTP/2 and what undici (fetch)
// says of itself on diagnostics channels. Of HTTP/2, Node 20 says nothing.

import diagnostics from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { ClientHttp2Stream } from 'node:http2';
import { currentFlow } from './current-flow.js';
import type { Flow, OutboundEvent } from './flow.js';
import { beginOutbound, endOutbound } from './waiting-events.js';

interface UndiciRequest {
  origin?: unknown;
  path?: unknown;
  method?: unknown;
}

interface UndiciMessage {
  request: UndiciRequest;
  response?: { statusCode?: number };
  error?: unknown;
}

interface Http2Message {
  stream: ClientHttp2Stream;
  /** Of the request, then of its answer. */
  headers?: Record<string, unknown>;
  error?: unknown;
}

/** From now on each is noted in its flow. */
export function followOutbound(): void {
  const open = new WeakMap<object, { flow: Flow; event: OutboundEvent }>();
  const begin = (request: object, method: string, url: string): boolean => {
    const flow = currentFlow();
    if (flow !== undefined) open.set(request, { flow, event: beginOutbound(flow, method, url) });
    return flow !== undefined;
  };
  const end = (request: object, { status, error }: { status?: number | undefined; error?: unknown }) => {
    const found = open.get(request);
    if (found === undefined) return;
    if (status !== undefined) found.event.status = status;
    endOutbound(found.flow, found.event, error);
  };
  on<{ request: ClientRequest }>('http.client.request.start', ({ request }) => {
    const host = request.getHeader('host') ?? request.host;
    if (!begin(request, request.method, `${request.protocol}//${String(host)}${request.path}`)) return;
    // It neither handles the error nor changes what becomes of it.
    request.once(errorMonitor, (error) => end(request, { error }));
  });
  on<{ request: ClientRequest; response: IncomingMessage }>('http.client.response.finish', ({ request, response }) =>
    end(request, { status: response.statusCode }),
  );
  on<UndiciMessage>('undici:request:create', ({ request }) => {
    begin(request, String(request.method), `${String(request.origin)}${String(request.path)}`);
  });
  on<UndiciMessage>('undici:request:headers', ({ request, response }) =>
    end(request, { status: response?.statusCode }),
  );
  on<UndiciMessage>('undici:request:error', ({ request, error }) => end(request, { error }));
  on<Http2Message>('http2.client.stream.created', ({ stream, headers = {} }) => {
    if (isOfUndici(stream)) return;
    const { ':method': method, ':scheme': scheme, ':authority': authority, ':path': path } = headers;
    begin(stream, String(method), `${String(scheme)}://${String(authority)}${String(path)}`);
  });
  on<Http2Message>('http2.client.stream.finish', ({ stream, headers }) => {
    const found = open.get(stream);
    if (found !== undefined) found.event.status = Number(headers?.[':status']);
  });
  on<Http2Message>('http2.client.stream.error', ({ stream, error }) => {
    end(stream, { error });
    // Node tells of the stream's close before it tells why.
    const found = open.get(stream);
    if (found !== undefined) found.event.error = error;
  });
  on<Http2Message>('http2.client.stream.close', ({ stream }) => end(stream, {}));
}

/** Undici, which tells of its requests itself, keeps its client at the session. */
function isOfUndici({ session }: ClientHttp2Stream): boolean {
  return Object.getOwnPropertySymbols(session ?? {}).some(({ description }) => description === 'client');
}

function on<M>(channel: string, listener: (message: M) => void): void {
  diagnostics.subscribe(channel, (message) => {
    try {
      listener(message as M);
    } catch {
      // What a library says otherwise than expected is left out.
    }
  });
}
