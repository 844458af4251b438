// The socket to the collector: says hello, sends what it is given, connects again with a growing pause. It never
// throws. It runs in the reporter's thread, which does not keep the process alive.

import { randomInt } from 'node:crypto';
import { debuglog } from 'node:util';
import {
  type CollectorConfigure,
  type CollectorToSensor,
  decodeCollectorToSensor,
  SENSOR_LIMITS,
  type SensorHello,
  type SensorMessage,
} from '@prodlens/protocol';
import { pack, unpack } from 'msgpackr';
import { WebSocket } from 'ws';
import { after, cancel, guarded } from '../measure/clock.js';

const debug = debuglog('prodlens');
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** From hello to welcome, and from a window to its acknowledgement. */
const ANSWER_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Within it a collector that is there has welcomed. */
const WELCOME_MS = 500;
/** RFC 6455, 7.4.1: what was received violates the receiver's policy. */
const CLOSE_POLICY = 1008;

export interface ConnectionEvents {
  /** The collector has answered hello; all up to this sequence is durable there. */
  welcomed(lastSequence: number): void;
  configured(settings: CollectorConfigure): void;
  acknowledged(sequence: number): void;
  /** The collector has the snapshot, or has refused it for good. */
  snapshotAnswered?(id: string, refusal: string | null): void;
  /** The collector ended the session because of what was sent. Where it is the collector's own fault, this is not called. */
  refused(): void;
}

export class Connection {
  #url: string;
  #token: string;
  #hello: SensorHello;
  #events: ConnectionEvents;
  #socket: WebSocket | null = null;
  #pauseMs = SHORTEST_PAUSE_MS;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  readonly #answerMs: number;
  #deadline: NodeJS.Timeout | null = null;
  #welcomed = false;

  constructor(url: string, token: string, hello: SensorHello, events: ConnectionEvents, answerMs = ANSWER_MS) {
    this.#answerMs = answerMs;
    this.#url = `${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/v1/sensor`;
    this.#token = token;
    this.#hello = hello;
    this.#events = events;
    this.#connect();
  }

  /** True between the collector's welcome and the end of the connection. */
  get isReady(): boolean {
    return this.#welcomed;
  }

  /** Resolves when there is no hope that the collector answers soon: no socket, one that ends, or no welcome in time. */
  away(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket === null) resolve();
      this.#socket?.once('close', () => resolve());
      after(WELCOME_MS, () => this.#welcomed || resolve());
    });
  }

  send(message: SensorMessage): void {
    if (message.type !== 'functions') this.#expectAnswer();
    this.#socket?.send(pack(message), (error) => error && debug('send failed: %s', error.message));
  }

  /** A collector that hangs keeps its sockets: this one is given up, and what was not acknowledged goes again. */
  #expectAnswer(): void {
    this.#deadline ??= after(this.#answerMs, () => {
      debug('%s does not answer', this.#url);
      this.#socket?.terminate();
    });
  }

  #answered(): void {
    if (this.#deadline) cancel(this.#deadline);
    this.#deadline = null;
  }

  close(): void {
    this.#closed = true;
    this.#answered();
    if (this.#retry) cancel(this.#retry);
    this.#socket?.close(1000);
  }

  #connect(): void {
    try {
      this.#open();
    } catch (error) {
      // An address that is none: nothing that trying again would mend.
      debug('cannot connect to %s: %s', this.#url, (error as Error).message);
    }
  }

  #open(): void {
    const socket = new WebSocket(this.#url, {
      headers: this.#token ? { authorization: `Bearer ${this.#token}` } : {},
      maxPayload: SENSOR_LIMITS.frameBytes,
      perMessageDeflate: false,
      handshakeTimeout: CONNECT_TIMEOUT_MS,
    });
    this.#socket = socket;
    socket.on(
      'open',
      guarded(() => this.send(this.#hello)),
    );
    socket.on(
      'message',
      guarded((data) => this.#received(data as Buffer)),
    );
    socket.on('error', (error) => debug('%s: %s%s', this.#url, error.message, hint(error)));
    socket.on(
      'close',
      guarded((code) => this.#lost(code)),
    );
  }

  #received(data: Buffer): void {
    try {
      this.#handle(decodeCollectorToSensor(unpack(data)));
    } catch (error) {
      debug('message refused: %s', (error as Error).message);
      this.#socket?.close(1002);
    }
  }

  #handle(message: CollectorToSensor): void {
    switch (message.type) {
      case 'welcome':
        this.#answered();
        this.#welcomed = true;
        this.#pauseMs = SHORTEST_PAUSE_MS;
        this.#events.welcomed(message.lastSequence);
        return;
      case 'configure':
        this.#events.configured(message);
        return;
      case 'ack':
        this.#answered();
        this.#events.acknowledged(message.sequence);
        return;
      case 'snapshotAck':
        this.#answered();
        this.#events.snapshotAnswered?.(message.id, message.refused);
        return;
      case 'error':
        debug('%s says %s: %s', this.#url, message.code, message.message);
    }
  }

  #lost(code: number): void {
    if (this.#welcomed && code === CLOSE_POLICY) this.#events.refused();
    this.#answered();
    this.#socket = null;
    this.#welcomed = false;
    if (this.#closed) return;
    const jitter = 0.5 + randomInt(1000) / 1000;
    this.#retry = after(this.#pauseMs * jitter, () => this.#connect());
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function hint(error: Error): string {
  return / (401|403)$/.test(error.message) ? ' (is PRODLENS_TOKEN a token with scope ingest?)' : '';
}
