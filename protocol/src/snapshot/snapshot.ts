// What a sensor captured when something went wrong: the flow (a request, a job, a timer's run), its error, the functions
// it went through with their arguments, the queries, calls and log lines on the way. Plain data, redacted before it left
// the process. It holds no source code: the throwing line is a position.

import type { FunctionPlace } from '../function-place.js';
import type { CapturedValue } from './captured-value.js';

/** Limits that the decoder enforces; a sensor keeps far below them. */
export const SNAPSHOT_LIMITS = {
  /** Nodes and primitives of all captured values together. */
  values: 20_000,
  depth: 32,
  /** UTF-16 units of one string. */
  stringLength: 16_384,
  calls: 200,
  events: 500,
  frames: 100,
  causes: 10,
} as const;

export type SnapshotTrigger =
  /** The flow ended with a status of 500 or more, or its job failed. */
  | 'status'
  /** An error reached the framework's error handler, or left the job. */
  | 'edge'
  /** An uncaught exception or unhandled rejection. */
  | 'unhandled'
  /** A type of error that the function had not thrown before in this process, handled by the program itself. */
  | 'new error type'
  /** The flow or the function took longer than what the collector, or else the default, calls slow. */
  | 'slow'
  /** The program called setFailure. */
  | 'failure';

export const SNAPSHOT_TRIGGERS: readonly SnapshotTrigger[] = [
  'status',
  'edge',
  'unhandled',
  'new error type',
  'slow',
  'failure',
];

export type CaptureMode = 'off' | 'shape' | 'redacted';

export interface Snapshot {
  /** UUID. */
  id: string;
  trigger: SnapshotTrigger;
  /** The same for what went wrong in the same way: hexadecimal digits. */
  fingerprint: string;
  /** Snapshots of this fingerprint that were not taken since the last one because of the budget. */
  suppressed: number;
  /** null outside of any flow. */
  flow: SnapshotFlow | null;
  /** null where there is no request. */
  request: SnapshotRequest | null;
  /** From setContext. */
  attributes: CapturedValue;
  /** The function that threw or was slow; null where it is not known. */
  function: FunctionPlace | null;
  error: SnapshotError | null;
  /** Innermost first. */
  calls: SnapshotCall[];
  queries: SnapshotQuery[];
  outbound: SnapshotOutbound[];
  logs: SnapshotLog[];
  /** Queries, calls and log lines of the flow that found no room. */
  droppedEvents: number;
  process: SnapshotProcess;
  /** What the policy did. */
  mode: Exclude<CaptureMode, 'off'>;
  redactions: number;
  /** Time that capturing held the program's thread, in ns. */
  captureNs: number;
}

export interface SnapshotFlow {
  kind: 'http' | 'job' | 'timer';
  /** GET; the queue's or timer's kind otherwise. */
  method: string;
  /** http.route: the pattern as the framework names it; the name of a queue or timer. */
  route: string;
  /** http.response.status_code; null while none was sent. */
  status: number | null;
  /** Until the capture. */
  durationNs: number;
}

export interface SnapshotRequest {
  path: string;
  params: CapturedValue;
  query: CapturedValue;
  headers: CapturedValue;
  body: CapturedValue;
}

export interface SnapshotError {
  /** error.type: the name of its class. */
  type: string;
  message: CapturedValue;
  /** Innermost frame first. Empty where the error has none, or reading it would have run the program's code. */
  stack: SnapshotFrame[];
  /** Other own properties, such as `code`. */
  properties: CapturedValue;
  /** error.cause, and so on. */
  causes: SnapshotCause[];
}

export interface SnapshotCause {
  type: string;
  message: CapturedValue;
  stack: SnapshotFrame[];
}

export interface SnapshotFrame {
  /** As V8 names it; '' for none. */
  functionName: string;
  /** As in FunctionPlace: the original file; an address such as node:events for what is not the program's. */
  file: string;
  /** 1-based, original. */
  line: number;
  column: number;
  isAsync: boolean;
}

export interface SnapshotCall {
  function: FunctionPlace;
  /** null where it was not measured. */
  durationNs: number | null;
  /** From the flow's start to the call's end. */
  endNs: number | null;
  threw: boolean;
  /** By parameter, as they were when the call ended; null where they were not captured. */
  arguments: { name: string; value: CapturedValue }[] | null;
}

export interface SnapshotQuery {
  /** db.system.name: postgresql, mysql, mongodb, redis, sqlite … */
  system: string;
  /** db.query.text, literals taken out. */
  text: string;
  parameters: CapturedValue;
  /** From the flow's start. */
  startNs: number;
  /** null while it has not ended. */
  durationNs: number | null;
  rowCount: number | null;
  /** A sample of the answer. */
  answer: CapturedValue;
  error: string | null;
}

export interface SnapshotOutbound {
  method: string;
  url: string;
  startNs: number;
  durationNs: number | null;
  status: number | null;
  error: string | null;
}

export interface SnapshotLog {
  level: string;
  /** From the flow's start. */
  timeNs: number;
  message: CapturedValue;
}

export interface SnapshotProcess {
  uptimeSeconds: number;
  rssBytes: number;
  heapUsedBytes: number;
  /** How late the event loop took up a timer in the last window, in ns; null before the first. */
  eventLoopDelayP99Ns: number | null;
}

/**
 * What a fingerprint is the hash of: functions without positions, and no message, which change from version to version and
 * from request to request.
 */
export function fingerprintText({
  trigger,
  flow,
  error,
  function: place,
  calls,
}: Pick<Snapshot, 'trigger' | 'flow' | 'function' | 'calls'> & { error: { type: string } | null }): string {
  const name = ({ file, name: of, ordinal }: FunctionPlace) => `${file} ${of} ${ordinal}`;
  const path = calls.filter((call) => call.threw && call.function.package === null).map((call) => name(call.function));
  const what = error
    ? [error.type, place ? name(place) : '', ...path]
    : [trigger, flow ? `${flow.kind} ${flow.method} ${flow.route}` : '', place ? name(place) : ''];
  return what.join('\n');
}

/** What is said of a snapshot in a list. */
export interface SnapshotSummary {
  id: string;
  takenUnixMs: number;
  service: string;
  environment: string;
  version: string;
  revision: string;
  instance: string;
  host: string;
  trigger: SnapshotTrigger;
  fingerprint: string;
  suppressed: number;
  /** "GET /orders/:id", "bullmq confirmations"; null outside of any flow. */
  endpoint: string | null;
  status: number | null;
  durationNs: number | null;
  /** FunctionStats.id. */
  functionId: string | null;
  functionName: string | null;
  file: string | null;
  /** 1-based: of the throw, else of the function. */
  line: number | null;
  errorType: string | null;
  /** One line. */
  message: string | null;
}

/** Sensor to collector, and its answer. Sent again until it is answered; the id makes a repeat harmless. */
export interface SensorSnapshot {
  type: 'snapshot';
  /** Milliseconds from the capture to the sending, by the monotonic clock. */
  ageMs: number;
  snapshot: Snapshot;
  /** For `prodlens redaction try --live` alone: the same before redaction. A collector drops it. */
  before?: Snapshot;
}

export interface CollectorSnapshotAck {
  type: 'snapshotAck';
  id: string;
  /** Why it was not kept; null where it was. */
  refused: string | null;
}
