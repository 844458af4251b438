// Puts the parts together and opens the port; and takes it all down again in the order that loses nothing.

import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { IDE_LIMITS, SENSOR_LIMITS } from '@prodlens/protocol';
import { type Logger, pino } from 'pino';
import { ProdlensError } from './errors.js';
import { isLoopback } from './http/authorize.js';
import { createIdeFeed } from './http/ide-feed.js';
import { createServer } from './http/server.js';
import { type SocketEndpoint, serveSockets } from './http/upgrade.js';
import { createGroupCommit } from './ingest/group-commit.js';
import { createMeasuringSwitch } from './ingest/measuring-switch.js';
import { acceptSensor } from './ingest/sensor-session.js';
import { createSourceMaps } from './ingest/source-maps.js';
import { createQuery } from './query/query.js';
import { createRetentionSweep } from './store/retention-sweep.js';
import { lockDataFolder } from './store/sqlite/open-database.js';
import { openSqliteStore } from './store/sqlite/sqlite-store.js';
import type { Store } from './store/store.js';

export interface CollectorOptions {
  /** Folder of the embedded store; made when it is missing. */
  dataDir: string;
  /** Default 4790; 0 takes a free one. */
  port?: number;
  /** Default 127.0.0.1. Another than loopback needs a token in the store. */
  host?: string;
  /** Default: silent. */
  log?: Logger;
}

export interface Collector {
  url: string;
  /** Absolute. */
  dataDir: string;
  /** Whether requests need a token; at the start. */
  needsToken: boolean;
  /** Finishes what is being committed, closes every connection, then the store. */
  close(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 10 * 60_000;

/** Rejects with a ProdlensError when the folder or the port cannot be had. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { port = 4790, host = '127.0.0.1', log = pino({ level: 'silent' }) } = options;
  const dataDir = resolve(options.dataDir);
  const unlock = lockDataFolder(dataDir);
  let store: Store | undefined;
  try {
    store = openSqliteStore(dataDir);
    return await run(store);
  } catch (error) {
    await store?.close();
    unlock();
    throw error;
  }

  async function run(store: Store): Promise<Collector> {
    const needsToken = await store.hasTokens();
    if (!needsToken && !isLoopback(host)) {
      throw new ProdlensError(
        'PRODLENS_ERR_TOKEN_NEEDED',
        `Listening on ${host} needs a token, or anybody could read and write. Make one first: ` +
          `prodlens token create --scope ingest --data "${dataDir}" ` +
          '(prodlens is this program; in a checkout it is called as node collector/dist/cli.js)',
      );
    }
    const sweepOld = createRetentionSweep(store);
    await sweepOld();

    const query = createQuery(store);
    const commits = createGroupCommit(store);
    const feed = createIdeFeed(query, log);
    const measuring = await createMeasuringSwitch(store, Date.now);
    const sourceMaps = createSourceMaps(store);
    const app = createServer({ store, query, measuring, sourceMaps, log });
    const session = { store, commits, measuring, sourceMaps, log, changed: feed.changed, now: Date.now };
    const sockets = serveSockets(
      app.server,
      new Map<string, SocketEndpoint>([
        [
          '/v1/sensor',
          { scope: 'ingest', frameBytes: SENSOR_LIMITS.frameBytes, accept: (socket) => acceptSensor(socket, session) },
        ],
        ['/v1/ide', { scope: 'read', frameBytes: IDE_LIMITS.frameBytes, accept: feed.accept }],
      ]),
      { store, log },
    );
    const sweep = setInterval(() => {
      sweepOld().catch((error: unknown) => log.error({ err: error }, 'the retention sweep failed'));
    }, SWEEP_INTERVAL_MS);

    async function stop(): Promise<void> {
      clearInterval(sweep);
      await commits.drain();
      await sockets.close();
      await commits.drain();
      await feed.close();
      await app.close();
    }

    try {
      await app.listen({ port, host });
    } catch (cause) {
      await stop();
      throw listenError(cause, host, port);
    }
    let closed: Promise<void> | undefined;
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${(app.server.address() as AddressInfo).port}`,
      dataDir,
      needsToken,
      close() {
        closed ??= stop().then(async () => {
          await store.close();
          unlock();
        });
        return closed;
      },
    };
  }
}

function listenError(cause: unknown, host: string, port: number): ProdlensError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === 'EADDRINUSE'
    ? new ProdlensError(
        'PRODLENS_ERR_PORT_IN_USE',
        `Port ${port} on ${host} is taken, perhaps by another collector: choose one with --port, or 0 for any`,
        { cause },
      )
    : new ProdlensError('PRODLENS_ERR_LISTEN', `Cannot listen on ${host}:${port}: ${message}`, { cause });
}
