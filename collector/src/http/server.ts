// The collector's one port: probes, metrics, API, OTLP, web app; the sockets join in upgrade.ts. Every answer that is not
// a success has the same body, { error: { code, message } }.

import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaValidationError,
  fastify,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Audit, AuditEntry } from '../audit.js';
import { errorBody, ProdlensError, quoted } from '../errors.js';
import type { MeasuringSwitch } from '../ingest/measuring-switch.js';
import type { SourceMaps } from '../ingest/source-maps.js';
import type { Metrics } from '../metrics.js';
import type { SpanIngest } from '../otlp/ingest-spans.js';
import type { Forensics } from '../query/forensics.js';
import type { Query } from '../query/query.js';
import type { ViewQuery } from '../query/views.js';
import type { Token, TokenScope } from '../store/store.js';
import type { Doorkeeper } from './access/doorkeeper.js';
import { SIGN_IN_PATHS, type SignInParts, serveSignIn } from './access/sign-in-api.js';
import { type AlertParts, serveAlerts } from './api/alerts-api.js';
import { serveDeployments } from './api/deployments-api.js';
import { serveEndpointsApi } from './api/endpoints-api.js';
import { serveForensics } from './api/forensics-api.js';
import { serveApi } from './api/functions-api.js';
import { serveMcp } from './api/mcp-api.js';
import { serveMeasuring } from './api/measuring-api.js';
import { serveOpenApi } from './api/open-api.js';
import { serveOtlp } from './api/otlp-api.js';
import type { Api } from './api/schema.js';
import { type SettingsParts, serveSettings } from './api/settings-api.js';
import { serveSourceMaps } from './api/source-maps-api.js';
import { serveViews } from './api/views-api.js';
import { createBodyBudget } from './body-budget.js';
import { serveStaticFiles } from './web-app/static-files.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must allow; read where nothing is said. */
    scope?: TokenScope;
    /** What the audit log says of a request before it is answered; missing: nothing. */
    audit?: (request: FastifyRequest) => Pick<AuditEntry, 'act' | 'target'>;
  }
  interface FastifyRequest {
    /** null where none is needed. */
    token: Token | null;
  }
}

export interface ServerParts {
  door: Doorkeeper;
  query: Query;
  views: ViewQuery;
  forensics: Forensics;
  measuring: MeasuringSwitch;
  sourceMaps: SourceMaps;
  alerts: AlertParts;
  settings: Omit<SettingsParts, 'book'>;
  signIn: Pick<SignInParts, 'sessions' | 'openId'>;
  spans: SpanIngest;
  audit: Audit;
  metrics: Metrics;
  /** Why the collector cannot do its work now; null when it can. */
  unready: () => Promise<string | null>;
  /** Certificate and key, PEM; null: plain HTTP. */
  tls: { cert: Buffer; key: Buffer } | null;
  log: Logger;
}

/** Headers must be here by then, a request with its body by then: a client that is slower holds a socket for nothing. */
const HEADERS_MS = 20_000;
const REQUEST_MS = 120_000;

export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { door, query, forensics, measuring, sourceMaps, alerts, spans, audit, metrics, unready, tls, log } = parts;

  function answerError(error: FastifyError | ProdlensError, _request: unknown, reply: FastifyReply) {
    if (error instanceof ProdlensError) {
      if (error.status === 429 || error.code === 'PRODLENS_ERR_BUSY') reply.header('retry-after', '1');
      metrics.refused.inc({ code: error.code });
      return reply.code(error.status).send(errorBody(error.code, error.message));
    }
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
    requestTimeout: REQUEST_MS,
    ...(tls !== null && ({ https: tls } as object)),
    // What fails before there is a route to fail in, such as a path with a broken escape.
    frameworkErrors: answerError,
    // Refuses a parameter that is not known instead of dropping it: a misspelt filter must not answer everything.
    ajv: { customOptions: { removeAdditional: false } },
    schemaErrorFormatter: ([fault], part) => new Error(faultText(fault!, part)),
  });
  // No route takes it, and without this one each would get it as its body.
  app.removeContentTypeParser('text/plain');
  app.server.headersTimeout = HEADERS_MS;
  app.decorateRequest('token', null).decorateRequest('bodyBytes', 0);
  const open = serveStaticFiles(app).add('/healthz');
  for (const path of SIGN_IN_PATHS) open.add(path);

  app.addHook('onRequest', async (request) => {
    // The route that will answer, not the address as it was written: one reading of it, so no two can disagree.
    const { url = '', config } = request.routeOptions;
    if (!open.has(url)) request.token = await door.admit(request.headers, config.scope ?? 'read');
  });
  app.addHook('preParsing', createBodyBudget());
  app.addHook('preHandler', async (request) => {
    const said = request.routeOptions.config.audit?.(request);
    if (said !== undefined) audit({ ...said, token: request.token?.id ?? '', remote: request.ip });
  });
  app.addHook('onResponse', async ({ routeOptions }, { statusCode }) => {
    metrics.requests.inc({ route: routeOptions.url ?? '', status: String(statusCode) });
  });

  app.setNotFoundHandler((request, reply) => {
    // Without its query, which may hold a secret.
    const path = quoted(request.url.split('?', 1)[0]!);
    reply.code(404).send(errorBody('PRODLENS_ERR_NOT_FOUND', `Nothing at ${request.method} ${path}`));
  });
  app.setErrorHandler(answerError);

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    const reason = await unready();
    if (reason !== null) throw new ProdlensError('PRODLENS_ERR_NOT_READY', reason);
    return { status: 'ready' };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', metrics.registry.contentType);
    return metrics.registry.metrics();
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
  const api: Api = app.withTypeProvider();
  await serveOpenApi(api);
  serveApi(api, query);
  serveEndpointsApi(api, query);
  serveForensics(api, forensics);
  serveMeasuring(api, measuring);
  serveAlerts(api, alerts);
  serveDeployments(api, query, alerts);
  serveViews(api, query, parts.views, alerts);
  serveSettings(api, { ...parts.settings, book: alerts.book });
  serveSignIn(app, { ...parts.signIn, door, audit });
  serveSourceMaps(api, sourceMaps, Date.now);
  serveOtlp(api, spans, metrics);
  serveMcp(api, { query, views: parts.views, forensics, alerts }, audit);
  return app;
}

/** Names the parameter, which the validator leaves out where it is one that is not known. */
function faultText({ keyword, params, instancePath, message }: FastifySchemaValidationError, part: string): string {
  if (keyword === 'additionalProperties')
    return `${part}/${quoted(String(params.additionalProperty))} is not a known parameter`;
  return `${part}${instancePath} ${message}`;
}
