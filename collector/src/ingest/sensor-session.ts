// One sensor's socket: hello, functions, windows in; welcome, configure, acks, at most one error out. The messages of a
// socket are handled one after the other, in order. A fault of the sensor ends its own session and nothing else; a fault
// of the store ends it too, without an ack, so that the sensor sends the window again.

import type {
  CollectorToSensor,
  SensorEndpoint,
  SensorFunction,
  SensorHello,
  SensorSnapshot,
} from '@prodlens/protocol';
import { ENDPOINT_LIMITS, SENSOR_PROTOCOL } from '@prodlens/protocol';
import { pack } from 'msgpackr';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Thresholds } from '../alerts/watch/thresholds.js';
import { type ErrorCode, ProdlensError } from '../errors.js';
import { checkPlace } from '../http/access/authorize.js';
import type { Metrics } from '../metrics.js';
import { createNumbering } from '../numbering.js';
import { createTurns } from '../pace.js';
import type { Store, Token } from '../store/store.js';
import { COLLECTOR_VERSION } from '../version.js';
import { type FrameReader, type FrameSession, looksLikeWindow } from './frame-reader.js';
import type { GroupCommit } from './group-commit.js';
import type { MeasuringSwitch } from './measuring-switch.js';
import { originalSnapshot } from './original-snapshot.js';
import type { Quota } from './quota.js';
import { decodeSensorFrame } from './sensor-frame.js';
import { keepSnapshot } from './snapshot-intake.js';
import type { Reading } from './socket-budget.js';
import type { SessionMapper, SourceMaps } from './source-maps.js';

export interface SensorSessionOptions {
  store: Store;
  commits: GroupCommit;
  reader: FrameReader;
  measuring: MeasuringSwitch;
  thresholds: Pick<Thresholds, 'follow'>;
  sourceMaps: SourceMaps;
  quota: Quota;
  metrics: Metrics;
  log: Logger;
  /** How long a sensor may take to say hello. */
  helloMs: number;
  /** Called after names or numbers of a service have become durable. */
  changed: (service: string, what: 'names' | 'numbers') => void;
  /** Called after a snapshot has become durable. */
  captured: () => void;
  now: () => number;
}

/** Functions one session may name. */
export const SESSION_FUNCTIONS = 262_144;

const CLOSE_POLICY = 1008;
const CLOSE_INTERNAL = 1011;

/** Names take milliseconds to read: of all that arrive at once, one message is begun in a turn of the event loop. */
const turn = createTurns();

