// Requests that a flow makes to other services, from what Node says of its HTTP client and what undici (fetch) says of
// itself on diagnostics channels.

import diagnostics from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
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
