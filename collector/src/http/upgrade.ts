// WebSockets on the HTTP server's port: picks the endpoint by path, checks who asks before the upgrade, and ends
// connections whose other end is gone, and those that were opened without a token once there is one.

import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorBody, ProdlensError, quoted } from '../errors.js';
import type { Store, TokenScope } from '../store/store.js';
import { authorize } from './authorize.js';
import { createRefusalLog } from './refusal-log.js';

export interface SocketEndpoint {
  scope: TokenScope;
  /** Largest frame, bytes; a larger one closes the socket with 1009. */
  frameBytes: number;
  accept(socket: WebSocket): void;
}

/** A connection that answers no ping for this long is ended. */
const HEARTBEAT_MS = 30_000;
/** How often it is looked whether a first token was made, which another process may do. */
const TOKEN_CHECK_MS = 1_000;
const CLOSE_POLICY = 1008;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_PATIENCE_MS = 1_000;

/** Serves the endpoints, by path. `close` ends all connections. */
export function serveSockets(
  server: Server,
  endpoints: ReadonlyMap<string, SocketEndpoint>,
  { store, log }: { store: Store; log: Logger },
): { close(): Promise<void> } {
  const alive = new WeakSet<WebSocket>();
  const withoutToken = new Set<WebSocket>();
  const sockets = new Map<string, WebSocketServer>();
  for (const [path, { frameBytes, accept }] of endpoints) {
    const server = new WebSocketServer({ noServer: true, maxPayload: frameBytes, perMessageDeflate: false });
    server.on('connection', (socket) => {
      alive.add(socket);
      socket.on('pong', () => alive.add(socket));
      accept(socket);
    });
    sockets.set(path, server);
  }
  let closing = false;

  const tellRefusal = createRefusalLog(log);

  async function upgrade(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const endpoint = endpoints.get(path);
    if (endpoint === undefined) throw new ProdlensError('PRODLENS_ERR_NOT_FOUND', `No WebSocket at ${quoted(path)}`);
    const scope = await authorize(store, request.headers, endpoint.scope);
    if (closing) throw new ProdlensError('PRODLENS_ERR_NOT_READY', 'The collector is stopping');
    const target = sockets.get(path)!;
    target.handleUpgrade(request, socket, head, (webSocket) => {
      if (scope === null) {
        withoutToken.add(webSocket);
        webSocket.once('close', () => withoutToken.delete(webSocket));
      }
      target.emit('connection', webSocket, request);
    });
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', (error: Error) => log.debug({ err: error }, 'socket failed'));
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const remote = request.socket.remoteAddress;
    upgrade(path, request, socket, head).catch((error: unknown) => {
      if (!(error instanceof ProdlensError)) log.error({ err: error }, 'upgrade failed');
      else if (error.status < 500) tellRefusal({ path: quoted(path), remote, error });
      refuse(socket, error);
    });
  });

  const all = () => [...sockets.values()].flatMap((server) => [...server.clients]);
  const heartbeat = setInterval(() => {
    for (const socket of all()) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, HEARTBEAT_MS);

  async function endWithoutToken(): Promise<void> {
    if (withoutToken.size === 0 || !(await store.hasTokens())) return;
    for (const socket of withoutToken) socket.close(CLOSE_POLICY, 'PRODLENS_ERR_TOKEN_MISSING');
  }
  const tokenCheck = setInterval(() => {
    endWithoutToken().catch((error: unknown) => log.error({ err: error }, 'could not look for tokens'));
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
