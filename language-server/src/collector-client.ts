// One WebSocket to the collector's /v1/ide, kept up: it reconnects with back-off, subscribes again to what was
// subscribed, and notices a peer that went away without a word. It passes on what is pushed and keeps nothing of it.

import {
  type CollectorToIde,
  type FunctionStats,
  IDE_PROTOCOL,
  type IdeAlerts,
  type IdeCatalog,
  type IdeFile,
  type IdeFunctions,
  type IdeLastErrors,
} from '@prodlens/protocol';
import { WebSocket } from 'ws';

/** unauthorised and unreachable last until a connection works again: the tries between do not show. */
export type CollectorState = 'connecting' | 'connected' | 'unauthorised' | 'unreachable';

export interface CollectorStatus {
  state: CollectorState;
  /** One sentence for a person. */
  message: string;
}

export interface CollectorEvents {
  status(status: CollectorStatus): void;
  /** `texts` are the messages as they came: of a file's functions one or more. */
  functions(functions: IdeFunctions, texts: string[]): void;
  catalog(catalog: IdeCatalog, text: string): void;
  alerts(alerts: IdeAlerts, text: string): void;
  lastErrors(errors: IdeLastErrors): void;
}

export interface CollectorClient {
  /** Replaces what was subscribed; asks for all of it again even if it is the same. */
  subscribe(windowSeconds: number, files: IdeFile[]): void;
  /** Tries at once instead of after the back-off. */
  reconnect(): void;
  close(): void;
}

export const DEFAULT_URL = 'http://127.0.0.1:4790';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 30_000;
const HANDSHAKE_MS = 10_000;
const PING_MS = 30_000;
const MAXIMUM_PAYLOAD_BYTES = 64 * 1024 * 1024;
/** So that reading one message holds up nothing that a person waits for. */
const FUNCTIONS_A_MESSAGE = 250;
const MAXIMUM_REFUSAL_CHARACTERS = 64 * 1024;
/** A token is sent in a header, and has nothing but these. */
const TOKEN = /^[\x21-\x7e]*$/;

