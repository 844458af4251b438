// What a sensor and the collector say to each other over /v1/sensor: MessagePack values, one a WebSocket frame.
// This file holds the shapes and the decoders that check a received value; packing is left to the two ends.
//
// A session: the sensor says hello; the collector answers welcome (or error, and closes); the sensor names the
// functions that it will report (functions), then sends windows; each window is acknowledged once it is durable.
// A window that was sent is sent again unchanged, under the same sequence, until it is acknowledged; (instance,
// sequence) makes the repeat harmless. Ages are used instead of timestamps, so no clock has to be trusted.

import { array, fail, integer, nullable, number, record, string } from './check.js';
import { MAXIMUM_BUCKET_INDEX, MINIMUM_BUCKET_INDEX, type SparseBuckets } from './exponential-histogram.js';
import type { FunctionKind, FunctionPlace } from './function-place.js';
import type { FunctionTotals } from './function-totals.js';

export const SENSOR_PROTOCOL = 1;

/** Limits that the decoder enforces; a sensor splits what is larger. */
export const SENSOR_LIMITS = {
  /** Bytes of one frame. */
  frameBytes: 8 * 1024 * 1024,
  /** Functions in one `functions` message, rows in one window. */
  rows: 65_536,
  /** UTF-16 units of one string. */
  stringLength: 4_096,
} as const;

const FUNCTION_KINDS: ReadonlySet<string> = new Set<FunctionKind>([
  'function',
  'arrow',
  'method',
  'getter',
  'setter',
  'constructor',
]);

export interface SensorHello {
  type: 'hello';
  protocol: number;
  sensorVersion: string;
  /** service.name */
  service: string;
  /** deployment.environment.name */
  environment: string;
  /** service.version */
  version: string;
  /** vcs.ref.head.revision; '' when unknown */
  revision: string;
  /** service.instance.id: a UUID for each process or worker thread */
  instance: string;
  /** Name in the package.json of the service; '' when it has none. Editors find the service's folder by it. */
  packageName: string;
  /** Absolute path of the service's root folder where it runs. Files of the service are relative to it. */
  root: string;
  /** process.runtime.name and version, e.g. "node 20.20.2" */
  runtime: string;
  host: string;
  pid: number;
}

export interface SensorFunction extends FunctionPlace {
  /** Number by which this instance's windows name the function. */
  id: number;
}

export interface SensorFunctions {
  type: 'functions';
  functions: SensorFunction[];
}

/** What one function did in one window. */
export interface FunctionWindow extends FunctionTotals {
  id: number;
}

/** What the sensor did with the program's code, since the process started. */
export interface SensorFacts {
  functions: number;
  modules: number;
  /** Modules loaded as they were, by reason. */
  skipped: Record<string, number>;
  /** Windows merged into another because the collector was away. */
  mergedWindows: number;
  /** Windows that the collector refused for good; their numbers are lost. */
  droppedWindows: number;
}

export interface SensorWindow {
  type: 'window';
  /** 1, 2, 3 … for each instance. */
  sequence: number;
  /** Milliseconds from the end of the window to the moment of sending, by the monotonic clock. */
  ageMs: number;
  durationMs: number;
  rows: FunctionWindow[];
  facts: SensorFacts;
}

export type SensorMessage = SensorHello | SensorFunctions | SensorWindow;

export interface CollectorWelcome {
  type: 'welcome';
  protocol: number;
  collectorVersion: string;
  /** The highest sequence of this instance that is durable; 0 when none. */
  lastSequence: number;
}
export interface CollectorAck {
  type: 'ack';
  sequence: number;
}
export interface CollectorError {
  type: 'error';
  /** PRODLENS_ERR_… */
  code: string;
  message: string;
}
export type CollectorToSensor = CollectorWelcome | CollectorAck | CollectorError;

/** Checks a received value. Throws DecodeError that names the place. Unknown extra fields are dropped. */
export function decodeSensorMessage(value: unknown): SensorMessage {
  const message = record(value, 'message');
  switch (message.type) {
    case 'hello':
      return decodeHello(message);
    case 'functions':
      return {
        type: 'functions',
        functions: array(message.functions, 'functions', SENSOR_LIMITS.rows, decodeFunction),
      };
    case 'window':
      return decodeWindow(message);
    default:
      return fail('message.type', 'is not one of hello, functions, window');
  }
}

