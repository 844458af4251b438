// /api/v1/openapi.json, made of the schemas of the routes, and the rule that every route of the API has them: one
// without a summary or without a schema of its answer stops the collector from starting, so none can be forgotten.

import swagger from '@fastify/swagger';
import type { RouteOptions } from 'fastify';
import { Type } from 'typebox';
import { ERRORS } from '../../errors.js';
import { COLLECTOR_VERSION } from '../../version.js';
import { type Api, object, oneOf } from './schema.js';

declare module 'fastify' {
  interface FastifySchema {
    /** What the route answers or does, in a line. */
    summary?: string;
  }
}

const refusal = object(
  { error: object({ code: oneOf(Object.keys(ERRORS)), message: Type.String() }) },
  { title: 'Refusal', description: 'See docs/errors.md' },
);

/** To be called before a route is added. */
export async function serveOpenApi(app: Api): Promise<void> {
  app.addHook('onRoute', completeSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Prodlens collector',
        version: COLLECTOR_VERSION,
        description: 'Function-level production numbers. Durations are in nanoseconds; names end in their unit.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

function completeSchema(route: RouteOptions): void {
  if (!route.url.startsWith('/api/v1/')) {
    route.schema = { ...route.schema, hide: true };
    return;
  }
  const { schema = {} } = route;
  if (schema.hide) return;
  const { summary, response, params } = schema;
  if (summary === undefined || response === undefined || (route.url.includes(':') && params === undefined)) {
    throw new Error(`${route.method} ${route.url} has no summary, or no schema of its answer or of its parameters`);
  }
  route.schema = {
    querystring: object({}),
    ...schema,
    security: [{ token: [route.config?.scope ?? 'read'] }],
    response: { ...response, '4xx': refusal, '5xx': refusal },
  };
}