/** `token`: null where none is needed. */
export function acceptSensor(
  socket: WebSocket,
  { token, reading }: { token: Token | null; reading: Reading },
  options: SensorSessionOptions,
): void {
  const {
    store,
    commits,
    reader,
    measuring,
    thresholds,
    sourceMaps,
    quota,
    metrics,
    log,
    helloMs,
    changed,
    captured,
    now,
  } = options;
  let hello: SensorHello | null = null;
  let originals: SessionMapper;
  let deploymentId = 0;
  let isMeasured = true;
  /** What the last window said that runs unmeasured, as JSON. */
  let leftOut = 'null';
  /** The sensor's numbers of what it has named. */
  const functions = createNumbering();
  const endpoints = new Set<number>();
  let frames: FrameSession | null = null;
  let previous: Promise<void> = Promise.resolve();

  socket.on('message', (data: Buffer, isBinary) => {
    const receivedUnixMs = now();
    const handled = reading.waits(data.length);
    metrics.ingestBytes.inc({ source: 'sensor' }, data.length);
    previous = previous.then(async () => {
      await turn('short');
      if (socket.readyState === socket.OPEN) await handle(data, isBinary, receivedUnixMs).catch(end);
      handled();
    });
  });
  const silence = setTimeout(() => {
    end(new ProdlensError('PRODLENS_ERR_MESSAGE_ORDER', `no hello within ${helloMs / 1_000} s`));
  }, helloMs);
  socket.once('close', () => clearTimeout(silence));
  // An oversized or malformed WebSocket frame: ws closes the socket itself.
  socket.on('error', (error) => log.debug({ err: error }, 'sensor socket failed'));

  async function handle(data: Buffer, isBinary: boolean, receivedUnixMs: number): Promise<void> {
    if (hello !== null && isBinary && looksLikeWindow(data)) return commit(hello, data, receivedUnixMs);
    const message = decodeSensorFrame(data, isBinary);
    if (message.type === 'hello') return open(message, receivedUnixMs);
    if (hello === null) throw new ProdlensError('PRODLENS_ERR_MESSAGE_ORDER', `${message.type} before hello`);
    switch (message.type) {
      case 'functions':
        return define(hello, message.functions);
      case 'endpoints':
        return defineEndpoints(message.endpoints);
      case 'snapshot':
        return keep(hello, message, receivedUnixMs);
      default:
        return commit(hello, data, receivedUnixMs);
    }
  }

  async function open(message: SensorHello, receivedUnixMs: number): Promise<void> {
    if (hello !== null) throw new ProdlensError('PRODLENS_ERR_MESSAGE_ORDER', 'a second hello in one session');
    if (message.protocol !== SENSOR_PROTOCOL) {
      throw new ProdlensError(
        'PRODLENS_ERR_PROTOCOL_VERSION',
        `The sensor speaks protocol ${message.protocol}, this collector (${COLLECTOR_VERSION}) protocol ` +
          `${SENSOR_PROTOCOL}: install versions of the two that belong together`,
      );
    }
    checkPlace(token, message);
    const tokenId = token?.id ?? '';
    await quota.admitInstance(tokenId, message);
    const opened = await store.openInstance(message, receivedUnixMs, tokenId);
    clearTimeout(silence);
    hello = message;
    originals = sourceMaps.mapper(message.service, message.version);
    deploymentId = opened.deploymentId;
    frames = reader.open(message.instance, deploymentId);
    if (socket.readyState === socket.CLOSED) frames.end();
    else socket.once('close', frames.end);
    send({
      type: 'welcome',
      protocol: SENSOR_PROTOCOL,
      collectorVersion: COLLECTOR_VERSION,
      lastSequence: opened.lastSequence,
    });
    let wanted = (await store.hasFingerprints(deploymentId)) ? {} : { fingerprints: true };
    if (socket.readyState === socket.OPEN) {
      socket.once(
        'close',
        measuring.follow(message, (on) => {
          isMeasured = on;
          send({ type: 'configure', measuring: on, ...wanted });
          wanted = {};
        }),
      );
      socket.once(
        'close',
        thresholds.follow(message, (slow) => send({ type: 'configure', measuring: isMeasured, ...slow })),
      );
    }
    changed(message.service, 'names');
  }

  async function define({ service }: SensorHello, named: SensorFunction[]): Promise<void> {
    const added = named.filter(({ id }) => functions.positionOf(id) === -1).length;
    if (functions.size + added > SESSION_FUNCTIONS) {
      throw new ProdlensError('PRODLENS_ERR_TOO_MANY_FUNCTIONS', `More than ${SESSION_FUNCTIONS} functions`);
    }
    const placed = await originals.functions(named);
    await quota.admitFunctions(service, placed);
    const ids = await store.defineFunctions(deploymentId, placed);
    await frames!.functions(named, ids);
    for (const { id } of named) functions.add(id);
    changed(service, 'names');
  }

  async function defineEndpoints(named: SensorEndpoint[]): Promise<void> {
    if (endpoints.size + named.length > ENDPOINT_LIMITS.endpoints) {
      throw new ProdlensError('PRODLENS_ERR_TOO_MANY_ENDPOINTS', `More than ${ENDPOINT_LIMITS.endpoints} endpoints`);
    }
    const ids = await store.defineEndpoints(deploymentId, named);
    await frames!.endpoints(named, ids);
    for (const { id } of named) endpoints.add(id);
  }

  async function commit({ service }: SensorHello, data: Buffer, receivedUnixMs: number): Promise<void> {
    const durable = metrics.ingestLag.startTimer({ source: 'sensor' });
    const { window, rows } = await frames!.window(data, receivedUnixMs);
    await commits.add(window);
    durable();
    metrics.ingestWindows.inc({ source: 'sensor' });
    metrics.ingestRows.inc({ source: 'sensor' }, rows);
    send({ type: 'ack', sequence: window.sequence });
    changed(service, 'numbers');
    const nowLeftOut = JSON.stringify(window.facts?.leftOut ?? null);
    if (nowLeftOut !== leftOut) changed(service, 'names');
    leftOut = nowLeftOut;
  }

  async function keep(from: SensorHello, message: SensorSnapshot, receivedUnixMs: number): Promise<void> {
    const snapshot = await originalSnapshot(message.snapshot, originals);
    const refused = await keepSnapshot(store, from, { ...message, snapshot }, receivedUnixMs);
    const { service, instance } = from;
    if (refused !== null) log.warn({ service, instance }, `refused a snapshot, of which nothing was kept: ${refused}`);
    else captured();
    send({ type: 'snapshotAck', id: message.snapshot.id, refused });
  }

  function end(error: unknown): void {
    if (error instanceof ProdlensError) {
      metrics.refused.inc({ code: error.code });
      log.warn({ service: hello?.service, code: error.code }, `refused a sensor: ${error.message}`);
      sendError(error.code, error.message, CLOSE_POLICY);
    } else {
      log.error({ err: error, service: hello?.service }, 'a window could not be stored');
      sendError('PRODLENS_ERR_STORE', 'The collector could not store this; send it again', CLOSE_INTERNAL);
    }
  }

  function sendError(code: ErrorCode, message: string, closeCode: number): void {
    send({ type: 'error', code, message });
    socket.close(closeCode, code);
  }

  function send(message: CollectorToSensor): void {
    socket.send(pack(message));
  }
}
