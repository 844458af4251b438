// The JSON API: checks what is asked by schema, asks query/, and answers. No number is computed here.

import type { FastifyInstance } from 'fastify';
import { ProdlensError, quoted } from '../errors.js';
import { SORT_KEYS, type SortKey } from '../query/function-stats.js';
import { LONGEST_WINDOW_SECONDS, type Query } from '../query/query.js';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const SHORTEST_WINDOW_SECONDS = 60;
const LONGEST_ASKED_SECONDS = 90 * 86_400;

const name = { type: 'string', minLength: 1, maxLength: 4_096 } as const;
const window = { type: 'string', pattern: '^[0-9]{1,7}[smhd]$', default: '1h' } as const;
const limit = { type: 'integer', minimum: 1, maximum: 1_000, default: 100 } as const;
const functionsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    service: name,
    environment: name,
    version: name,
    file: name,
    window,
    sort: { type: 'string', enum: SORT_KEYS, default: 'totalNs' },
    limit,
  },
} as const;
const sensorsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { service: name, environment: name, window, limit },
} as const;
const functionQuery = { type: 'object', additionalProperties: false, properties: { window } } as const;
const noQuery = { type: 'object', additionalProperties: false } as const;

interface FunctionsQuery {
  service?: string;
  environment?: string;
  version?: string;
  file?: string;
  window: string;
  sort: SortKey;
  limit: number;
}

interface SensorsQuery {
  service?: string;
  environment?: string;
  window: string;
  limit: number;
}

export function serveApi(app: FastifyInstance, query: Query): void {
  app.get<{ Querystring: FunctionsQuery }>(
    '/api/v1/functions',
    { schema: { querystring: functionsQuery } },
    async (request) => {
      const { window: asked, sort, limit, file, ...where } = request.query;
      const { window, windowSeconds } = covered(asked);
      const filter = { ...where, ...(file === undefined ? {} : { files: [file] }), windowSeconds };
      const { functions, truncated } = await query.functions(filter, { sort, limit });
      return { functions, window, truncated };
    },
  );

  app.get<{ Params: { id: string }; Querystring: { window: string } }>(
    '/api/v1/functions/:id',
    { schema: { querystring: functionQuery } },
    async (request) => {
      const { window, windowSeconds } = covered(request.query.window);
      const { functions, leftOutCalls } = await query.functions({ id: request.params.id, windowSeconds });
      if (functions.length > 0) return { functions, window, leftOutCalls };
      throw new ProdlensError('PRODLENS_ERR_FUNCTION_UNKNOWN', `No function has the id ${quoted(request.params.id)}`);
    },
  );

  app.get<{ Querystring: SensorsQuery }>(
    '/api/v1/sensors',
    { schema: { querystring: sensorsQuery } },
    async (request) => {
      const { window: asked, limit, ...where } = request.query;
      const { window, windowSeconds } = covered(asked);
      const { sensors, truncated } = await query.sensors({ ...where, windowSeconds }, limit);
      return { sensors, window, truncated };
    },
  );

  app.get<{ Params: { instance: string }; Querystring: { window: string } }>(
    '/api/v1/sensors/:instance',
    { schema: { querystring: functionQuery } },
    async (request) => {
      const { window, windowSeconds } = covered(request.query.window);
      const found = await query.sensor(request.params.instance, windowSeconds);
      if (found !== null) return { ...found, window };
      const named = quoted(request.params.instance);
      throw new ProdlensError('PRODLENS_ERR_INSTANCE_UNKNOWN', `No sensor's instance is called ${named}`);
    },
  );

  const schema = { querystring: noQuery };
  app.get('/api/v1/services', { schema }, async () => ({ services: await query.services() }));
  app.get('/api/v1/deployments', { schema }, async () => ({ deployments: await query.deployments() }));
}

/**
 * The window that is really covered when "90s", "5m", "1h" or "7d" is asked for: the same, or as long as numbers are
 * kept where that is shorter. Throws PRODLENS_ERR_INVALID_REQUEST when it is out of what may be asked.
 */
function covered(window: string): { window: string; windowSeconds: number } {
  const seconds = Number(window.slice(0, -1)) * SECONDS[window.slice(-1) as keyof typeof SECONDS];
  if (!(seconds >= SHORTEST_WINDOW_SECONDS && seconds <= LONGEST_ASKED_SECONDS)) {
    throw new ProdlensError('PRODLENS_ERR_INVALID_REQUEST', 'querystring/window must be from 1m to 90d');
  }
  if (seconds <= LONGEST_WINDOW_SECONDS) return { window, windowSeconds: seconds };
  return { window: `${LONGEST_WINDOW_SECONDS / SECONDS.h}h`, windowSeconds: LONGEST_WINDOW_SECONDS };
}
