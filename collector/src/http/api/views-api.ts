// The JSON API behind the charts: asks query/ and answers. No number is computed here.

import { Type } from 'typebox';
import { headsUp } from '../../alerts/telling/heads-up.js';
import { ProdlensError, quoted } from '../../errors.js';
import { SORT_KEYS } from '../../query/functions/function-stats.js';
import type { Query } from '../../query/query.js';
import type { ViewQuery } from '../../query/views.js';
import type { AlertParts } from './alerts-api.js';
import { alert } from './alerts-schema.js';
import { covered } from './functions-api.js';
import { functionStats } from './functions-schema.js';
import { type Api, coveredWindow, integer, limit, name, object, oneOf, unixMs, window } from './schema.js';
import { callTree, latencyOverTime, serviceDay } from './views-schema.js';

const environment = Type.String({ minLength: 1, maxLength: 4_096, default: 'production' });
const params = object({ id: Type.String() });
const latencySchema = (of: string) => ({
  summary: `${of} part by part of the window and version by version, with histograms, in each environment`,
  params,
  querystring: object({ window }),
  response: { 200: object({ latency: Type.Array(latencyOverTime), window: coveredWindow }) },
});
const treeSchema = (of: string) => ({
  summary: `Where the time of ${of} goes: its callees, theirs, and so on, up to 400 functions`,
  params,
  querystring: object({ environment, window }),
  response: { 200: object({ tree: callTree, window: coveredWindow }) },
});
const pageSchema = {
  summary: 'A page of an ordered list of functions with data in the window; the order stays for 20 seconds',
  querystring: object({
    service: Type.Optional(name),
    environment: Type.Optional(name),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'A part of the name' })),
    own: Type.Boolean({ default: false, description: "Only the services' own code" }),
    window,
    sort: oneOf(SORT_KEYS, { default: 'totalNs' }),
    offset: Type.Integer({ minimum: 0, default: 0 }),
    limit,
  }),
  response: {
    200: object({
      functions: Type.Array(functionStats),
      count: Type.Integer({ description: 'Of all pages' }),
      window: coveredWindow,
    }),
  },
};
const daysSchema = {
  summary: 'Services today and yesterday: the sums of their endpoints',
  response: { 200: object({ services: Type.Array(serviceDay) }) },
};
const headsUpSchema = {
  summary: 'The report of the last 24 hours: of one service or environment, or of all',
  querystring: object({ service: Type.Optional(name), environment: Type.Optional(name) }),
  response: {
    200: object({
      atUnixMs: unixMs,
      opened: integer,
      closed: integer,
      open: Type.Array(alert),
      gone: Type.Array(alert),
      slowest: Type.Array(functionStats),
      failing: Type.Array(functionStats),
    }),
  },
};

export function serveViews(app: Api, query: Query, views: ViewQuery, { desk, now }: AlertParts): void {
  for (const [path, of, ask, code] of [
    ['functions', 'A function', views.functionLatency, 'PRODLENS_ERR_FUNCTION_UNKNOWN'],
    ['endpoints', 'An endpoint', views.endpointLatency, 'PRODLENS_ERR_ENDPOINT_UNKNOWN'],
  ] as const) {
    app.get(`/api/v1/${path}/:id/latency`, { schema: latencySchema(of) }, async (request) => {
      const { window, windowSeconds } = covered(request.query.window);
      const latency = await ask(request.params.id, windowSeconds);
      if (latency !== null) return { latency, window };
      throw new ProdlensError(code, `${of.replace(/^An?/, 'No')} has the id ${quoted(request.params.id)}`);
    });
  }
  for (const [path, of, ask] of [
    ['functions', 'a function', views.functionTree],
    ['endpoints', 'an endpoint', views.endpointTree],
  ] as const) {
    app.get(`/api/v1/${path}/:id/tree`, { schema: treeSchema(of) }, async (request) => {
      const { window, windowSeconds } = covered(request.query.window);
      return { tree: await ask(request.params.id, request.query.environment, windowSeconds), window };
    });
  }

  app.get('/api/v1/function-pages', { schema: pageSchema }, async (request) => {
    const { window: asked, sort, offset, limit, ...where } = request.query;
    const { window, windowSeconds } = covered(asked);
    return { ...(await views.functionPage({ ...where, windowSeconds }, { sort, offset, limit })), window };
  });

  app.get('/api/v1/service-days', { schema: daysSchema }, async () => ({ services: await views.serviceDays() }));

  app.get('/api/v1/heads-up', { schema: headsUpSchema }, async (request) => {
    const scope = request.query as { service?: string; environment?: string };
    const atUnixMs = now();
    return { atUnixMs, ...(await headsUp(query, desk, atUnixMs, scope)) };
  });
}
