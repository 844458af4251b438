// What language servers are told over /v1/ide: the catalog, and the functions of the files that they subscribe to.
// Everything is pushed, and only when it differs from what that socket was told last: after commits at most once a
// second, and every 15 s because the window slides even when nothing arrives.

import { createHash } from 'node:crypto';
import {
  type Alert,
  type CollectorToIde,
  DecodeError,
  decodeIdeMessage,
  type FunctionStats,
  type FunctionTrend,
  IDE_ALERTS,
  IDE_PROTOCOL,
  type IdeFile,
  type IdeFunctions,
  type IdeSubscribe,
  type LastError,
} from '@prodlens/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { giveWay } from '../pace.js';
import { groupBy } from '../query/group-by.js';
import type { Query } from '../query/query.js';
import { LONGEST_WINDOW_SECONDS } from '../query/time/window-range.js';
import { COLLECTOR_VERSION } from '../version.js';

/** Files of a service in one question: enough that the store keeps their sums, few enough that others need not wait. */
const FILES_AT_ONCE = 32;

const PUSH_INTERVAL_MS = 1_000;
const SLIDE_INTERVAL_MS = 15_000;
/** A socket with more than this unsent is left out until it has caught up. */
const UNSENT_BYTES = 4 * 1024 * 1024;

/** Names the catalog among the subjects; files are named by fileSubject. */
const CATALOG = 'catalog';
const ALERTS = 'alerts';
const LAST_ERRORS = 'last errors';
/** Subjects that no client subscribes to. */
const OF_ALL = new Set([CATALOG, ALERTS, LAST_ERRORS]);

const NO_TREND: FunctionTrend = { partSeconds: 0, calls: [], errors: [], p95Ns: [] };

interface Client {
  socket: WebSocket;
  windowSeconds: number;
  functionsAMessage: number;
  /** Subscribed files, by subject. */
  files: Map<string, IdeFile>;
  /** Subjects that may differ from what was sent last. */
  stale: Set<string>;
  /** Digest of what was sent last, by subject. */
  told: Map<string, string>;
}

export interface IdeFeed {
  accept(socket: WebSocket): void;
  /** Names or numbers of the service have changed. */
  changed(service: string, what: 'names' | 'numbers'): void;
  /** An alert has opened, changed or closed. */
  alertsChanged(): void;
  /** Something went wrong in a service, and was captured. */
  captured(): void;
  close(): Promise<void>;
}

