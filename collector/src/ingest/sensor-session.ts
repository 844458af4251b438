// One sensor's socket: hello, functions, windows in; welcome, configure, acks, at most one error out. The messages of a socket
// are handled one after the other, in order. A fault of the sensor ends its own session and nothing else; a fault
// of the store ends it too, without an ack, so that the sensor sends the window again.

import type { CollectorToSensor, SensorFunction, SensorHello, SensorWindow } from '@prodlens/protocol';
import { SENSOR_PROTOCOL } from '@prodlens/protocol';
import { pack } from 'msgpackr';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { type ErrorCode, ProdlensError } from '../errors.js';
import { MINUTES_RETENTION_MINUTES } from '../store/retention.js';
import type { Store } from '../store/store.js';
import { COLLECTOR_VERSION } from '../version.js';
import type { GroupCommit } from './group-commit.js';
import type { MeasuringSwitch } from './measuring-switch.js';
import { decodeSensorFrame } from './sensor-frame.js';
import type { SourceMaps } from './source-maps.js';

export interface SensorSessionOptions {
  store: Store;
  commits: GroupCommit;
  measuring: MeasuringSwitch;
  sourceMaps: SourceMaps;
  log: Logger;
  /** Called after names or numbers of a service have become durable. */
  changed: (service: string, what: 'names' | 'numbers') => void;
  now: () => number;
}

/** Functions one session may name. */
export const SESSION_FUNCTIONS = 262_144;
/** Messages of one socket that wait in memory before the socket is paused. */
const WAITING_MESSAGES = 8;
/** Reasons in the facts that are kept. */
const SKIP_REASONS = 64;
const OLDEST_MS = MINUTES_RETENTION_MINUTES * 60_000;

const CLOSE_POLICY = 1008;
const CLOSE_INTERNAL = 1011;

export function acceptSensor(socket: WebSocket, options: SensorSessionOptions): void {
  const { store, commits, measuring, sourceMaps, log, changed, now } = options;
  let hello: SensorHello | null = null;
  let originals: ReturnType<SourceMaps['mapper']>;
  let deploymentId = 0;
  const functions = new Map<number, { functionId: number; fileId: number }>();
  let waiting = 0;
  let previous: Promise<void> = Promise.resolve();

  socket.on('message', (data: Buffer, isBinary) => {
    const receivedUnixMs = now();
    if (++waiting === WAITING_MESSAGES) socket.pause();
    previous = previous.then(async () => {
      if (socket.readyState === socket.OPEN) await handle(data, isBinary, receivedUnixMs).catch(end);
      if (waiting-- === WAITING_MESSAGES) socket.resume();
    });
  });
  // An oversized or malformed WebSocket frame: ws closes the socket itself.
  socket.on('error', (error) => log.debug({ err: error }, 'sensor socket failed'));

  async function handle(data: Buffer, isBinary: boolean, receivedUnixMs: number): Promise<void> {
    const message = decodeSensorFrame(data, isBinary);
    if (message.type === 'hello') return open(message, receivedUnixMs);
    if (hello === null) throw new ProdlensError('PRODLENS_ERR_MESSAGE_ORDER', `${message.type} before hello`);
    return message.type === 'functions' ? define(hello, message.functions) : commit(hello, message, receivedUnixMs);
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
    const opened = await store.openInstance(message, receivedUnixMs);
    hello = message;
    originals = sourceMaps.mapper(message.service, message.version);
    deploymentId = opened.deploymentId;
    send({
      type: 'welcome',
      protocol: SENSOR_PROTOCOL,
      collectorVersion: COLLECTOR_VERSION,
      lastSequence: opened.lastSequence,
    });
    if (socket.readyState === socket.OPEN) {
      socket.once(
        'close',
        measuring.follow(message, (on) => send({ type: 'configure', measuring: on })),
      );
    }
    changed(message.service, 'names');
  }

  async function define({ service }: SensorHello, named: SensorFunction[]): Promise<void> {
    if (functions.size + named.length > SESSION_FUNCTIONS) {
      throw new ProdlensError('PRODLENS_ERR_TOO_MANY_FUNCTIONS', `More than ${SESSION_FUNCTIONS} functions`);
    }
    const ids = await store.defineFunctions(deploymentId, await originals(named));
    for (const [i, { id }] of named.entries()) functions.set(id, ids[i]!);
    changed(service, 'names');
  }

  async function commit({ service, instance }: SensorHello, window: SensorWindow, receivedUnixMs: number) {
    const endUnixMs = Math.round(receivedUnixMs - Math.min(window.ageMs, OLDEST_MS));
    await commits.add({
      instance,
      deploymentId,
      sequence: window.sequence,
      startUnixMs: Math.round(endUnixMs - Math.min(window.durationMs, OLDEST_MS)),
      endUnixMs,
      receivedUnixMs,
      rows: window.rows.map(({ id, ...totals }) => ({ ...named(id), totals })),
      edges: window.edges.map(({ caller, callee, calls, sumNs }) => ({
        callerId: named(caller).functionId,
        calleeId: named(callee).functionId,
        calls,
        sumNs,
      })),
      process: window.process,
      facts: {
        ...window.facts,
        skipped: Object.fromEntries(Object.entries(window.facts.skipped).slice(0, SKIP_REASONS)),
      },
    });
    send({ type: 'ack', sequence: window.sequence });
    changed(service, 'numbers');
  }

  function named(id: number): { functionId: number; fileId: number } {
    const ids = functions.get(id);
    if (ids !== undefined) return ids;
    throw new ProdlensError('PRODLENS_ERR_FUNCTION_UNNAMED', `The window names function ${id}, which is unknown`);
  }

  function end(error: unknown): void {
    if (error instanceof ProdlensError) {
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
