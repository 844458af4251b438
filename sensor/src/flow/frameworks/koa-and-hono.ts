// Routes where they are known only once the request has gone through: Koa with @koa/router (or koa-router), which leaves
// the matched path at its context, and Hono, where the handler that was reached last is the one that has answered.

import { flowOfRequest, ownValue, setParsed } from '../beginnings/http-server.js';
import { currentFlow, reportFlowError } from '../current-flow.js';
import type { Flow } from '../flow.js';
import type { Enter } from '../probes.js';

/** Handlers that match a request, each with where it was declared; and which of them was reached last. */
interface Matched {
  handlers: [[unknown, { path?: unknown } | undefined], unknown][];
  reached: number;
}

/** By the names of their points in probe-points.ts. */
export function koaProbes(): Record<string, Enter> {
  return {
    'koa.context':
      (_app, [request]) =>
      (context) => {
        const flow = flowOfRequest(request);
        if (flow === undefined || typeof context !== 'object' || context === null) return;
        flow.findRoute = () => {
          const path = ownValue(context, '_matchedRoute');
          return typeof path === 'string' || path instanceof RegExp ? String(path) : null;
        };
        setParsed(request, (part) =>
          part === 'body' ? ownValue(ownValue(context, 'request') as object, part) : ownValue(context, part),
        );
      },
    'koa.error': (context, [error]) => {
      const flow = flowOfRequest(context?.req ?? {});
      if (flow !== undefined && error !== null && error !== undefined) reportFlowError(flow, error);
    },
  };
}

/** By the names of their points in probe-points.ts. */
export function honoProbes(): Record<string, Enter> {
  const matched = new WeakMap<Flow, Matched>();
  return {
    'hono.context': (context, [, options]) => {
      const flow = currentFlow();
      const handlers = options?.matchResult?.[0];
      if (flow === undefined || !Array.isArray(handlers)) return;
      const match: Matched = { handlers, reached: 0 };
      matched.set(flow, match);
      flow.findRoute = () => {
        // Where there is middleware, Hono gives errors to the program's handler and leaves them at the context.
        const error = ownValue(context, 'error');
        if (error !== undefined && flow.error !== error) reportFlowError(flow, error);
        const path = match.handlers[match.reached]?.[0]?.[1]?.path;
        return typeof path === 'string' ? path : null;
      };
    },
    'hono.dispatch': (_this, [index]) => {
      const flow = currentFlow();
      const match = flow && matched.get(flow);
      if (match && index < match.handlers.length) match.reached = index;
    },
    'hono.error': (_this, [error]) => {
      const flow = currentFlow();
      if (flow !== undefined) reportFlowError(flow, error);
    },
  };
}
