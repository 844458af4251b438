// The collector's one port: probes, API, web app; the sockets join in upgrade.ts. Every answer that is not a
// success has the same body, { error: { code, message } }.

import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifySchemaValidationError,
  fastify,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { errorBody, ProdlensError, quoted } from '../errors.js';
import type { MeasuringSwitch } from '../ingest/measuring-switch.js';
import type { SourceMaps } from '../ingest/source-maps.js';
import type { Query } from '../query/query.js';
import type { Store, TokenScope } from '../store/store.js';
import { serveApi } from './api.js';
import { authorize } from './authorize.js';
import { serveMeasuring } from './measuring-api.js';
import { serveSourceMaps } from './source-maps-api.js';
import { serveStaticFiles } from './static-files.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must allow; read where nothing is said. */
    scope?: TokenScope;
  }
}

export interface ServerParts {
  store: Store;
  query: Query;
  measuring: MeasuringSwitch;
  sourceMaps: SourceMaps;
  log: Logger;
}

export function createServer({ store, query, measuring, sourceMaps, log }: ServerParts): FastifyInstance {
  function answerError(error: FastifyError | ProdlensError, _request: unknown, reply: FastifyReply) {
    if (error instanceof ProdlensError) return reply.code(error.status).send(errorBody(error.code, error.message));
    const { statusCode = 500 } = error;
    if (statusCode < 500) {
      return reply.code(statusCode).send(errorBody('PRODLENS_ERR_INVALID_REQUEST', quoted(error.message, 160)));
    }
    log.error({ err: error }, 'a request failed');
    return reply.code(500).send(errorBody('PRODLENS_ERR_INTERNAL', 'The collector failed; its log says why'));
  }

  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    // What fails before there is a route to fail in, such as a path with a broken escape.
    frameworkErrors: answerError,
    // Refuses a parameter that is not known instead of dropping it: a misspelt filter must not answer everything.
    ajv: { customOptions: { removeAdditional: false } },
    schemaErrorFormatter: ([fault], part) => new Error(faultText(fault!, part)),
  });
  const open = serveStaticFiles(app).add('/healthz');

  app.addHook('onRequest', async (request) => {
    // The route that will answer, not the address as it was written: one reading of it, so no two can disagree.
    const { url = '', config } = request.routeOptions;
    if (!open.has(url)) await authorize(store, request.headers, config.scope ?? 'read');
  });

  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(errorBody('PRODLENS_ERR_NOT_FOUND', `Nothing at ${request.method} ${quoted(request.url)}`)),
  );
  app.setErrorHandler(answerError);

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await store.check().catch((cause: unknown) => {
      throw new ProdlensError('PRODLENS_ERR_NOT_READY', 'The store does not answer', { cause });
    });
    return { status: 'ready' };
  });
  for (const [path, scope] of [
    ['/v1/sensor', 'ingest'],
    ['/v1/ide', 'read'],
  ] as const) {
    app.get(path, { config: { scope } }, async (_request, reply) => {
      reply.header('upgrade', 'websocket');
      throw new ProdlensError('PRODLENS_ERR_UPGRADE_REQUIRED', `${path} is a WebSocket`);
    });
  }
  serveApi(app, query);
  serveMeasuring(app, measuring);
  serveSourceMaps(app, sourceMaps, Date.now);
  return app;
}

/** Names the parameter, which the validator leaves out where it is one that is not known. */
function faultText({ keyword, params, instancePath, message }: FastifySchemaValidationError, part: string): string {
  if (keyword === 'additionalProperties')
    return `${part}/${quoted(String(params.additionalProperty))} is not a known parameter`;
  return `${part}${instancePath} ${message}`;
}
