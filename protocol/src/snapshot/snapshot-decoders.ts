// The checks that a received snapshot passes: shapes, limits, depth. A captured value is checked as it is walked, with
// one count for the whole snapshot, so that no frame can make the receiver build more than SNAPSHOT_LIMITS.

import { array, boolean, fail, integer, nullable, number, oneOf, record, string } from '../check.js';
import { decodePlace } from '../function-place-decoder.js';
import type { CapturedNode, CapturedValue, CutReason, RedactionReason } from './captured-value.js';
import {
  type CollectorSnapshotAck,
  type SensorSnapshot,
  SNAPSHOT_LIMITS,
  SNAPSHOT_TRIGGERS,
  type Snapshot,
  type SnapshotCause,
  type SnapshotError,
  type SnapshotFlow,
  type SnapshotFrame,
  type SnapshotProcess,
  type SnapshotRequest,
} from './snapshot.js';

const CUTS: readonly CutReason[] = ['length', 'width', 'depth', 'cycle', 'bytes', 'time'];
const REDACTIONS: readonly RedactionReason[] = [
  'name',
  'known secret',
  'denied',
  'card number',
  'e-mail address',
  'token',
  'private key',
  'IP address',
  'SQL literal',
  'shape',
];

type Fields = Record<string, unknown>;
type DecodeValue = (value: unknown, at: string) => CapturedValue;

/** Throws DecodeError. Unknown extra fields are dropped, `before` among them. */
export function decodeSensorSnapshot(message: Fields): SensorSnapshot {
  return {
    type: 'snapshot',
    ageMs: number(message.ageMs, 'ageMs'),
    snapshot: decodeSnapshot(record(message.snapshot, 'snapshot'), 'snapshot'),
  };
}

/** Throws a DecodeError that names the field. */
export function decodeSnapshotAck(message: Fields): CollectorSnapshotAck {
  return { type: 'snapshotAck', id: text(message.id, 'id'), refused: nullable(message.refused, 'refused', text) };
}

/** Throws DecodeError. */
function decodeSnapshot(s: Fields, at: string): Snapshot {
  const value = countedValues();
  const list = <T>(field: string, most: number, item: (fields: Fields, at: string) => T) =>
    array(s[field], `${at}.${field}`, most, (one, where) => item(record(one, where), where));
  const { calls, events } = SNAPSHOT_LIMITS;
  return {
    id: string(s.id, `${at}.id`, 64),
    trigger: oneOf(s.trigger, `${at}.trigger`, SNAPSHOT_TRIGGERS),
    fingerprint: hexadecimal(s.fingerprint, `${at}.fingerprint`),
    suppressed: integer(s.suppressed, `${at}.suppressed`),
    flow: nullable(s.flow, `${at}.flow`, decodeFlow),
    request: nullable(s.request, `${at}.request`, (one, where) => decodeRequest(record(one, where), where, value)),
    attributes: value(s.attributes, `${at}.attributes`),
    function: nullable(s.function, `${at}.function`, decodePlace),
    error: nullable(s.error, `${at}.error`, (one, where) => decodeError(record(one, where), where, value)),
    calls: list('calls', calls, (call, where) => ({
      function: decodePlace(call.function, `${where}.function`),
      durationNs: nullable(call.durationNs, `${where}.durationNs`, number),
      endNs: nullable(call.endNs, `${where}.endNs`, number),
      threw: boolean(call.threw, `${where}.threw`),
      arguments: nullable(call.arguments, `${where}.arguments`, (all, inside) =>
        array(all, inside, 64, (one, place) => {
          const argument = record(one, place);
          return { name: text(argument.name, `${place}.name`), value: value(argument.value, `${place}.value`) };
        }),
      ),
    })),
    queries: list('queries', events, (query, where) => ({
      system: text(query.system, `${where}.system`),
      text: text(query.text, `${where}.text`),
      parameters: value(query.parameters, `${where}.parameters`),
      startNs: number(query.startNs, `${where}.startNs`),
      durationNs: nullable(query.durationNs, `${where}.durationNs`, number),
      rowCount: nullable(query.rowCount, `${where}.rowCount`, integer),
      answer: value(query.answer, `${where}.answer`),
      error: nullable(query.error, `${where}.error`, text),
    })),
    outbound: list('outbound', events, (call, where) => ({
      method: text(call.method, `${where}.method`),
      url: text(call.url, `${where}.url`),
      startNs: number(call.startNs, `${where}.startNs`),
      durationNs: nullable(call.durationNs, `${where}.durationNs`, number),
      status: nullable(call.status, `${where}.status`, integer),
      error: nullable(call.error, `${where}.error`, text),
    })),
    logs: list('logs', events, (line, where) => ({
      level: text(line.level, `${where}.level`),
      timeNs: number(line.timeNs, `${where}.timeNs`),
      message: value(line.message, `${where}.message`),
    })),
    droppedEvents: integer(s.droppedEvents, `${at}.droppedEvents`),
    process: decodeProcess(record(s.process, `${at}.process`), `${at}.process`),
    mode: oneOf(s.mode, `${at}.mode`, ['shape', 'redacted'] as const),
    redactions: integer(s.redactions, `${at}.redactions`),
    captureNs: number(s.captureNs, `${at}.captureNs`),
  };
}

