// Puts the parts together and opens the port; and takes it all down again in the order that loses nothing.

import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { IDE_LIMITS, SENSOR_LIMITS } from '@prodlens/protocol';
import { type Logger, pino } from 'pino';
import { type Alerts, openAlerts, startAlerts } from './alerts/alerts.js';
import { createAudit } from './audit.js';
import { ProdlensError } from './errors.js';
import { isLoopback } from './http/access/authorize.js';
import { createDoorkeeper } from './http/access/doorkeeper.js';
import { createOpenId, readOpenIdSettings } from './http/access/open-id.js';
import { createSessions } from './http/access/sessions.js';
import { createIdeFeed } from './http/ide-feed.js';
import { createServer } from './http/server.js';
import { followTls, readTls, type TlsFiles } from './http/tls.js';
import { type SocketEndpoint, serveSockets } from './http/upgrade.js';
import { createFrameReader } from './ingest/frame-reader.js';
import { createGroupCommit } from './ingest/group-commit.js';
import { createMeasuringSwitch } from './ingest/measuring-switch.js';
import { createQuota } from './ingest/quota.js';
import { acceptSensor } from './ingest/sensor-session.js';
import { createSocketBudget, SOCKET_LIMITS } from './ingest/socket-budget.js';
import { createSourceMaps } from './ingest/source-maps.js';
import { createMetrics, fileSizes, timed } from './metrics.js';
import { createSpanIngest } from './otlp/ingest-spans.js';
import { createForensics } from './query/forensics.js';
import { createQuery } from './query/query.js';
import { createViewQuery } from './query/views.js';
import { openStore } from './store/open-store.js';
import { createRetentionSweep } from './store/retention-sweep.js';
import { lockDataFolder } from './store/sqlite/open-database.js';
import type { Store } from './store/store.js';
import { TOKEN_LIMITS, type TokenLimits } from './token-limits.js';

export interface CollectorOptions {
  /** Folder of the embedded store, and of what a collector keeps by itself; made when it is missing. */
  dataDir: string;
  /** clickhouse://user:password@host:port/database; default: null, embedded. */
  store?: string | null;
  /** Default 4790; 0 takes a free one. */
  port?: number;
  /** Default 127.0.0.1. Another than loopback needs a token in the store. */
  host?: string;
  /** Default: plain HTTP. */
  tls?: TlsFiles | null;
  /** Instead of TOKEN_LIMITS. */
  limits?: Partial<TokenLimits>;
  /** Default: silent. */
  log?: Logger;
  /** Since the Unix epoch; default: the system's. */
  now?: () => number;
  /** How long a sensor may take to say hello; default 30 s. */
  helloMs?: number;
  /** How often alerts are looked after, ms; 0: when `runAlerts` is called. */
  alerts?: { everyMs: number };
  /** Where PRODLENS_OIDC_… is read from; default: the process's environment. */
  env?: NodeJS.ProcessEnv;
}

export interface Collector {
  url: string;
  /** Absolute. */
  dataDir: string;
  /** Whether requests need a token; at the start. */
  needsToken: boolean;
  /** Looks after everything about alerts that is due now. */
  runAlerts(): Promise<void>;
  /** Finishes what is being committed, closes every connection, then the store. */
  close(): Promise<void>;
}

const SWEEP_INTERVAL_MS = 10 * 60_000;
/** How soon what another collector was told is told to sensors here. */
const FOLLOW_INTERVAL_MS = 5_000;
const HELLO_MS = 30_000;

