// A flow for each request that Node's http and https servers get. Begun where Node itself says that a request
// has come in (diagnostics_channel), so that nothing of the program is wrapped; its context is entered there for all that
// runs from then on. It ends with the answer, or when the client goes away before.

import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { lookLike } from '../../load/function-text.js';
import { guarded } from '../../measure/clock.js';
import { beginFlow, endFlow, enteredFlow, enterFlow, IS_KEPT_BY_EXECUTION } from '../current-flow.js';
import type { Flow, FlowRequest } from '../flow.js';
import { createStamps } from '../stamps.js';

/** What frameworks make of a request. */
type Part = 'params' | 'query' | 'body';
type ReadParsed = (part: Part) => unknown;

const flows = createStamps<Flow>();
const parsed = createStamps<ReadParsed>();
/** Of IncomingMessage. */
let headersOf: ((this: IncomingMessage) => unknown) | undefined;
const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;

/** The flow of a request; by Node's own object for it, whatever context runs. */
export function flowOfRequest(request: unknown): Flow | undefined {
  const flow = flows.get(request);
  return flow === undefined || flow.slot === 0 ? undefined : flow;
}

/** For requests that Node tells of otherwise. */
export function setFlowOfRequest(request: object, flow: Flow): void {
  flows.set(request, flow);
}

/** For a framework that keeps what it has parsed in objects of its own, not at Node's request. */
export function setParsed(request: object, read: ReadParsed): void {
  parsed.set(request, read);
}

/** A part of what came in, as it was parsed; undefined where it was not. */
export function parsedPart(request: object, part: Part): unknown {
  return parsed.get(request)?.(part) ?? ownValue(request, part);
}

/** A property's value where it is plain data: a getter's code must not run here. */
export function ownValue(object: object, name: PropertyKey): unknown {
  return getOwnPropertyDescriptor(object, name)?.value;
}

/** From now on each request is a flow. */
export function followRequests(): void {
  let isFirst = true;
  diagnostics.subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    // Not before: a program that has no server does not load node:http.
    if (isFirst) guarded(() => followRequestsEnds(request))();
    isFirst = false;
    begin(request);
  });
  diagnostics.subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    finish(request, response);
  });
}

/** Of all requests, by what one of them is. */
function followRequestsEnds(request: IncomingMessage): void {
  let prototype: object | null = request;
  while (prototype !== null && !hasOwn(prototype, '_destroy')) prototype = getPrototypeOf(prototype);
  if (prototype === null) return;
  const methods = prototype as Record<'_destroy' | 'push', Method>;
  // Node calls it for each request, also for one that its client has left.
  stand(methods, '_destroy', function (this: object) {
    const flow = flows.get(this);
    if (flow !== undefined && flow.slot !== 0) left(flow, this as IncomingMessage);
  });
  headersOf = getOwnPropertyDescriptor(prototype, 'headers')?.get;
  // Else the events of a connection take the context over from what runs in them.
  if (!IS_KEPT_BY_EXECUTION) keepContextOfBody(methods);
}

export type Method = (this: object, ...args: unknown[]) => unknown;

function begin(request: IncomingMessage): Flow | undefined {
  const flow = beginFlow('http', request.method ?? '', null, new HttpFlowRequest(request));
  if (flow !== undefined) flows.set(request, flow);
  enterFlow(flow);
  return flow;
}

function finish(request: IncomingMessage, response: ServerResponse): void {
  const flow = flows.get(request);
  if (flow === undefined || flow.slot === 0) return;
  flow.status = response.statusCode;
  if (response.statusCode >= 500) flow.failed = true;
  endFlow(flow);
}

/** The client is gone, or the request was destroyed; the answer that is on its way may still finish. */
function left(flow: Flow, request: IncomingMessage): void {
  const { socket } = request;
  if (socket === null || socket === undefined || socket.destroyed) endFlow(flow);
}

/** Most requests are never looked at: what it takes to do so is done when one is. */
class HttpFlowRequest implements FlowRequest {
  readonly method: string;
  readonly url: string;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
    this.method = request.method ?? '';
    this.url = request.url ?? '';
  }

  /** By Node's own getter, which makes them of what came in. */
  get headers(): Record<string, unknown> {
    return headersOf === undefined ? {} : (apply(headersOf, this.#request, []) as Record<string, unknown>);
  }

  params(): unknown {
    return parsedPart(this.#request, 'params');
  }

  query(): unknown {
    return parsedPart(this.#request, 'query');
  }

  body(): unknown {
    return parsedPart(this.#request, 'body');
  }
}

/** Puts `before` before what the method does, which takes as many parameters as before. */
export function stand(prototype: Record<string, Method>, name: string, before: (this: object) => void): void {
  const native = prototype[name]!;
  const method = {
    [name](this: object) {
      apply(before, this, []);
      // biome-ignore lint/complexity/noArguments: V8 hands it on as it is, without making a list
      return apply(native, this, arguments);
    },
  }[name]!;
  Object.defineProperty(method, 'length', { value: native.length });
  const descriptor = getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, { ...descriptor, value: lookLike(native, method) });
}

/** What comes in of a request's body is taken in its context. */
export function keepContextOfBody(prototype: Record<string, Method>): void {
  const native = prototype.push!;
  const method = {
    push(this: object, ...args: unknown[]) {
      const flow = flows.get(this);
      if (flow === undefined || flow === enteredFlow()) return apply(native, this, args);
      const before = enteredFlow();
      enterFlow(flow);
      try {
        return apply(native, this, args);
      } finally {
        enterFlow(before);
      }
    },
  }.push;
  Object.defineProperty(method, 'length', { value: native.length });
  Object.defineProperty(prototype, 'push', { value: lookLike(native, method), writable: true, configurable: true });
}