/** Never throws: what is wrong with the address or the token is told as status. `url` is the collector's, http or https. */
export function connectToCollector(url: string, givenToken: string, events: CollectorEvents): CollectorClient {
  const token = givenToken.trim();
  let socket: WebSocket | null = null;
  let subscription: string | null = null;
  let welcomed = false;
  let failures = 0;
  let parts: { functions: FunctionStats[]; texts: string[] } = { functions: [], texts: [] };
  let refusal: CollectorStatus | null = null;
  let retryTimer: NodeJS.Timeout | undefined;
  let pingTimer: NodeJS.Timeout | undefined;

  function connect(): void {
    clearTimeout(retryTimer);
    const address = ideAddress(url);
    if (address === null) {
      events.status({ state: 'unreachable', message: `${JSON.stringify(url)} is not an http or https address.` });
      return;
    }
    if (!TOKEN.test(token)) {
      const fault = 'it has characters that no token has; copy all of it again';
      events.status({ state: 'unauthorised', message: `The token for ${url} cannot be sent: ${fault}.` });
      return;
    }
    refusal = null;
    welcomed = false;
    const opened = new WebSocket(address, {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: MAXIMUM_PAYLOAD_BYTES,
    });
    socket = opened;
    opened.on('open', () => keepAlive(opened));
    opened.on('message', (data) => {
      try {
        if (opened !== socket) return;
        const text = data.toString();
        receive(opened, JSON.parse(text) as CollectorToIde, text);
      } catch (error) {
        const what = `sent what this program does not understand: ${(error as Error).message}`;
        events.status({ state: 'connected', message: `The collector at ${url} ${what}.` });
      }
    });
    opened.on('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
        if (body.length > MAXIMUM_REFUSAL_CHARACTERS) response.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => {
        refusal = refusalOf(response.statusCode ?? 0, errorIn(body), url, token !== '');
        opened.terminate();
      });
    });
    opened.on('error', (error) => {
      refusal ??= { state: 'unreachable', message: `No collector at ${url}: ${reasonOf(error)}.` };
    });
    opened.on('close', (code) => {
      clearInterval(pingTimer);
      if (socket !== opened) return;
      socket = null;
      events.status(refusal ?? { state: 'unreachable', message: `The collector at ${url} went away (${code}).` });
      const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++);
      retryTimer = setTimeout(connect, delayMs * (0.75 + Math.random() / 2));
    });
  }

  function receive(from: WebSocket, message: CollectorToIde, text: string): void {
    switch (message.type) {
      case 'welcome':
        if (message.protocol !== IDE_PROTOCOL) {
          const versions = `it speaks protocol ${message.protocol}, this program ${IDE_PROTOCOL}`;
          refusal = { state: 'unreachable', message: `The collector at ${url} is of another version: ${versions}.` };
          from.close();
          return;
        }
        welcomed = true;
        failures = 0;
        events.status({ state: 'connected', message: `Connected to the collector at ${url}.` });
        if (subscription !== null) from.send(subscription);
        return;
      case 'catalog':
        events.catalog(message, text);
        return;
      case 'functions':
        receiveFunctions(message, text);
        return;
      case 'alerts':
        events.alerts(message, text);
        return;
      case 'lastErrors':
        events.lastErrors(message);
        return;
      case 'error':
        refusal = { state: stateOfCode(message.code), message: `The collector at ${url} says: ${message.message}` };
        if (!welcomed) events.status(refusal);
        return;
    }
  }

  /** The messages of one file follow each other; one that does not begin at the first is of a file told before. */
  function receiveFunctions(message: IdeFunctions, text: string): void {
    const { part, ...rest } = message;
    if (!part) {
      events.functions(message, [text]);
      return;
    }
    if (part.index === 0) parts = { functions: [], texts: [] };
    if (part.index !== parts.texts.length) return;
    parts.functions.push(...message.functions);
    parts.texts.push(text);
    if (parts.texts.length < part.count) return;
    const { functions, texts } = parts;
    parts = { functions: [], texts: [] };
    events.functions({ ...rest, functions }, texts);
  }

  function keepAlive(opened: WebSocket): void {
    let answered = true;
    opened.on('pong', () => {
      answered = true;
    });
    pingTimer = setInterval(() => {
      if (!answered) opened.terminate();
      answered = false;
      if (opened.readyState === WebSocket.OPEN) opened.ping();
    }, PING_MS);
  }

  events.status({ state: 'connecting', message: `Connecting to the collector at ${url}.` });
  connect();

  return {
    subscribe(windowSeconds, files) {
      subscription = JSON.stringify({
        type: 'subscribe',
        windowSeconds,
        files,
        functionsAMessage: FUNCTIONS_A_MESSAGE,
      });
      if (welcomed && socket?.readyState === WebSocket.OPEN) socket.send(subscription);
    },
    reconnect() {
      failures = 0;
      if (!socket) connect();
    },
    close() {
      clearTimeout(retryTimer);
      clearInterval(pingTimer);
      const open = socket;
      socket = null;
      open?.on('error', () => {});
      open?.terminate();
    },
  };
}

/** null when the address cannot be that of a collector. */
function ideAddress(url: string): URL | null {
  if (!URL.canParse(url)) return null;
  const address = new URL(url);
  if (address.protocol !== 'http:' && address.protocol !== 'https:') return null;
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/v1/ide`;
  address.search = '';
  address.hash = '';
  return address;
}

interface ErrorBody {
  code: string;
  message: string;
}

function refusalOf(statusCode: number, error: ErrorBody | null, url: string, hasToken: boolean): CollectorStatus {
  const unauthorised = (message: string): CollectorStatus => ({ state: 'unauthorised', message });
  if (statusCode === 401) {
    return unauthorised(
      hasToken
        ? `The collector at ${url} does not accept the token (HTTP 401).`
        : `The collector at ${url} asks for a token.`,
    );
  }
  if (statusCode === 403 && error !== null) {
    const message = `The collector at ${url} refuses: ${error.message.replace(/\.$/, '')} (HTTP 403).`;
    return { state: stateOfCode(error.code), message };
  }
  return { state: 'unreachable', message: `No collector at ${url}: it answers HTTP ${statusCode} to /v1/ide.` };
}

/** The { error: { code, message } } that a collector answers with; null for any other text. */
function errorIn(body: string): ErrorBody | null {
  try {
    const { code, message } = (JSON.parse(body) as { error: Partial<ErrorBody> }).error;
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : null;
  } catch {
    return null;
  }
}

function stateOfCode(code: string): CollectorState {
  return /UNAUTHORI[SZ]ED|FORBIDDEN|TOKEN/.test(code) ? 'unauthorised' : 'unreachable';
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || 'the connection failed';
}