/** Checks what the collector sent; throws DecodeError. */
export function decodeCollectorToSensor(value: unknown): CollectorToSensor {
  const message = record(value, 'message');
  switch (message.type) {
    case 'welcome':
      return {
        type: 'welcome',
        protocol: integer(message.protocol, 'protocol'),
        collectorVersion: text(message.collectorVersion, 'collectorVersion'),
        lastSequence: integer(message.lastSequence, 'lastSequence'),
      };
    case 'ack':
      return { type: 'ack', sequence: integer(message.sequence, 'sequence') };
    case 'error':
      return { type: 'error', code: text(message.code, 'code'), message: text(message.message, 'message') };
    default:
      return fail('message.type', 'is not one of welcome, ack, error');
  }
}

function decodeHello(message: Record<string, unknown>): SensorHello {
  const named = (field: string) => text(message[field], field);
  const service = named('service');
  const instance = named('instance');
  if (service === '') fail('service', 'is empty');
  if (instance === '') fail('instance', 'is empty');
  return {
    type: 'hello',
    protocol: integer(message.protocol, 'protocol'),
    sensorVersion: named('sensorVersion'),
    service,
    environment: named('environment'),
    version: named('version'),
    revision: named('revision'),
    instance,
    packageName: named('packageName'),
    root: named('root'),
    runtime: named('runtime'),
    host: named('host'),
    pid: integer(message.pid, 'pid'),
  };
}

function decodeFunction(value: unknown, at: string): SensorFunction {
  const f = record(value, at);
  const kind = text(f.kind, `${at}.kind`);
  if (!FUNCTION_KINDS.has(kind)) fail(`${at}.kind`, `is not a kind of function: ${JSON.stringify(kind.slice(0, 40))}`);
  if (typeof f.timed !== 'boolean') fail(`${at}.timed`, 'is not a boolean');
  return {
    id: integer(f.id, `${at}.id`),
    file: text(f.file, `${at}.file`),
    name: text(f.name, `${at}.name`),
    ordinal: integer(f.ordinal, `${at}.ordinal`),
    kind: kind as FunctionKind,
    line: integer(f.line, `${at}.line`),
    column: integer(f.column, `${at}.column`),
    package: nullable(f.package, `${at}.package`, text),
    timed: f.timed as boolean,
  };
}

function decodeWindow(message: Record<string, unknown>): SensorWindow {
  const facts = record(message.facts, 'facts');
  const skipped = record(facts.skipped, 'facts.skipped');
  return {
    type: 'window',
    sequence: integer(message.sequence, 'sequence'),
    ageMs: number(message.ageMs, 'ageMs'),
    durationMs: number(message.durationMs, 'durationMs'),
    rows: array(message.rows, 'rows', SENSOR_LIMITS.rows, decodeRow),
    facts: {
      functions: integer(facts.functions, 'facts.functions'),
      modules: integer(facts.modules, 'facts.modules'),
      skipped: Object.fromEntries(
        Object.entries(skipped).map(([reason, n]) => [reason, integer(n, `facts.skipped.${reason}`)]),
      ),
      mergedWindows: integer(facts.mergedWindows, 'facts.mergedWindows'),
      droppedWindows: integer(facts.droppedWindows, 'facts.droppedWindows'),
    },
  };
}

function decodeRow(value: unknown, at: string): FunctionWindow {
  const row = record(value, at);
  return {
    id: integer(row.id, `${at}.id`),
    calls: integer(row.calls, `${at}.calls`),
    errors: integer(row.errors, `${at}.errors`),
    sumNs: number(row.sumNs, `${at}.sumNs`),
    maxNs: number(row.maxNs, `${at}.maxNs`),
    buckets: decodeBuckets(row.buckets, `${at}.buckets`),
  };
}

function decodeBuckets(value: unknown, at: string): SparseBuckets {
  const flat = array(value, at, 2 * (MAXIMUM_BUCKET_INDEX + 2), (n, where) => {
    if (!Number.isSafeInteger(n)) fail(where, 'is not an integer');
    return n as number;
  });
  if (flat.length % 2 !== 0) fail(at, 'has an index without a count');
  let previous = MINIMUM_BUCKET_INDEX - 1;
  for (let i = 0; i < flat.length; i += 2) {
    if (flat[i]! <= previous || flat[i]! > MAXIMUM_BUCKET_INDEX) fail(`${at}[${i}]`, 'is out of order or out of range');
    if (flat[i + 1]! < 1) fail(`${at}[${i + 1}]`, 'is not a count');
    previous = flat[i]!;
  }
  return flat;
}

function text(value: unknown, at: string): string {
  return string(value, at, SENSOR_LIMITS.stringLength);
}
