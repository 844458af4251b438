// A collector on a real WebSocket that says what a test tells it to, and records what it was asked. It keeps its port
// when it goes away and comes back.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import {
  type Alert,
  type CatalogService,
  type CollectorToIde,
  decodeIdeMessage,
  type FunctionStats,
  IDE_PROTOCOL,
  type IdeSubscribe,
  type LastError,
} from '@prodlens/protocol';
import { WebSocketServer } from 'ws';
import { eventually } from './deadline.js';

export interface ScriptedCollector {
  url: string;
  /** All, in order, over all connections. */
  subscriptions: IdeSubscribe[];
  /** Replaces what is known and pushes it to those who are connected. */
  tell(services: CatalogService[], functions: FunctionStats[]): void;
  /** Pushes these alerts, also to those who connect later. */
  alert(alerts: Alert[]): void;
  /** The same with the last errors. */
  fail(errors: LastError[]): void;
  /** Requests of its JSON API: "POST /api/v1/… BODY". */
  requests: string[];
  /** Waits for this many subscriptions in all. */
  subscribed(count: number): Promise<IdeSubscribe>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `token` '' takes everybody; `ingestToken` is of another scope, which `scopeError` says. */
export async function scriptedCollector({
  token = '',
  ingestToken = '',
  scopeError = JSON.stringify({
    error: { code: 'PRODLENS_ERR_TOKEN_SCOPE', message: 'The token is for ingest; this needs read' },
  }),
  protocol = IDE_PROTOCOL,
} = {}): Promise<ScriptedCollector> {
  const subscriptions: IdeSubscribe[] = [];
  let services: CatalogService[] = [];
  let functions: FunctionStats[] = [];
  let alerts: Alert[] | null = null;
  let errors: LastError[] = [];
  const requests: string[] = [];
  let running: { http: Server; sockets: WebSocketServer } | null = null;
  let port = 0;

  const send = (message: CollectorToIde) => {
    for (const socket of running?.sockets.clients ?? []) socket.send(JSON.stringify(message));
  };
  const sendFunctions = (subscription: IdeSubscribe) => {
    for (const { service, file } of subscription.files) {
      const ofFile = functions.filter((stats) => stats.service === service && stats.file === file);
      send({ type: 'functions', service, file, windowSeconds: subscription.windowSeconds, functions: ofFile });
    }
  };

  async function start(): Promise<void> {
    const http = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      requests.push(`${request.method} ${request.url} ${body}`.trim());
      const path = new URL(request.url ?? '', 'http://collector').pathname;
      response.setHeader('content-type', 'application/json');
      if (path === '/api/v1/functions') response.end(JSON.stringify({ functions }));
      else if (/\/(?:mute|unmute|expected)$/.test(path)) response.end('{}');
      else
        response.writeHead(404).end('{"error":{"code":"PRODLENS_ERR_NOT_FOUND","message":"There is no such page."}}');
    });
    const sockets = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      const { authorization } = request.headers;
      const refused = () => {
        if (token === '' || authorization === `Bearer ${token}`) return null;
        const otherScope = ingestToken !== '' && authorization === `Bearer ${ingestToken}`;
        return otherScope ? '403 Forbidden' : '401 Unauthorized';
      };
      const status = request.url === '/v1/ide' ? refused() : '404 Not Found';
      // A client may have enough before it has read all.
      socket.on('error', () => {});
      const body = status?.startsWith('403') ? scopeError : '';
      if (status !== null) {
        return socket.end(`HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data) => {
          const subscription = decodeIdeMessage(JSON.parse(data.toString()));
          subscriptions.push(subscription);
          sendFunctions(subscription);
        });
        webSocket.send(
          JSON.stringify({ type: 'welcome', protocol, collectorVersion: '0.1.0', longestWindowSeconds: 7_776_000 }),
        );
        webSocket.send(JSON.stringify({ type: 'catalog', services }));
        if (alerts) webSocket.send(JSON.stringify({ type: 'alerts', alerts }));
        if (errors.length > 0) webSocket.send(JSON.stringify({ type: 'lastErrors', errors }));
      });
    });
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    port = (http.address() as AddressInfo).port;
    running = { http, sockets };
  }

  async function stop() {
    const stopping = running;
    running = null;
    if (!stopping) return;
    for (const socket of stopping.sockets.clients) socket.terminate();
    await new Promise((resolve) => stopping.http.close(resolve));
  }

  await start();
  // A test that fails half way must not leave it listening.
  after(stop);
  return {
    url: `http://127.0.0.1:${port}`,
    subscriptions,
    tell(nowServices, nowFunctions) {
      services = nowServices;
      functions = nowFunctions;
      send({ type: 'catalog', services });
      const latest = subscriptions.at(-1);
      if (latest) sendFunctions(latest);
    },
    alert(now) {
      alerts = now;
      send({ type: 'alerts', alerts });
    },
    fail(now) {
      errors = now;
      send({ type: 'lastErrors', errors });
    },
    requests,
    subscribed: (count) =>
      eventually(`${count} subscriptions`, () =>
        subscriptions.length >= count ? subscriptions[count - 1] : undefined,
      ),
    stop,
    start,
  };
}
