// The checks that a value received over /v1/sensor passes before anything else sees it: shape, types, limits.

import { array, boolean, fail, integer, nullable, number, record, string } from './check.js';
import { MAXIMUM_BUCKET_INDEX, MINIMUM_BUCKET_INDEX, type SparseBuckets } from './exponential-histogram.js';
import type { FunctionKind } from './function-place.js';
import {
  type CollectorToSensor,
  type EdgeWindow,
  type FunctionWindow,
  type ProcessWindow,
  SENSOR_LIMITS,
  type SensorFacts,
  type SensorFunction,
  type SensorHello,
  type SensorMessage,
  type SensorWindow,
} from './sensor-wire.js';

const FUNCTION_KINDS: ReadonlySet<string> = new Set<FunctionKind>([
  'function',
  'arrow',
  'method',
  'getter',
  'setter',
  'constructor',
]);

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
    case 'configure':
      return { type: 'configure', measuring: boolean(message.measuring, 'measuring') };
    case 'ack':
      return { type: 'ack', sequence: integer(message.sequence, 'sequence') };
    case 'error':
      return { type: 'error', code: text(message.code, 'code'), message: text(message.message, 'message') };
    default:
      return fail('message.type', 'is not one of welcome, configure, ack, error');
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
  return {
    id: integer(f.id, `${at}.id`),
    file: text(f.file, `${at}.file`),
    name: text(f.name, `${at}.name`),
    ordinal: integer(f.ordinal, `${at}.ordinal`),
    kind: kind as FunctionKind,
    line: integer(f.line, `${at}.line`),
    column: integer(f.column, `${at}.column`),
    package: nullable(f.package, `${at}.package`, text),
    timed: boolean(f.timed, `${at}.timed`),
  };
}

function decodeWindow(message: Record<string, unknown>): SensorWindow {
  return {
    type: 'window',
    sequence: integer(message.sequence, 'sequence'),
    ageMs: number(message.ageMs, 'ageMs'),
    durationMs: number(message.durationMs, 'durationMs'),
    rows: array(message.rows, 'rows', SENSOR_LIMITS.rows, decodeRow),
    edges: array(message.edges, 'edges', SENSOR_LIMITS.edges, decodeEdge),
    facts: decodeFacts(record(message.facts, 'facts')),
    process: decodeProcess(record(message.process, 'process'), 'process'),
  };
}

function decodeFacts(facts: Record<string, unknown>): SensorFacts {
  const skipped = record(facts.skipped, 'facts.skipped');
  const count = (field: string) => integer(facts[field], `facts.${field}`);
  return {
    functions: count('functions'),
    modules: count('modules'),
    skipped: Object.fromEntries(
      Object.entries(skipped).map(([reason, n]) => [reason, integer(n, `facts.skipped.${reason}`)]),
    ),
    mergedWindows: count('mergedWindows'),
    droppedWindows: count('droppedWindows'),
    droppedSamples: count('droppedSamples'),
    droppedEdges: count('droppedEdges'),
    shedLevel: count('shedLevel'),
    measuring: boolean(facts.measuring, 'facts.measuring'),
    sensorCpuMs: number(facts.sensorCpuMs, 'facts.sensorCpuMs'),
    inlineCpuMs: number(facts.inlineCpuMs, 'facts.inlineCpuMs'),
    sensorBytes: number(facts.sensorBytes, 'facts.sensorBytes'),
  };
}

function decodeProcess(facts: Record<string, unknown>, at: string): ProcessWindow {
  const value = (field: string) => number(facts[field], `${at}.${field}`);
  return {
    cpuMs: value('cpuMs'),
    rssBytes: value('rssBytes'),
    heapUsedBytes: value('heapUsedBytes'),
    eventLoopUtilization: value('eventLoopUtilization'),
    eventLoopDelayP50Ns: value('eventLoopDelayP50Ns'),
    eventLoopDelayP99Ns: value('eventLoopDelayP99Ns'),
    eventLoopDelayMaxNs: value('eventLoopDelayMaxNs'),
    gcCount: integer(facts.gcCount, `${at}.gcCount`),
    gcMs: value('gcMs'),
  };
}

function decodeEdge(value: unknown, at: string): EdgeWindow {
  const edge = record(value, at);
  return {
    caller: integer(edge.caller, `${at}.caller`),
    callee: integer(edge.callee, `${at}.callee`),
    calls: integer(edge.calls, `${at}.calls`),
    sumNs: number(edge.sumNs, `${at}.sumNs`),
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
    selfNs: number(row.selfNs, `${at}.selfNs`),
    cpuNs: number(row.cpuNs, `${at}.cpuNs`),
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
