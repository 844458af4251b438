// The JSON API over functions, sensors, services and deployments: asks query/ and answers. No number is computed here.

import { Type } from 'typebox';
import { ProdlensError, quoted } from '../../errors.js';
import { SORT_KEYS } from '../../query/functions/function-stats.js';
import type { Query } from '../../query/query.js';
import { LONGEST_MINUTES_SECONDS, LONGEST_WINDOW_SECONDS } from '../../query/time/window-range.js';
import { ITEMS_AT_ONCE, sendList } from '../long-list.js';
import { foundFunction, functionStats } from './functions-schema.js';
import {
  type Api,
  coveredWindow,
  limit,
  name,
  nullable,
  object,
  oneOf,
  truncated,
  window,
  windowSeconds,
} from './schema.js';
import { sensorMinute, sensorSummary, serviceSummary } from './sensors-schema.js';

const SHORTEST_WINDOW_SECONDS = 60;

const service = Type.Optional(name);
const environment = Type.Optional(name);

const listOfFunctions = Type.Array(functionStats);
const functionsSchema = {
  summary: 'Functions with data in the window, one for each environment; with a file all that are known of it',
  querystring: object({
    service,
    environment,
    version: Type.Optional(name),
    revision: Type.Optional(name),
    file: Type.Optional(name),
    window,
    sort: oneOf(SORT_KEYS, { default: 'totalNs' }),
    limit,
  }),
  response: { 200: object({ functions: listOfFunctions, window: coveredWindow, truncated }) },
};
const searchSchema = {
  summary: 'Functions by a part of their name',
  querystring: object({ text: name, service, environment, limit }),
  response: { 200: object({ functions: Type.Array(foundFunction), truncated }) },
};
const functionSchema = {
  summary: 'One function in each environment, with all its callers and callees',
  params: object({ id: Type.String() }),
  querystring: object({ window }),
  response: {
    200: object({
      functions: Type.Array(functionStats),
      window: coveredWindow,
      leftOutCalls: nullable(
        Type.Integer({ description: 'Calls of the service between functions for whose pair there was no room' }),
      ),
    }),
  },
};
const sensorsSchema = {
  summary: 'Instances that were there within the window',
  querystring: object({ service, environment, window, limit }),
  response: { 200: object({ sensors: Type.Array(sensorSummary), window: coveredWindow, truncated }) },
};
const sensorSchema = {
  summary: 'One instance, with a row for each minute in which it reported',
  params: object({ instance: Type.String() }),
  querystring: object({ window }),
  response: { 200: object({ sensor: sensorSummary, minutes: Type.Array(sensorMinute), window: coveredWindow }) },
};
const servicesSchema = {
  summary: 'All services',
  response: { 200: object({ services: Type.Array(serviceSummary) }) },
};

/** Registers the routes of functions, search, sensors and services. */
export function serveApi(app: Api, query: Query): void {
  app.get('/api/v1/functions', { schema: functionsSchema }, async (request, reply) => {
    const { window: asked, sort, limit, file, ...where } = request.query;
    const { window, windowSeconds } = covered(asked);
    const filter = { ...where, ...(file === undefined ? {} : { files: [file] }), windowSeconds };
    const { functions, truncated } = await query.functions(filter, { sort, limit });
    if (functions.length <= ITEMS_AT_ONCE) return { functions, window, truncated };
    sendList(reply, { name: 'functions', items: functions, listSchema: listOfFunctions }, { window, truncated });
    return reply;
  });

  app.get('/api/v1/search', { schema: searchSchema }, async (request) => {
    const { text, limit, ...where } = request.query;
    return query.search(text, where, limit);
  });

  app.get('/api/v1/functions/:id', { schema: functionSchema }, async (request) => {
    const { window, windowSeconds } = covered(request.query.window);
    const { functions, leftOutCalls } = await query.functions({ id: request.params.id, windowSeconds });
    if (functions.length > 0) return { functions, window, leftOutCalls };
    throw new ProdlensError('PRODLENS_ERR_FUNCTION_UNKNOWN', `No function has the id ${quoted(request.params.id)}`);
  });

  app.get('/api/v1/sensors', { schema: sensorsSchema }, async (request) => {
    const { window: asked, limit, ...where } = request.query;
    const { window, windowSeconds } = covered(asked, LONGEST_MINUTES_SECONDS);
    const { sensors, truncated } = await query.sensors({ ...where, windowSeconds }, limit);
    return { sensors, window, truncated };
  });

  app.get('/api/v1/sensors/:instance', { schema: sensorSchema }, async (request) => {
    const { window, windowSeconds } = covered(request.query.window, LONGEST_MINUTES_SECONDS);
    const found = await query.sensor(request.params.instance, windowSeconds);
    if (found !== null) return { ...found, window };
    const named = quoted(request.params.instance);
    throw new ProdlensError('PRODLENS_ERR_INSTANCE_UNKNOWN', `No sensor's instance is called ${named}`);
  });

  app.get('/api/v1/services', { schema: servicesSchema }, async () => ({ services: await query.services() }));
}

/**
 * The window that is really covered when "90s", "5m", "1h" or "7d" is asked for: the same, or as long as numbers are
 * kept where that is shorter. Throws PRODLENS_ERR_INVALID_REQUEST when it is out of what may be asked.
 */
export function covered(
  window: string,
  longestSeconds = LONGEST_WINDOW_SECONDS,
): { window: string; windowSeconds: number } {
  const seconds = windowSeconds(window);
  if (!(seconds >= SHORTEST_WINDOW_SECONDS && seconds <= LONGEST_WINDOW_SECONDS)) {
    throw new ProdlensError('PRODLENS_ERR_INVALID_REQUEST', 'querystring/window must be from 1m to 90d');
  }
  if (seconds <= longestSeconds) return { window, windowSeconds: seconds };
  return { window: `${longestSeconds / 3_600}h`, windowSeconds: longestSeconds };
}
