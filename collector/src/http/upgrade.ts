// WebSockets on the HTTP server's port: picks the endpoint by path, checks who asks before the upgrade, and ends
// connections whose other end is gone, whose token was revoked, or that were opened without one before there was any.

import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorBody, ProdlensError, quoted } from '../errors.js';
import type { Reading, SocketBudget } from '../ingest/socket-budget.js';
import type { Metrics } from '../metrics.js';
import type { Store, Token, TokenScope } from '../store/store.js';
import type { Doorkeeper } from './access/doorkeeper.js';
import { createRefusalLog } from './access/refusal-log.js';

/** How long one who was told that the socket closes may take to answer before it is cut off. */
const CLOSE_MS = 2_000;

export interface SocketEndpoint {
  scope: TokenScope;
  /** Largest frame, bytes; a larger one closes the socket with 1009. */
  frameBytes: number;
  accept(socket: WebSocket, opened: OpenedSocket): void;
}

export interface OpenedSocket {
  /** null where none is needed. */
  token: Token | null;
  reading: Reading;
}

export interface SocketParts {
  store: Store;
  door: Doorkeeper;
  socketBudget: SocketBudget;
  metrics: Metrics;
  /** Sockets of one token at the same time. */
  socketsOfToken: number;
  log: Logger;
}

/** A connection of which nothing comes for this long, not even an answer to a ping, is ended. */
const HEARTBEAT_MS = 30_000;
/** How often it is looked whether a first token was made or one was revoked, which another process may do. */
const TOKEN_CHECK_MS = 1_000;
const CLOSE_POLICY = 1008;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_PATIENCE_MS = 1_000;

/** Serves the endpoints, by path. `close` ends all connections. */
export function serveSockets(
  server: Server,
  endpoints: ReadonlyMap<string, SocketEndpoint>,
  { store, door, socketBudget, metrics, socketsOfToken, log }: SocketParts,
): { close(): Promise<void> } {
  const alive = new WeakSet<WebSocket>();
  /** Open sockets by the id of their token; '' where none is needed. */
  const ofToken = new Map<string, Set<WebSocket>>();
  const sockets = new Map<string, WebSocketServer>();
  for (const [path, { frameBytes }] of endpoints) {
    const options = { noServer: true, perMessageDeflate: false, closeTimeout: CLOSE_MS };
    sockets.set(path, new WebSocketServer({ ...options, maxPayload: frameBytes }));
  }
  metrics.gauge(
    'prodlens_sockets',
    'Open WebSockets.',
    () => Object.fromEntries([...sockets].map(([path, { clients }]) => [path, clients.size])),
    'path',
  );
  let closing = false;

  const tellRefusal = createRefusalLog(log);

  async function upgrade(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const endpoint = endpoints.get(path);
    if (endpoint === undefined) throw new ProdlensError('PRODLENS_ERR_NOT_FOUND', `No WebSocket at ${quoted(path)}`);
    const token = await door.admit(request.headers, endpoint.scope);
    if (closing) throw new ProdlensError('PRODLENS_ERR_NOT_READY', 'The collector is stopping');
    const id = token?.id ?? '';
    const own = ofToken.get(id) ?? new Set();
    if (own.size >= socketsOfToken) {
      throw new ProdlensError('PRODLENS_ERR_TOO_MANY_SOCKETS', `${own.size} sockets of this token are open already`);
    }
    sockets.get(path)!.handleUpgrade(request, socket, head, (webSocket) => {
      own.add(webSocket);
      ofToken.set(id, own);
      webSocket.once('close', () => {
        own.delete(webSocket);
        if (own.size === 0 && ofToken.get(id) === own) ofToken.delete(id);
      });
      alive.add(webSocket);
      socket.on('data', () => alive.add(webSocket));
      endpoint.accept(webSocket, { token, reading: socketBudget.watch(webSocket, socket, id) });
    });
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', (error: Error) => log.debug({ err: error }, 'socket failed'));
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const remote = request.socket.remoteAddress;
    upgrade(path, request, socket, head).catch((error: unknown) => {
      if (error instanceof ProdlensError) metrics.refused.inc({ code: error.code });
      if (!(error instanceof ProdlensError)) log.error({ err: error }, 'upgrade failed');
      else if (error.status < 500) tellRefusal({ path: quoted(path), remote, error });
      refuse(socket, error);
    });
  });

  const all = () => [...sockets.values()].flatMap((server) => [...server.clients]);
  const heartbeat = setInterval(() => {
    for (const socket of all()) {
      // What it answers is not read while what it sent before waits to be handled.
      if (socket.isPaused) continue;
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, HEARTBEAT_MS);

  async function endRevoked(): Promise<void> {
    if (ofToken.size === 0) return;
    const valid = new Set((await store.tokens()).map(({ id }) => id));
    if (valid.size === 0) valid.add('');
    for (const [id, own] of ofToken) {
      if (valid.has(id)) continue;
      const reason = id === '' ? 'PRODLENS_ERR_TOKEN_MISSING' : 'PRODLENS_ERR_TOKEN_UNKNOWN';
      for (const socket of own) socket.close(CLOSE_POLICY, reason);
    }
  }
  const tokenCheck = setInterval(() => {
    endRevoked().catch((error: unknown) => log.error({ err: error }, 'could not look for tokens'));
  }, TOKEN_CHECK_MS);

  return {
    async close() {
      closing = true;
      clearInterval(tokenCheck);
      clearInterval(heartbeat);
      await Promise.all(all().map(closeSocket));
    },
  };
}

function closeSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => socket.terminate(), CLOSE_PATIENCE_MS);
    socket.once('close', () => {
      clearTimeout(patience);
      resolve();
    });
    socket.close(CLOSE_GOING_AWAY);
  });
}

function refuse(socket: Duplex, error: unknown): void {
  const known = error instanceof ProdlensError;
  const status = known ? error.status : 500;
  const body = JSON.stringify(
    known ? errorBody(error.code, error.message) : errorBody('PRODLENS_ERR_INTERNAL', 'The collector failed'),
  );
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