/** `slideMs`: how often all that is shown is looked at again. */
export function createIdeFeed(
  query: Query,
  log: Logger,
  { slideMs = SLIDE_INTERVAL_MS, alerts = () => [] as Alert[], lastErrors = async () => [] as LastError[] } = {},
): IdeFeed {
  const clients = new Set<Client>();
  const changedServices = new Set<string>();
  let catalogChanged = false;
  let errorsChanged = false;
  let timer: NodeJS.Timeout | null = null;
  let lastPushMs = 0;
  let closed = false;
  let wanted = false;
  let running: Promise<void> | null = null;

  /** One loop pushes for all, so a client never gets an older answer after a newer one, and nothing queues up. */
  function wake(): void {
    wanted = true;
    running ??= run();
  }

  async function run(): Promise<void> {
    while (wanted && !closed) {
      wanted = false;
      await pushTo(
        [...clients].filter(({ stale }) => stale.has(CATALOG)),
        pushCatalog,
      );
      await pushTo(
        [...clients].filter(({ stale }) => stale.has(ALERTS)),
        pushAlerts,
      );
      await pushTo(
        [...clients].filter(({ stale }) => stale.has(LAST_ERRORS)),
        pushLastErrors,
      );
      for (const client of clients) await pushTo([client], pushFiles);
    }
    running = null;
  }

  /** Leaves out who is gone or has not caught up; what those missed stays stale. */
  async function pushTo(asked: Client[], push: (to: Client[]) => Promise<void>): Promise<void> {
    await giveWay();
    const to = asked.filter(isReady);
    if (to.length === 0 || closed) return;
    await push(to).catch((error: unknown) => log.error({ err: error }, 'a push to editors failed'));
  }

  async function pushCatalog(to: Client[]): Promise<void> {
    for (const { stale } of to) stale.delete(CATALOG);
    const catalog = JSON.stringify({ type: 'catalog', services: await query.catalog() } satisfies CollectorToIde);
    for (const client of to) tell(client, CATALOG, catalog);
  }

  async function pushAlerts(to: Client[]): Promise<void> {
    for (const { stale } of to) stale.delete(ALERTS);
    const shown = alerts().slice(0, IDE_ALERTS);
    const message = JSON.stringify({ type: 'alerts', alerts: shown } satisfies CollectorToIde);
    tellUnlessNone(to, ALERTS, shown.length, message);
  }

  async function pushLastErrors(to: Client[]): Promise<void> {
    for (const { stale } of to) stale.delete(LAST_ERRORS);
    const errors = await lastErrors();
    const message = JSON.stringify({ type: 'lastErrors', errors } satisfies CollectorToIde);
    tellUnlessNone(to, LAST_ERRORS, errors.length, message);
  }

  /** Who was told of none need not hear that there is none. */
  function tellUnlessNone(to: Client[], subject: string, count: number, message: string): void {
    for (const client of to) if (count > 0 || client.told.has(subject)) tell(client, subject, message);
  }

  async function pushFiles([client]: Client[]): Promise<void> {
    const { windowSeconds, stale, files: subscribed } = client!;
    const due = [...stale].flatMap((subject) => subscribed.get(subject) ?? []);
    const batches = [...groupBy(due, (item) => item.service)].flatMap(([service, items]) =>
      Array.from({ length: Math.ceil(items.length / FILES_AT_ONCE) }, (_, i) => ({
        service,
        items: items.slice(i * FILES_AT_ONCE, (i + 1) * FILES_AT_ONCE),
      })),
    );
    for (const { service, items } of batches) {
      const files = items.map(({ file }) => file);
      for (const item of items) stale.delete(fileSubject(item));
      const { functions } = await query.functions({ service, files, windowSeconds }, { sort: 'name' });
      const byFile = groupBy(functions, ({ file }) => file);
      for (const file of files) {
        await giveWay();
        const subject = fileSubject({ service, file });
        // A subscribe may have come meanwhile; what it added is stale already.
        if (client!.windowSeconds !== windowSeconds) return;
        if (!client!.files.has(subject)) continue;
        if (!isReady(client!)) {
          stale.add(subject);
          continue;
        }
        const found = byFile.get(file) ?? [];
        const message: IdeFunctions = { type: 'functions', service, file, windowSeconds, functions: found };
        const inTime = JSON.stringify({ ...message, functions: found.map(atItsTimes) });
        tell(client!, subject, inTime, () => inParts(message, client!.functionsAMessage));
      }
    }
  }

  /** Not again what says the same as before. Messages belong together; the next client's or file's come behind them. */
  function tell({ socket, told }: Client, subject: string, says: string, messages = () => [says]): void {
    const digest = createHash('sha1').update(says).digest('base64');
    if (told.get(subject) === digest || socket.readyState !== socket.OPEN) return;
    told.set(subject, digest);
    for (const message of messages()) socket.send(message);
  }

  /** Only what is new to the subscription becomes stale: the language server keeps what it was told of the rest. */
  function subscribe(client: Client, { windowSeconds, files, functionsAMessage }: IdeSubscribe): void {
    const before = windowSeconds === client.windowSeconds ? client.files : new Map<string, IdeFile>();
    client.files = new Map(files.map((file) => [fileSubject(file), file]));
    client.windowSeconds = windowSeconds;
    client.functionsAMessage = functionsAMessage ?? Number.POSITIVE_INFINITY;
    for (const subject of client.told.keys()) {
      if (!OF_ALL.has(subject) && !(before.has(subject) && client.files.has(subject))) client.told.delete(subject);
    }
    for (const subject of client.files.keys()) if (!before.has(subject)) client.stale.add(subject);
    for (const subject of client.stale) {
      if (!OF_ALL.has(subject) && !client.files.has(subject)) client.stale.delete(subject);
    }
    wake();
  }

  function receive(client: Client, data: string): void {
    let message: IdeSubscribe;
    try {
      message = decodeIdeMessage(JSON.parse(data));
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof SyntaxError)) throw error;
      const said = error instanceof DecodeError ? error.message : 'The message is not JSON';
      send(client.socket, { type: 'error', code: 'PRODLENS_ERR_MESSAGE', message: said });
      return;
    }
    subscribe(client, message);
  }

  function markChanged(): void {
    for (const { files, stale } of clients) {
      if (catalogChanged) stale.add(CATALOG);
      if (errorsChanged) stale.add(LAST_ERRORS);
      for (const [subject, { service }] of files) if (changedServices.has(service)) stale.add(subject);
    }
    changedServices.clear();
    catalogChanged = false;
    errorsChanged = false;
  }

  function pushSoon(): void {
    timer ??= setTimeout(
      () => {
        timer = null;
        lastPushMs = performance.now();
        markChanged();
        wake();
      },
      Math.max(0, lastPushMs + PUSH_INTERVAL_MS - performance.now()),
    );
  }

  const slide = setInterval(() => {
    for (const { files, stale } of clients) for (const subject of files.keys()) stale.add(subject);
    wake();
  }, slideMs);

  return {
    accept(socket) {
      const client: Client = {
        socket,
        windowSeconds: 0,
        functionsAMessage: Number.POSITIVE_INFINITY,
        files: new Map(),
        stale: new Set(OF_ALL),
        told: new Map(),
      };
      clients.add(client);
      socket.on('close', () => clients.delete(client));
      socket.on('error', (error) => log.debug({ err: error }, 'editor socket failed'));
      socket.on('message', (data) => receive(client, String(data)));
      send(socket, {
        type: 'welcome',
        protocol: IDE_PROTOCOL,
        collectorVersion: COLLECTOR_VERSION,
        longestWindowSeconds: LONGEST_WINDOW_SECONDS,
      });
      wake();
    },

    changed(service, what) {
      changedServices.add(service);
      if (what === 'names') catalogChanged = true;
      pushSoon();
    },

    captured() {
      errorsChanged = true;
      pushSoon();
    },

    alertsChanged() {
      for (const { stale } of clients) stale.add(ALERTS);
      wake();
    },

    async close() {
      closed = true;
      clearInterval(slide);
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

/** One text, or as many as it takes for each to hold no more functions than may be. */
function inParts(message: IdeFunctions, most: number): string[] {
  const count = Math.ceil(message.functions.length / most);
  if (count <= 1) return [JSON.stringify(message)];
  return Array.from({ length: count }, (_, index) => {
    const functions = message.functions.slice(index * most, (index + 1) * most);
    return JSON.stringify({ ...message, functions, part: { index, count } } satisfies IdeFunctions);
  });
}

/**
 * With the trend's parts that have calls at the times that they are of: the same while the window only slides over them,
 * which editors do by themselves.
 */
function atItsTimes({ trend, ...stats }: FunctionStats) {
  const { startUnixMs = 0, partSeconds, calls, errors, p95Ns } = trend ?? NO_TREND;
  const parts = calls.flatMap((count, i) =>
    count > 0 || errors[i]! > 0 ? [[startUnixMs + i * partSeconds * 1_000, count, errors[i], p95Ns[i]]] : [],
  );
  return { ...stats, parts };
}

function isReady({ socket }: Client): boolean {
  return socket.readyState === socket.OPEN && socket.bufferedAmount <= UNSENT_BYTES;
}

function fileSubject({ service, file }: IdeFile): string {
  return JSON.stringify([service, file]);
}

function send(socket: WebSocket, message: CollectorToIde): void {
  socket.send(JSON.stringify(message));
}