/** Rejects with a ProdlensError when the folder or the port cannot be had. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { port = 4790, host = '127.0.0.1', tls = null, log = pino({ level: 'silent' }) } = options;
  const { now = Date.now, helloMs = HELLO_MS } = options;
  const limits = { ...TOKEN_LIMITS, ...options.limits };
  const dataDir = resolve(options.dataDir);
  const unlock = lockDataFolder(dataDir);
  let store: Store | undefined;
  /** Ends what was started so far, but for the store. */
  let stop = async () => {};
  try {
    store = await openStore(dataDir, options.store ?? null, (err) =>
      log.error({ err }, 'what was received cannot be brought to its tables: the journal keeps it, it is tried again'),
    );
    return await run(store);
  } catch (error) {
    await stop();
    await store?.close();
    unlock();
    throw error;
  }

  async function run(store: Store): Promise<Collector> {
    const openIdSettings = readOpenIdSettings(options.env ?? process.env);
    const hasTokens = await store.hasTokens();
    const needsToken = hasTokens || openIdSettings !== null;
    if (!hasTokens && !isLoopback(host)) {
      throw new ProdlensError(
        'PRODLENS_ERR_TOKEN_NEEDED',
        `Listening on ${host} needs a token, or anybody could read and write. Make one first: ` +
          `prodlens token create --scope ingest --data "${dataDir}" ` +
          '(prodlens is this program; in a checkout it is called as node collector/dist/cli.js)',
      );
    }
    const certificate = tls && readTls(tls);
    // Reads the journal that a killed collector has left, before anybody asks.
    await store.check();
    const sweepOld = createRetentionSweep(store, { wallMs: now, monotonicMs: () => performance.now() });

    const metrics = createMetrics();
    const opened = openAlerts(dataDir, now, () => feed.alertsChanged());
    const query = timed(createQuery(store, now, opened.desk.regressionOf), metrics);
    const forensics = createForensics(store);
    const commits = createGroupCommit(store, log);
    const reader = createFrameReader();
    const feed = createIdeFeed(query, log, {
      alerts: () => opened.desk.list().filter(({ state }) => state !== 'closed'),
      lastErrors: forensics.lastErrors,
    });
    const alertsChanged = () => feed.alertsChanged();
    const alerts = startAlerts({ ...opened, store, query, log, now, changed: alertsChanged, ...options.alerts });
    const stopBehind = async () => {
      await reader.close();
      await alerts.close();
      await feed.close();
    };
    stop = stopBehind;
    const measuring = await createMeasuringSwitch(store, now, (service) => feed.changed(service, 'names'));
    const sourceMaps = createSourceMaps(store);
    const quota = createQuota(store, limits);
    const openId = openIdSettings && createOpenId(openIdSettings, now);
    const sessions = createSessions(store, openId?.fingerprint ?? '', now);
    const isOpen = isLoopback(host) && openIdSettings === null;
    const door = createDoorkeeper(store, limits, isOpen, sessions);
    const audit = createAudit(dataDir, now);
    const socketBudget = createSocketBudget({ ...SOCKET_LIMITS, bytesPerSecond: limits.socketBytesPerSecond });
    metrics.gauge('prodlens_ingest_waiting_windows', 'Windows that are not durable yet.', commits.waiting);
    metrics.gauge(
      'prodlens_ingest_waiting_bytes',
      'Bytes of messages that wait to be handled.',
      socketBudget.waitingBytes,
    );
    metrics.gauge('prodlens_alerts', 'Alerts that are not closed.', opened.desk.counts, 'state');
    metrics.gauge('prodlens_dead_letters', 'Messages about alerts that could not be sent.', opened.book.deadCount);
    metrics.gauge('prodlens_memory_bytes', 'Bytes of memory, by what has them.', () => memoryBytes(alerts), 'part');
    metrics.gauge('prodlens_store_bytes', 'Bytes of each file of the data folder.', () => fileSizes(dataDir), 'file');

    const unready = () =>
      store.check().then(
        () => null,
        (cause: Error) => `The store cannot be written: ${cause.message}`,
      );

    const changed = (service: string, what: 'names' | 'numbers') => {
      feed.changed(service, what);
      if (what === 'numbers') alerts.numbersChanged();
    };
    const spans = createSpanIngest({ store, commits, quota, metrics, changed, now });
    const parts = {
      door,
      query,
      views: timed(createViewQuery(store, query, now), metrics),
      forensics,
      measuring,
      sourceMaps,
      alerts: { ...alerts, now },
      settings: { dataDir, alertSettings: opened.settings, limits, tokens: store },
      signIn: { sessions, openId },
      spans,
      audit,
      metrics,
      unready,
      log,
    };
    const app = await createServer({ ...parts, tls: certificate });
    const unfollowTls = tls ? followTls(app.server as TlsServer, tls, log) : () => {};
    const session = {
      ...{ store, commits, reader, measuring, thresholds: alerts.thresholds, sourceMaps, quota, metrics, log },
      ...{ helloMs, changed, captured: feed.captured, now },
    };
    const sockets = serveSockets(
      app.server,
      new Map<string, SocketEndpoint>([
        [
          '/v1/sensor',
          {
            scope: 'ingest',
            frameBytes: SENSOR_LIMITS.frameBytes,
            accept: (socket, opened) => acceptSensor(socket, opened, session),
          },
        ],
        ['/v1/ide', { scope: 'read', frameBytes: IDE_LIMITS.frameBytes, accept: feed.accept }],
      ]),
      { store, door, socketBudget, metrics, socketsOfToken: limits.sockets, log },
    );
    const sweep = setInterval(() => {
      sweepOld().catch((error: unknown) => log.error({ err: error }, 'the retention sweep failed'));
    }, SWEEP_INTERVAL_MS);

    const follow = setInterval(() => {
      measuring.reload().catch((error: unknown) => log.error({ err: error }, 'the rules could not be read'));
    }, FOLLOW_INTERVAL_MS);

    stop = async () => {
      clearInterval(sweep);
      clearInterval(follow);
      unfollowTls();
      await commits.drain();
      await sockets.close();
      await commits.drain();
      await stopBehind();
      await app.close();
    };

    try {
      await app.listen({ port, host });
    } catch (cause) {
      throw listenError(cause, host, port);
    }
    let closed: Promise<void> | undefined;
    return {
      url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${(app.server.address() as AddressInfo).port}`,
      dataDir,
      needsToken,
      runAlerts: alerts.run,
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

/** The main thread's objects and its buffers, of which the sums of the current minutes are most; what detection remembers. */
function memoryBytes(alerts: Alerts): Record<string, number> {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, detection: alerts.rememberedBytes() };
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
