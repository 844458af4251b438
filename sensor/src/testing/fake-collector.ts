// For tests: a collector that answers a sensor and keeps the snapshots it is sent.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { SensorEndpoint, SensorFacts, SlowEndpoint, SlowThreshold, Snapshot } from '@prodlens/protocol';
import { pack, unpack } from 'msgpackr';
import { WebSocketServer } from 'ws';

const DEADLINE_MS = 60_000;

export interface FakeCollector {
  url: string;
  /** As they came, also those that were not answered. */
  snapshots: Snapshot[];
  /** As the sensor has named them. */
  endpoints: SensorEndpoint[];
  /** Of each window, in order. */
  facts: SensorFacts[];
  /** Resolves when there are snapshots of which this is true; throws after 60 s. */
  until(isEnough: (snapshots: Snapshot[]) => boolean): Promise<void>;
  close(): void;
}

export interface FakeCollectorOptions {
  port?: number;
  thresholds?: SlowThreshold[];
  endpointThresholds?: SlowEndpoint[];
  /** So many snapshots are not answered: their connection is cut. */
  cuts?: number;
}

export async function fakeCollector({ port = 0, cuts = 0, ...slow }: FakeCollectorOptions): Promise<FakeCollector> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  const snapshots: Snapshot[] = [];
  const endpoints: SensorEndpoint[] = [];
  const facts: SensorFacts[] = [];
  let came = () => {};
  server.on('connection', (socket) =>
    socket.on('message', (frame: Buffer) => {
      const message = unpack(frame);
      const answer = (to: object) => socket.send(pack(to));
      if (message.type === 'hello') {
        answer({ type: 'welcome', protocol: 1, collectorVersion: '', lastSequence: 0 });
        answer({ type: 'configure', measuring: true, ...slow });
      } else if (message.type === 'window') {
        facts.push(message.facts);
        answer({ type: 'ack', sequence: message.sequence });
      } else if (message.type === 'endpoints') endpoints.push(...message.endpoints);
      else if (message.type === 'snapshot') {
        snapshots.push(message.snapshot);
        if (snapshots.length <= cuts) socket.terminate();
        else answer({ type: 'snapshotAck', id: message.snapshot.id, refused: null });
        came();
      }
    }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    snapshots,
    endpoints,
    facts,
    until: (isEnough) =>
      new Promise((resolve, reject) => {
        const seen = () => snapshots.map(({ trigger, function: f, error }) => [trigger, f?.name, error?.type]);
        const late = setTimeout(() => reject(new Error(`only ${JSON.stringify(seen())}`)), DEADLINE_MS);
        came = () => {
          if (!isEnough(snapshots)) return;
          clearTimeout(late);
          resolve();
        };
        came();
      }),
    close: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
