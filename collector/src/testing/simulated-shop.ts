// A collector with a clock of its own, and instances of a service whose minutes take no time: what a test of alerts does
// for hours and weeks goes over the real socket into the real store and analysis, and ends after seconds.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Alert, SensorEndpoint, SensorFunction, SensorHello, SensorWindow, Snapshot } from '@prodlens/protocol';
import type { AlertSettings } from '../alerts/alert-settings.js';
import { type Collector, startCollector } from '../start-collector.js';
import { type FakeSensor, fakeFunction, fakeWindow, report, startSensor } from './fake-sensor.js';
import { randomNumbers } from './random-numbers.js';
import { type SimulatedFunction, simulatedMinute } from './simulated-traffic.js';
import { get, temporaryFolder } from './test-collector.js';

export const SLOWED = { file: 'src/pricing.ts', name: 'PricingService.applyDiscounts' };
export const NAMED: SensorFunction[] = Array.from({ length: 14 }, (_, i) =>
  fakeFunction(i + 1, i === 0 ? SLOWED : { file: 'src/orders.ts', name: `handle${i}` }),
);
const START_MINUTE = 29_000_000;

type Does = Record<number, Partial<SimulatedFunction>>;

export interface RunOptions {
  /** Whether each minute is analysed when it is over; default true. */
  analyse?: boolean;
  /** Of each window that would be sent. */
  edit?: (window: SensorWindow) => SensorWindow | SensorWindow[];
  /** Taken in the minute that is the i-th of the run. */
  snapshots?: (i: number) => Snapshot[];
  /** Minutes between two windows; each is of one minute. Default 1. */
  everyMinutes?: number;
}

export type Instance = Awaited<ReturnType<Awaited<ReturnType<typeof simulatedShop>>['instance']>>;

/** `settings`: what alerts.json says, of channels for one. */
export async function simulatedShop(t: TestContext, settings: AlertSettings = {}) {
  const dataDir = temporaryFolder(t);
  writeFileSync(join(dataDir, 'alerts.json'), JSON.stringify(settings));
  const random = randomNumbers(3);
  let nowMs = START_MINUTE * 60_000;
  let collector: Collector;
  const start = async () => {
    collector = await startCollector({ dataDir, port: 0, now: () => nowMs, alerts: { everyMs: 0 } });
  };
  await start();
  t.after(() => collector.close());

  async function instance(hello: Partial<SensorHello>, named = NAMED, endpoints: SensorEndpoint[] = []) {
    const connect = async () => {
      const sensor = await startSensor(collector.url, { instance: JSON.stringify(hello), ...hello }, named);
      if (endpoints.length > 0) sensor.say({ type: 'endpoints', endpoints });
      return sensor;
    };
    let sensor = await connect();
    let sequence = 0;
    return {
      /** So many minutes; `change` says what functions do besides 30 calls of (4 + id) ms, and may ask for the minute. */
      async run(minutes: number, change: Does | ((minute: number) => Does) = {}, options: RunOptions = {}) {
        const { analyse = true, edit = (window) => window, everyMinutes = 1, snapshots = () => [] } = options;
        for (let i = 0; i < minutes; i += everyMinutes) {
          nowMs += everyMinutes * 60_000;
          const does = typeof change === 'function' ? change(nowMs / 60_000) : change;
          const rows = named.map(({ id }) => ({
            id,
            ...simulatedMinute({ functionId: id, callsPerMinute: 30, medianMs: 4 + id, ...does[id] }, random),
          }));
          const edges = [{ caller: 2, callee: 1, calls: 30, sumNs: rows[0]!.sumNs }];
          const window = fakeWindow(++sequence, rows, { ageMs: 30_000, durationMs: 60_000, edges });
          for (const one of [edit(window)].flat()) await report(sensor, one);
          for (const snapshot of snapshots(i)) await sendSnapshot(sensor, snapshot);
          if (analyse) await collector.runAlerts();
        }
      },
      say: (message: unknown) => sensor.say(message),
      next: () => sensor.next(),
      async again() {
        sensor = await connect();
      },
      async stop() {
        sensor.socket.close();
        await sensor.closed;
      },
    };
  }

  const post = async (path: string, body: unknown, method = 'POST') => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${collector.url}${path}`, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as { alert: Alert; error?: { code: string } } };
  };
  return {
    instance,
    async restart() {
      await collector.close();
      await start();
    },
    alerts: async (): Promise<Alert[]> => (await get(`${collector.url}/api/v1/alerts`)).body.alerts,
    post,
    url: () => collector.url,
    run: () => collector.runAlerts(),
    now: () => nowMs,
    /** Turns the clock, forth or back. */
    turn(minutes: number) {
      nowMs += minutes * 60_000;
    },
  };
}

async function sendSnapshot(sensor: FakeSensor, snapshot: Snapshot): Promise<void> {
  sensor.say({ type: 'snapshot', ageMs: 30_000, snapshot });
  let answer = await sensor.next();
  while (answer.type === 'configure') answer = await sensor.next();
  if (answer.type !== 'snapshotAck' || answer.refused !== null) throw new Error(JSON.stringify(answer));
}

/** "kind of place", each once. */
export function told(alerts: Alert[]): string[] {
  const place = ({ place }: Alert) =>
    place === null ? 'the service' : place.type === 'function' ? place.name : place.route;
  return [...new Set(alerts.map((alert) => `${alert.kind} of ${place(alert)}`))].sort();
}
