// A flow for each request that comes over HTTP/2, encrypted or not, to a program that listens to streams or to requests as
// HTTP/1 has them. Only newer versions of Node say of themselves that a stream has begun; so the servers' own `emit` is
// stood in for, once the first connection has come to one: a program without such a server does not load node:http2.
// A flow ends with its stream, which closes when the answer is out or the client has left.

import diagnostics from 'node:diagnostics_channel';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { lookLike } from '../../load/function-text.js';
import { beginFlow, endFlow } from '../current-flow.js';
import type { Flow, FlowRequest } from '../flow.js';
import { within } from '../probes.js';
import {
  flowOfRequest,
  keepContextOfBody,
  type Method,
  parsedPart,
  setFlowOfRequest,
  setParsed,
  stand,
} from './http-server.js';

const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;
const SERVERS = new Set(['Http2Server', 'Http2SecureServer']);

/** From now on each is a flow. */
export function followHttp2Requests(): void {
  const seen = new WeakSet<object>();
  let isFirst = true;
  /** What all streams are made of. */
  const followEnds = (stream: ServerHttp2Stream) => {
    let prototype: object | null = stream;
    while (prototype !== null && !hasOwn(prototype, '_destroy')) prototype = getPrototypeOf(prototype);
    if (prototype === null) return;
    const methods = prototype as Record<'_destroy' | 'push', Method>;
    stand(methods, '_destroy', function (this: object) {
      const flow = flowOfRequest(this);
      if (flow !== undefined) end(flow, this as ServerHttp2Stream);
    });
    keepContextOfBody(methods);
  };
  const begin = (stream: ServerHttp2Stream, headers: Record<string, unknown>): Flow | undefined => {
    // An address without a scheme or with a protocol of its own is a tunnel.
    if (typeof headers[':path'] !== 'string' || headers[':protocol'] !== undefined) return undefined;
    if (isFirst) followEnds(stream);
    isFirst = false;
    const flow = beginFlow('http', String(headers[':method']), null, requestOf(stream, headers));
    if (flow !== undefined) setFlowOfRequest(stream, flow);
    return flow;
  };
  diagnostics.subscribe('net.server.socket', (message) => {
    const { server } = (message as { socket: Socket & { server?: object | null } }).socket;
    const prototype = server ? getPrototypeOf(server) : null;
    if (prototype === null || seen.has(prototype)) return;
    seen.add(prototype);
    const of = serverPrototype(prototype);
    if (of === null || (of !== prototype && seen.has(of))) return;
    seen.add(of);
    followEmitted(of, begin);
  });
}

/** Node's own class of HTTP/2 servers among a server's; null where there is none. */
function serverPrototype(prototype: object): object | null {
  for (let one: object | null = prototype; one !== null; one = getPrototypeOf(one)) {
    const maker: unknown = getOwnPropertyDescriptor(one, 'constructor')?.value;
    if (typeof maker === 'function' && SERVERS.has(maker.name)) return one;
  }
  return null;
}

function followEmitted(
  prototype: object,
  begin: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => Flow | undefined,
): void {
  const inherited = getPrototypeOf(prototype) as { emit: Method };
  const method = {
    emit(this: object, ...args: unknown[]) {
      const [event, what, headers] = args;
      if (event === 'request') linkRequest(what as { stream?: ServerHttp2Stream });
      if (event !== 'stream') return apply(inherited.emit, this, args);
      const leave = within(begin(what as ServerHttp2Stream, headers as Record<string, unknown>));
      try {
        return apply(inherited.emit, this, args);
      } finally {
        leave();
      }
    },
  }.emit;
  defineProperty(method, 'length', { value: inherited.emit.length });
  defineProperty(prototype, 'emit', {
    value: lookLike(inherited.emit, method),
    writable: true,
    configurable: true,
  });
}

/** The request as HTTP/1 has it, which Node makes of a stream. Those of HTTP/1 itself come here too, where allowed. */
function linkRequest(request: { stream?: ServerHttp2Stream }): void {
  if (flowOfRequest(request) !== undefined) return;
  const { stream } = request;
  const flow = stream && flowOfRequest(stream);
  if (flow === undefined) return;
  setFlowOfRequest(request, flow);
  // What frameworks parse, they tell of the request.
  setParsed(stream!, (part) => parsedPart(request, part));
}

function end(flow: Flow, { sentHeaders }: ServerHttp2Stream): void {
  const status = sentHeaders?.[':status'];
  if (typeof status === 'number') flow.status = status;
  if (flow.status !== null && flow.status >= 500) flow.failed = true;
  endFlow(flow);
}

function requestOf(stream: object, headers: Record<string, unknown>): FlowRequest {
  return {
    method: String(headers[':method']),
    url: String(headers[':path']),
    /** Without what HTTP/1 has on the request line. */
    get headers() {
      return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
    },
    params: () => parsedPart(stream, 'params'),
    query: () => parsedPart(stream, 'query'),
    body: () => parsedPart(stream, 'body'),
  };
}
