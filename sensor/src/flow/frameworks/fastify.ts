// Routes as Fastify 3 to 5 names them: the address with which the route was declared.

import { flowOfRequest, ownValue, setParsed } from '../beginnings/http-server.js';
import { currentFlow, reportFlowError } from '../current-flow.js';
import type { Endpoints } from '../endpoints.js';
import type { Enter } from '../probes.js';

interface Route {
  config?: { url?: unknown };
}

export function fastifyProbes({ routeKnown }: Endpoints): Record<string, Enter> {
  let contextKey: PropertyKey | undefined;

  function routeOf(request: object): Route | undefined {
    // Under a symbol of Fastify's own; in Fastify 3 under a name.
    contextKey ??= Reflect.ownKeys(request).find(
      (key) => typeof ownValue(request, key) === 'object' && isRoute(ownValue(request, key)),
    );
    return contextKey === undefined ? undefined : (ownValue(request, contextKey) as Route);
  }

  return {
    'fastify.request': (_instance, [, request]) => {
      const flow = flowOfRequest(request.raw);
      if (flow === undefined) return;
      setParsed(request.raw, (part) => ownValue(request, part));
      const url = routeOf(request)?.config?.url;
      if (typeof url !== 'string') return;
      flow.route = url === '' ? '/' : url;
      routeKnown(flow);
    },
    'fastify.error': (_this, [reply, error]) => {
      const flow = flowOfRequest(reply?.request?.raw ?? {}) ?? currentFlow();
      if (flow !== undefined && flow.error !== error) reportFlowError(flow, error);
    },
  };
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'config' in value && 'handler' in value;
}
