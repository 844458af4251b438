// A sensor without a program: sends the frames that a test asks for, over a real socket.

import {
  bucketIndex,
  type CollectorToSensor,
  decodeCollectorToSensor,
  type FunctionWindow,
  type ProcessWindow,
  type SensorFacts,
  type SensorFunction,
  type SensorHello,
  type SensorWindow,
} from '@prodlens/protocol';
import { pack, unpack } from 'msgpackr';
import { type MessageSocket, openMessageSocket } from './message-socket.js';

export interface FakeSensor extends MessageSocket<CollectorToSensor> {
  say(message: unknown): void;
}

/** A socket on which nothing has been said yet. `url`: ws://… */
export async function connectSensor(url: string, token?: string): Promise<FakeSensor> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = await openMessageSocket(`${url}/v1/sensor`, (data) => decodeCollectorToSensor(unpack(data)), headers);
  return { ...socket, say: (message) => socket.socket.send(pack(message)) };
}

/** Connects, says hello, has been welcomed and told whether to measure, and names the functions. */
export async function startSensor(
  url: string,
  hello: Partial<SensorHello> = {},
  functions: SensorFunction[] = [fakeFunction(1)],
): Promise<FakeSensor & { lastSequence: number; measuring: boolean }> {
  const sensor = await connectSensor(url);
  sensor.say(fakeHello(hello));
  const welcome = await sensor.next();
  if (welcome.type !== 'welcome') throw new Error(`not welcome: ${JSON.stringify(welcome)}`);
  const configure = await sensor.next();
  if (configure.type !== 'configure') throw new Error(`not configured: ${JSON.stringify(configure)}`);
  sensor.say({ type: 'functions', functions });
  return { ...sensor, lastSequence: welcome.lastSequence, measuring: configure.measuring };
}

/** Sends a window and waits for its ack. */
export async function report(sensor: FakeSensor, window: SensorWindow): Promise<void> {
  sensor.say(window);
  let answer = await sensor.next();
  // What counts as slow is told whenever it is known.
  while (answer.type === 'configure' && answer.thresholds !== undefined) answer = await sensor.next();
  if (answer.type !== 'ack' || answer.sequence !== window.sequence) throw new Error(JSON.stringify(answer));
}

/** Of version 1.0.0 of `orders` in production, but for `fields`. */
export function fakeHello(fields: Partial<SensorHello> = {}): SensorHello {
  return {
    type: 'hello',
    protocol: 1,
    sensorVersion: '0.1.0',
    service: 'orders',
    environment: 'production',
    version: '1.0.0',
    revision: 'abc',
    instance: 'instance-1',
    packageName: 'order-service',
    root: '/srv/orders',
    runtime: 'node 20.20.2',
    host: 'host-1',
    pid: 1,
    ...fields,
  };
}

/** f1, f2 … in src/cart.ts, ten lines apart, but for `fields`. */
export function fakeFunction(id: number, fields: Partial<SensorFunction> = {}): SensorFunction {
  return {
    id,
    file: 'src/cart.ts',
    name: `f${id}`,
    ordinal: 0,
    kind: 'function',
    line: 10 * id,
    column: 3,
    package: null,
    timed: true,
    ...fields,
  };
}

export const FACTS: SensorFacts = {
  functions: 1,
  modules: 1,
  skipped: {},
  mergedWindows: 0,
  droppedWindows: 0,
  droppedSamples: 0,
  droppedEdges: 0,
  droppedFlows: 0,
  droppedFlowEvents: 0,
  droppedEndpointFunctions: 0,
  unknownLibraries: {},
  shedLevel: 0,
  measuring: true,
  sensorCpuMs: 1,
  inlineCpuMs: 1,
  sensorBytes: 1e6,
};

export const PROCESS: ProcessWindow = {
  cpuMs: 100,
  rssBytes: 9e7,
  heapUsedBytes: 3e7,
  eventLoopUtilization: 0.25,
  eventLoopDelayP50Ns: 1e4,
  eventLoopDelayP99Ns: 1e6,
  eventLoopDelayMaxNs: 2e6,
  gcCount: 2,
  gcMs: 1.25,
};

/** A window of ten seconds that ended now, but for `fields`. */
export function fakeWindow(sequence: number, rows: FunctionWindow[], fields: Partial<SensorWindow> = {}): SensorWindow {
  return {
    type: 'window',
    sequence,
    ageMs: 0,
    durationMs: 10_000,
    rows,
    edges: [],
    endpoints: [],
    endpointFunctions: [],
    facts: FACTS,
    process: PROCESS,
    ...fields,
  };
}

/** What a function did whose timed calls took these durations, ns. */
export function fakeRow(id: number, durationsNs: number[], errors = 0): FunctionWindow {
  const counts = new Map<number, number>();
  for (const ns of durationsNs) counts.set(bucketIndex(ns), (counts.get(bucketIndex(ns)) ?? 0) + 1);
  return {
    id,
    calls: durationsNs.length,
    errors,
    sumNs: durationsNs.reduce((sum, ns) => sum + ns, 0),
    maxNs: Math.max(0, ...durationsNs),
    buckets: [...counts].sort((a, b) => a[0] - b[0]).flat(),
    selfNs: 0,
    cpuNs: 0,
  };
}
