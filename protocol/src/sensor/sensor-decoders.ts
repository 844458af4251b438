// The checks that a value received over /v1/sensor passes before anything else sees it: shape, types, limits.

import { array, boolean, fail, integer, nullable, number, oneOf, record, string } from '../check.js';
import { decodePlace } from '../function-place-decoder.js';
import { decodeSensorSnapshot, decodeSnapshotAck } from '../snapshot/snapshot-decoders.js';
import { MAXIMUM_BUCKET_INDEX, MINIMUM_BUCKET_INDEX } from '../totals/exponential-histogram.js';
import { decodeTimedTotals } from '../totals/timed-totals.js';
import { decodeEndpointFunction, decodeEndpoints, decodeEndpointWindow, ENDPOINT_LIMITS } from './endpoint-wire.js';
import {
  type CaptureFacts,
  type CollectorToSensor,
  type EdgeWindow,
  type FunctionWindow,
  LEFT_OUT_FILES,
  type LeftOutFile,
  type ProcessWindow,
  SENSOR_LIMITS,
  type SensorFacts,
  type SensorFunction,
  type SensorHello,
  type SensorMessage,
  type SensorWindow,
} from './sensor-wire.js';
import { decodeSlowEndpoints, decodeSlowThresholds } from './slow-threshold.js';

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
    case 'endpoints':
      return decodeEndpoints(message);
    case 'window':
      return decodeWindow(message);
    case 'snapshot':
      return decodeSensorSnapshot(message);
    default:
      return fail('message.type', 'is not one of hello, functions, endpoints, window, snapshot');
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
      return {
        type: 'configure',
        measuring: boolean(message.measuring, 'measuring'),
        ...(message.thresholds !== undefined && {
          thresholds: decodeSlowThresholds(message.thresholds, 'thresholds'),
        }),
        ...(message.fingerprints !== undefined && { fingerprints: boolean(message.fingerprints, 'fingerprints') }),
        ...(message.endpointThresholds !== undefined && {
          endpointThresholds: decodeSlowEndpoints(message.endpointThresholds, 'endpointThresholds'),
        }),
      };
    case 'ack':
      return { type: 'ack', sequence: integer(message.sequence, 'sequence') };
    case 'snapshotAck':
      return decodeSnapshotAck(message);
    case 'error':
      return { type: 'error', code: text(message.code, 'code'), message: text(message.message, 'message') };
    default:
      return fail('message.type', 'is not one of welcome, configure, ack, snapshotAck, error');
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
  const { id, fingerprint } = record(value, at);
  const given = nullable(fingerprint, `${at}.fingerprint`, (packed, where) =>
    string(packed, where, SENSOR_LIMITS.fingerprintLength),
  );
  return {
    id: integer(id, `${at}.id`),
    ...decodePlace(value, at),
    ...(given !== null && { fingerprint: given }),
  };
}

function decodeWindow(message: Record<string, unknown>): SensorWindow {
  return {
    type: 'window',
    sequence: integer(message.sequence, 'sequence'),
    ageMs: number(message.ageMs, 'ageMs'),
    durationMs: number(message.durationMs, 'durationMs'),
    rows: decodeRows(message.rows),
    edges: array(message.edges, 'edges', SENSOR_LIMITS.edges, decodeEdge),
    endpoints: array(message.endpoints ?? [], 'endpoints', ENDPOINT_LIMITS.endpoints, decodeEndpointWindow),
    endpointFunctions: array(
      message.endpointFunctions ?? [],
      'endpointFunctions',
      ENDPOINT_LIMITS.endpointFunctions,
      decodeEndpointFunction,
    ),
    facts: decodeFacts(record(message.facts, 'facts')),
    process: decodeProcess(record(message.process, 'process'), 'process'),
  };
}