function decodeFlow(value: unknown, at: string): SnapshotFlow {
  const flow = record(value, at);
  return {
    kind: oneOf(flow.kind, `${at}.kind`, ['http', 'job', 'timer'] as const),
    method: text(flow.method, `${at}.method`),
    route: text(flow.route, `${at}.route`),
    status: nullable(flow.status, `${at}.status`, integer),
    durationNs: number(flow.durationNs, `${at}.durationNs`),
  };
}

function decodeRequest(request: Fields, at: string, value: DecodeValue): SnapshotRequest {
  return {
    path: text(request.path, `${at}.path`),
    params: value(request.params, `${at}.params`),
    query: value(request.query, `${at}.query`),
    headers: value(request.headers, `${at}.headers`),
    body: value(request.body, `${at}.body`),
  };
}

function decodeError(error: Fields, at: string, value: DecodeValue): SnapshotError {
  return {
    ...decodeCause(error, at, value),
    properties: value(error.properties, `${at}.properties`),
    causes: array(error.causes, `${at}.causes`, SNAPSHOT_LIMITS.causes, (one, where) =>
      decodeCause(record(one, where), where, value),
    ),
  };
}

function decodeCause(cause: Fields, at: string, value: DecodeValue): SnapshotCause {
  return {
    type: text(cause.type, `${at}.type`),
    message: value(cause.message, `${at}.message`),
    stack: array(cause.stack, `${at}.stack`, SNAPSHOT_LIMITS.frames, decodeFrame),
  };
}

function decodeFrame(value: unknown, at: string): SnapshotFrame {
  const frame = record(value, at);
  return {
    functionName: text(frame.functionName, `${at}.functionName`),
    file: text(frame.file, `${at}.file`),
    line: integer(frame.line, `${at}.line`),
    column: integer(frame.column, `${at}.column`),
    isAsync: boolean(frame.isAsync, `${at}.isAsync`),
  };
}

function decodeProcess(facts: Fields, at: string): SnapshotProcess {
  return {
    uptimeSeconds: number(facts.uptimeSeconds, `${at}.uptimeSeconds`),
    rssBytes: number(facts.rssBytes, `${at}.rssBytes`),
    heapUsedBytes: number(facts.heapUsedBytes, `${at}.heapUsedBytes`),
    eventLoopDelayP99Ns: nullable(facts.eventLoopDelayP99Ns, `${at}.eventLoopDelayP99Ns`, number),
  };
}

/** A decoder of captured values that counts them all. */
function countedValues(): DecodeValue {
  let count = 0;
  function decode(value: unknown, at: string, depth: number): CapturedValue {
    if (++count > SNAPSHOT_LIMITS.values) fail(at, `is more than value ${SNAPSHOT_LIMITS.values}`);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return text(value, at);
    if (typeof value === 'number') return Number.isFinite(value) ? value : fail(at, 'is not a finite number');
    if (depth > SNAPSHOT_LIMITS.depth) fail(at, `is deeper than ${SNAPSHOT_LIMITS.depth}`);
    const node = record(value, at);
    const decoded: CapturedNode = { type: text(node.type, `${at}.type`) };
    if (node.text !== undefined) decoded.text = text(node.text, `${at}.text`);
    if (node.entries !== undefined)
      decoded.entries = array(node.entries, `${at}.entries`, SNAPSHOT_LIMITS.values, entry);
    if (node.items !== undefined) decoded.items = array(node.items, `${at}.items`, SNAPSHOT_LIMITS.values, nested);
    if (node.size !== undefined) decoded.size = integer(node.size, `${at}.size`);
    if (node.cut !== undefined) decoded.cut = oneOf(node.cut, `${at}.cut`, CUTS);
    if (node.redacted !== undefined) decoded.redacted = oneOf(node.redacted, `${at}.redacted`, REDACTIONS);
    return decoded;

    function nested(one: unknown, where: string): CapturedValue {
      return decode(one, where, depth + 1);
    }
    function entry(one: unknown, where: string): [CapturedValue, CapturedValue] {
      const [key, item, ...more] = array(one, where, 2, nested);
      if (key === undefined || item === undefined || more.length > 0) return fail(where, 'is not a key and a value');
      return [key, item];
    }
  }
  return (value, at) => decode(value, at, 0);
}

function hexadecimal(value: unknown, at: string): string {
  const digits = string(value, at, 64);
  return /^[0-9a-f]+$/.test(digits) ? digits : fail(at, 'is not hexadecimal');
}

function text(value: unknown, at: string): string {
  return string(value, at, SNAPSHOT_LIMITS.stringLength);
}
