// Routes as Express 4 and 5 name them (and NestJS on top of it): the path of the route, behind the paths under which its
// router is mounted. Express keeps of a mounted path only what a request has in its place ("/users/42"), so patterns are
// noted where layers are made.

import { flowOfRequest, ownValue } from '../beginnings/http-server.js';
import { currentFlow, reportFlowError } from '../current-flow.js';
import type { Endpoints } from '../endpoints.js';
import type { Enter } from '../probes.js';
import { createStamps } from '../stamps.js';

type Layer = { path?: unknown; route?: unknown };
type Request = { baseUrl?: unknown };

export function expressProbes({ routeKnown }: Endpoints): Record<string, Enter> {
  /** Of layers whose path is not matched as it is written. */
  const patterns = createStamps<string>();
  /** By request: what its addresses so far ("/users/42") stand for ("/users/:id"). */
  const mounts = new WeakMap<Request, Map<string, string>>();
  let hasPatterns = false;

  function patternOf(request: Request, base: string): string {
    const known = mounts.get(request);
    if (known === undefined) return base;
    for (let end = base.length; end > 0; end = base.lastIndexOf('/', end - 1)) {
      const pattern = known.get(base.slice(0, end));
      if (pattern !== undefined) return pattern + base.slice(end);
    }
    return base;
  }

  return {
    'express.layer': (layer: Layer | undefined, [path]) => {
      if (typeof layer !== 'object' || layer === null || (typeof path === 'string' && !/[:*+?(){}[\]]/.test(path)))
        return;
      patterns.set(layer, textOf(path));
      hasPatterns = true;
    },
    // Called for each layer that a request passes.
    'express.handle': (layer: Layer, parameters) => {
      if (!hasPatterns || layer.route !== undefined) return;
      const pattern = patterns.get(layer);
      if (pattern === undefined) return;
      const request: Request = parameters[0];
      const { baseUrl } = request;
      if (typeof baseUrl !== 'string') return;
      const parent = baseUrl.slice(0, baseUrl.length - lengthAtEnd(baseUrl, layer, pattern));
      const known = mounts.get(request) ?? new Map<string, string>();
      mounts.set(request, known.set(baseUrl, patternOf(request, parent) + pattern));
    },
    'express.route': (route: { path?: unknown }, parameters) => {
      const request: Request = parameters[0];
      const flow = flowOfRequest(request);
      if (flow === undefined) return;
      const base = ownValue(request, 'baseUrl');
      const mounted = typeof base === 'string' ? patternOf(request, base) : '';
      const path = textOf(route.path);
      flow.route = mounted !== '' && path === '/' ? mounted : mounted + path;
      routeKnown(flow);
    },
    'express.error': (_layer, [error, request]) => {
      const flow = flowOfRequest(request);
      if (flow !== undefined && flow.error !== error) reportFlowError(flow, error);
    },
    'express.unhandled': (_nobody, [error]) => {
      const flow = currentFlow();
      if (error && flow !== undefined && flow.error !== error) reportFlowError(flow, error);
    },
    'nest.error': (_handler, [error]) => {
      const flow = currentFlow();
      if (flow !== undefined && flow.error !== error) reportFlowError(flow, error);
    },
  };
}

/** A path as it was given: text, an expression, or a list of them. */
function textOf(path: unknown): string {
  if (typeof path === 'string') return path;
  if (Array.isArray(path)) return path.map(textOf).join(',');
  return path instanceof RegExp ? String(path) : '';
}

/** How much of a request's address so far the layer has matched: Express 4 says so, else it is as many segments as the pattern has. */
function lengthAtEnd(baseUrl: string, { path }: Layer, pattern: string): number {
  if (typeof path === 'string') return baseUrl.endsWith(path) ? path.length : baseUrl.length;
  if (/[*?+(){}[\]]/.test(pattern)) return baseUrl.length;
  let at = baseUrl.length;
  for (let segments = pattern.split('/').length - 1; segments > 0 && at > 0; segments--)
    at = baseUrl.lastIndexOf('/', at - 1);
  return baseUrl.length - Math.max(at, 0);
}