function decodeFacts(facts: Record<string, unknown>): SensorFacts {
  /** Fields that an older sensor does not send. */
  const added = { droppedFlows: 0, droppedFlowEvents: 0, droppedEndpointFunctions: 0, unknownLibraries: {} };
  const given = { ...added, ...facts };
  const count = (field: string) => integer((given as Record<string, unknown>)[field], `facts.${field}`);
  return {
    functions: count('functions'),
    modules: count('modules'),
    skipped: counts(facts.skipped, 'facts.skipped'),
    ...(facts.leftOut !== undefined && { leftOut: decodeLeftOut(facts.leftOut) }),
    mergedWindows: count('mergedWindows'),
    droppedWindows: count('droppedWindows'),
    droppedSamples: count('droppedSamples'),
    droppedEdges: count('droppedEdges'),
    droppedFlows: count('droppedFlows'),
    droppedFlowEvents: count('droppedFlowEvents'),
    droppedEndpointFunctions: count('droppedEndpointFunctions'),
    unknownLibraries: counts(given.unknownLibraries, 'facts.unknownLibraries'),
    shedLevel: count('shedLevel'),
    measuring: boolean(facts.measuring, 'facts.measuring'),
    sensorCpuMs: number(facts.sensorCpuMs, 'facts.sensorCpuMs'),
    inlineCpuMs: number(facts.inlineCpuMs, 'facts.inlineCpuMs'),
    sensorBytes: number(facts.sensorBytes, 'facts.sensorBytes'),
    ...(facts.capture !== undefined && { capture: decodeCaptureFacts(record(facts.capture, 'facts.capture')) }),
  };
}

function decodeLeftOut(value: unknown): LeftOutFile[] {
  return array(value, 'facts.leftOut', LEFT_OUT_FILES, (item, at) => {
    const { file, reason } = record(item, at);
    return { file: text(file, `${at}.file`), reason: text(reason, `${at}.reason`) };
  });
}

function decodeCaptureFacts(facts: Record<string, unknown>): CaptureFacts {
  const count = (field: string) => integer(facts[field], `facts.capture.${field}`);
  return {
    mode: oneOf(facts.mode, 'facts.capture.mode', ['off', 'shape', 'redacted'] as const),
    fault: nullable(facts.fault, 'facts.capture.fault', text),
    taken: count('taken'),
    suppressed: count('suppressed'),
    dropped: count('dropped'),
    refused: count('refused'),
    refusal: nullable(facts.refusal, 'facts.capture.refusal', text),
  };
}

function counts(value: unknown, at: string): Record<string, number> {
  return Object.fromEntries(Object.entries(record(value, at)).map(([name, n]) => [name, integer(n, `${at}.${name}`)]));
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

/** Rows are most of what is received: a place is named only for one that is at fault. */
function decodeRows(value: unknown): FunctionWindow[] {
  if (!Array.isArray(value) || value.length > SENSOR_LIMITS.rows) {
    return array(value, 'rows', SENSOR_LIMITS.rows, decodeRow);
  }
  return value.map((row, i) => soundRow(row) ?? decodeRow(row, `rows[${i}]`));
}

const ROW_FIELDS = 8;

/** The row where it is as it should be and has no other fields, else null. */
function soundRow(value: unknown): FunctionWindow | null {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== ROW_FIELDS) return null;
  const { id, calls, errors, sumNs, maxNs, buckets, selfNs, cpuNs } = value as FunctionWindow;
  const isSound =
    isInteger(id) &&
    isInteger(calls) &&
    isInteger(errors) &&
    isNumber(sumNs) &&
    isNumber(maxNs) &&
    isNumber(selfNs) &&
    isNumber(cpuNs) &&
    areBuckets(buckets);
  return isSound ? (value as FunctionWindow) : null;
}

function isInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

function areBuckets(value: unknown): boolean {
  if (!Array.isArray(value) || value.length % 2 !== 0) return false;
  let previous = MINIMUM_BUCKET_INDEX - 1;
  for (let i = 0; i < value.length; i += 2) {
    const index = value[i];
    const count = value[i + 1];
    if (!Number.isSafeInteger(index) || index <= previous || index > MAXIMUM_BUCKET_INDEX) return false;
    if (!Number.isSafeInteger(count) || count < 1) return false;
    previous = index;
  }
  return true;
}

function decodeRow(value: unknown, at: string): FunctionWindow {
  const row = record(value, at);
  return {
    id: integer(row.id, `${at}.id`),
    ...decodeTimedTotals(row, at),
    selfNs: number(row.selfNs, `${at}.selfNs`),
    cpuNs: number(row.cpuNs, `${at}.cpuNs`),
  };
}

function text(value: unknown, at: string): string {
  return string(value, at, SENSOR_LIMITS.stringLength);
}
