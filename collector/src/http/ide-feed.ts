// What language servers are told over /v1/ide: the catalog, and the functions of the files that they subscribe to.
// Everything is pushed, and only when it differs from what that socket was told last: after commits at most once a
// second, and every 15 s because the window slides even when nothing arrives.

import { createHash } from 'node:crypto';
import {
  type CollectorToIde,
  DecodeError,
  decodeIdeMessage,
  IDE_PROTOCOL,
  type IdeFunctions,
  type IdeSubscribe,
} from '@prodlens/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { groupBy } from '../query/group-by.js';
import type { Query } from '../query/query.js';
import { COLLECTOR_VERSION } from '../version.js';

const PUSH_INTERVAL_MS = 1_000;
const SLIDE_INTERVAL_MS = 15_000;
/** A socket with more than this unsent is left out until it has caught up. */
const UNSENT_BYTES = 4 * 1024 * 1024;

interface Client {
  socket: WebSocket;
  subscription: IdeSubscribe | null;
  /** Digest of what was sent last, by subject. */
  told: Map<string, string>;
}

export interface IdeFeed {
  accept(socket: WebSocket): void;
  /** Names or numbers of the service have changed. */
  changed(service: string, what: 'names' | 'numbers'): void;
  close(): Promise<void>;
}

export function createIdeFeed(query: Query, log: Logger): IdeFeed {
  const clients = new Set<Client>();
  const stale = new Set<string>();
  let catalogIsStale = false;
  let timer: NodeJS.Timeout | null = null;
  let lastPushMs = 0;
  /** Pushes run one after the other, so a client never gets an older answer after a newer one. */
  let queue: Promise<void> = Promise.resolve();

  function enqueue(push: () => Promise<void>): void {
    queue = queue.then(push).catch((error: unknown) => log.error({ err: error }, 'a push to editors failed'));
  }

  async function pushStale(): Promise<void> {
    const services = new Set(stale);
    const newNames = catalogIsStale;
    stale.clear();
    catalogIsStale = false;
    if (newNames && clients.size > 0) await pushCatalog([...clients]);
    for (const client of clients) await pushFunctions(client, (service) => services.has(service));
  }

  async function pushCatalog(to: Client[]): Promise<void> {
    const catalog = JSON.stringify({ type: 'catalog', services: await query.catalog() } satisfies CollectorToIde);
    for (const client of to) tell(client, 'catalog', catalog);
  }

  async function pushFunctions(client: Client, isStale: (service: string) => boolean): Promise<void> {
    const { subscription } = client;
    if (subscription === null || client.socket.bufferedAmount > UNSENT_BYTES) return;
    const { windowSeconds } = subscription;
    for (const [service, items] of groupBy(subscription.files, (item) => item.service)) {
      if (!isStale(service)) continue;
      const files = [...new Set(items.map(({ file }) => file))];
      const { functions } = await query.functions({ service, files, windowSeconds }, { sort: 'name' });
      const byFile = groupBy(functions, ({ file }) => file);
      for (const file of files) {
        if (client.subscription !== subscription) return;
        const message: IdeFunctions = {
          type: 'functions',
          service,
          file,
          windowSeconds,
          functions: byFile.get(file) ?? [],
        };
        tell(client, JSON.stringify([service, file]), JSON.stringify(message));
      }
    }
  }

  function tell({ socket, told }: Client, subject: string, message: string): void {
    const digest = createHash('sha1').update(message).digest('base64');
    if (told.get(subject) === digest || socket.readyState !== socket.OPEN) return;
    told.set(subject, digest);
    socket.send(message);
  }

  function receive(client: Client, data: string): void {
    try {
      client.subscription = decodeIdeMessage(JSON.parse(data));
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof SyntaxError)) throw error;
      const message = error instanceof DecodeError ? error.message : 'The message is not JSON';
      send(client.socket, { type: 'error', code: 'PRODLENS_ERR_MESSAGE', message });
      return;
    }
    const catalog = client.told.get('catalog');
    client.told = new Map(catalog === undefined ? [] : [['catalog', catalog]]);
    enqueue(() => pushFunctions(client, () => true));
  }

  const slide = setInterval(() => {
    for (const client of clients) enqueue(() => pushFunctions(client, () => true));
  }, SLIDE_INTERVAL_MS);

  return {
    accept(socket) {
      const client: Client = { socket, subscription: null, told: new Map() };
      clients.add(client);
      socket.on('close', () => clients.delete(client));
      socket.on('error', (error) => log.debug({ err: error }, 'editor socket failed'));
      socket.on('message', (data) => receive(client, String(data)));
      send(socket, { type: 'welcome', protocol: IDE_PROTOCOL, collectorVersion: COLLECTOR_VERSION });
      enqueue(() => pushCatalog([client]));
    },

    changed(service, what) {
      stale.add(service);
      if (what === 'names') catalogIsStale = true;
      timer ??= setTimeout(
        () => {
          timer = null;
          lastPushMs = performance.now();
          enqueue(pushStale);
        },
        Math.max(0, lastPushMs + PUSH_INTERVAL_MS - performance.now()),
      );
    },

    async close() {
      clearInterval(slide);
      if (timer !== null) clearTimeout(timer);
      await queue;
    },
  };
}

function send(socket: WebSocket, message: CollectorToIde): void {
  socket.send(JSON.stringify(message));
}
