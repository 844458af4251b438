// The JSON API over endpoints: asks query/ and answers.

import { Type } from 'typebox';
import { ProdlensError, quoted } from '../../errors.js';
import type { Query } from '../../query/query.js';
import { endpointDetail, endpointStats } from './endpoints-schema.js';
import { covered } from './functions-api.js';
import { type Api, coveredWindow, limit, name, object, truncated, window } from './schema.js';

const endpointsSchema = {
  summary: 'Endpoints with data in the window: requests by method and route, jobs, timers; that with most time first',
  querystring: object({ service: Type.Optional(name), environment: Type.Optional(name), window, limit }),
  response: { 200: object({ endpoints: Type.Array(endpointStats), window: coveredWindow, truncated }) },
};
const endpointSchema = {
  summary: 'One endpoint in each environment: where its time went, and in which functions',
  params: object({ id: Type.String() }),
  querystring: object({ window }),
  response: { 200: object({ endpoints: Type.Array(endpointDetail), window: coveredWindow }) },
};

export function serveEndpointsApi(app: Api, query: Query): void {
  app.get('/api/v1/endpoints', { schema: endpointsSchema }, async (request) => {
    const { window: asked, limit, ...where } = request.query;
    const { window, windowSeconds } = covered(asked);
    return { ...(await query.endpoints({ ...where, windowSeconds }, limit)), window };
  });

  app.get('/api/v1/endpoints/:id', { schema: endpointSchema }, async (request) => {
    const { window, windowSeconds } = covered(request.query.window);
    const endpoints = await query.endpoint(request.params.id, windowSeconds);
    if (endpoints !== null) return { endpoints, window };
    throw new ProdlensError('PRODLENS_ERR_ENDPOINT_UNKNOWN', `No endpoint has the id ${quoted(request.params.id)}`);
  });
}
