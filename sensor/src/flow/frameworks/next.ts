// Routes as Next.js names them, of both of its routers: the path of the page or handler with its parameters in brackets.

import { ownValue, setParsed } from '../beginnings/http-server.js';
import { currentFlow, reportFlowError } from '../current-flow.js';
import type { Endpoints } from '../endpoints.js';
import type { Enter } from '../probes.js';

/** Pages that stand for what was not found, or went wrong. */
const NO_ROUTES = new Set(['/404', '/500', '/_error', '/_not-found']);

export function nextProbes({ routeKnown }: Endpoints): Record<string, Enter> {
  const report = (error: unknown) => {
    const flow = currentFlow();
    if (flow !== undefined && error !== undefined && flow.error !== error) reportFlowError(flow, error);
  };
  const matched = (pathname: unknown, request: { originalRequest?: object } | undefined, parsed: object) => {
    const flow = currentFlow();
    if (flow === undefined || typeof pathname !== 'string' || NO_ROUTES.has(pathname)) return;
    if (request?.originalRequest) setParsed(request.originalRequest, (part) => ownValue(parsed, part));
    flow.route = pathname;
    routeKnown(flow);
  };
  return {
    'next.render': (_server, [context]) => {
      const { pathname, query, req, renderOpts } = context ?? {};
      matched(pathname, req, { params: renderOpts?.params, query });
    },
    'next.api': (_server, [request, , query, match]) =>
      matched(match?.definition?.pathname, request, { params: match?.params, query }),
    'next.error': (_nobody, [, , error]) => report(error),
    'next.logged': (_server, [error]) => report(error),
  };
}
