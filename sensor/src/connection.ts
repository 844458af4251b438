// The socket to the collector: says hello, sends what it is given, connects again with a growing pause. It never
// throws into the program and never keeps it alive: its sockets and timers do not count for Node.

import { connect as connectTcp, type NetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { debuglog } from 'node:util';
import {
  type CollectorToSensor,
  decodeCollectorToSensor,
  SENSOR_LIMITS,
  type SensorHello,
  type SensorMessage,
} from '@prodlens/protocol';
import { pack, unpack } from 'msgpackr';
import { WebSocket } from 'ws';

const debug = debuglog('prodlens');
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface ConnectionEvents {
  /** The collector has answered hello; all up to this sequence is durable there. */
  welcomed(lastSequence: number): void;
  acknowledged(sequence: number): void;
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
  #welcomed = false;

  constructor(url: string, token: string, hello: SensorHello, events: ConnectionEvents) {
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

  send(message: SensorMessage): void {
    this.#socket?.send(pack(message), (error) => error && debug('send failed: %s', error.message));
  }

  close(): void {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
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
      handshakeTimeout: 10_000,
      createConnection: unreferencedSocket as never,
    });
    this.#socket = socket;
    socket.on('open', () => this.send(this.#hello));
    socket.on('message', (data) => this.#received(data as Buffer));
    socket.on('error', (error) => debug('connection: %s', error.message));
    socket.on('close', () => this.#lost());
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
        this.#welcomed = true;
        this.#pauseMs = SHORTEST_PAUSE_MS;
        this.#events.welcomed(message.lastSequence);
        return;
      case 'ack':
        this.#events.acknowledged(message.sequence);
        return;
      case 'error':
        debug('collector says %s: %s', message.code, message.message);
    }
  }

  #lost(): void {
    this.#socket = null;
    this.#welcomed = false;
    if (this.#closed) return;
    const jitter = 0.5 + Math.random();
    this.#retry = setTimeout(() => this.#connect(), this.#pauseMs * jitter);
    this.#retry.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function unreferencedSocket(options: NetConnectOpts & ConnectionOptions & { protocol?: string; host?: string }) {
  const isTls = options.protocol === 'wss:' || options.protocol === 'https:';
  const socket = isTls
    ? connectTls({ ...options, servername: options.servername || options.host || '' })
    : connectTcp(options);
  socket.unref();
  return socket;
}
