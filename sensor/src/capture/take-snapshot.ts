// Turns what is known of a flow, or of an error outside of any, into values of its own: within one limit of time and size
// for all of it, what matters most first.

import { types } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { CapturedValue, SnapshotFlow, SnapshotRequest, SnapshotTrigger } from '@prodlens/protocol';
import type { Flow, FlowEvent } from '../flow/current-flow.js';
import type { ReadStack } from '../load/stack-trace.js';
import { now } from '../measure/clock.js';
import { captureError, errorTypeOf } from './capture-error.js';
import { type CaptureLimits, valueCapture } from './capture-value.js';
import type { NotedCall } from './exits.js';
import { isProxy } from './intrinsics.js';
import { dataProperty } from './object-facts.js';
import type { RawCall, RawOutbound, RawQuery, RawSnapshot } from './raw-snapshot.js';

export interface Cause {
  trigger: SnapshotTrigger;
  flow: Flow | undefined;
  /** What was thrown, and whether anything was. */
  error: unknown;
  hasError: boolean;
  slowFunction: number | null;
  /** Innermost first. */
  calls: readonly NotedCall[];
  suppressed: number;
}

/** Of one snapshot. */
const QUERIES = 50;
const OUTBOUND = 50;
const LOGS = 50;
const LONG_CALLS = 40;
const QUERY_TEXT = 4_096;

type Capture = (value: unknown) => CapturedValue;
/** How much of the room is used up at most once each part is captured: what comes last finds some too. */
const SHARES = { error: 0.15, calls: 0.55, request: 0.7, attributes: 0.75, queries: 0.9, logs: 1 };

export function takeSnapshot(cause: Cause, readStack: ReadStack, limits?: CaptureLimits): RawSnapshot {
  const startMs = now();
  const { flow } = cause;
  const captureWithin = valueCapture(limits);
  const within =
    (part: keyof typeof SHARES): Capture =>
    (value) =>
      captureWithin(value, SHARES[part]);
  const flowStartMs = (flow?.startNs ?? startMs * 1e6) / 1e6;
  const sinceStartNs = (ms: number) => Math.max(0, (ms - flowStartMs) * 1e6);
  const error = cause.hasError ? captureError(cause.error, within('error'), readStack) : null;
  const calls = cause.calls.map((call) => noted(call, flow ? sinceStartNs(call.endMs) : null, within('calls')));
  const request = flow?.request ? captureRequest(flow, within('request')) : null;
  const attributes = flow && Object.keys(flow.attributes).length > 0 ? within('attributes')(flow.attributes) : null;
  const events = flow?.events ?? [];
  const queries = last(events, 'query', QUERIES).map((query) => captureQuery(query, sinceStartNs, within('queries')));
  const outbound = last(events, 'outbound', OUTBOUND).map((call): RawOutbound => {
    const { method, url, startMs: at, durationMs, status } = call;
    const failed = call.error === null || call.error === undefined ? null : messageOf(call.error);
    return { method, url, startNs: sinceStartNs(at), durationNs: ns(durationMs), status, error: failed };
  });
  const logs = last(events, 'log', LOGS).map(({ level, startMs: at, values }) => {
    return { level, timeNs: sinceStartNs(at), message: within('logs')(values.length === 1 ? values[0] : values) };
  });
  const long = longCalls(events, cause.calls, sinceStartNs);
  return {
    trigger: cause.trigger,
    suppressed: cause.suppressed,
    flow: flow ? flowOf(flow, startMs) : null,
    request,
    attributes,
    error,
    slowFunction: cause.slowFunction,
    calls: [...calls, ...long],
    queries,
    outbound,
    logs,
    droppedEvents: (flow?.droppedEvents ?? 0) + dropped(events, 'query', QUERIES) + dropped(events, 'log', LOGS),
    process: { uptimeSeconds: process.uptime(), heapUsedBytes: getHeapStatistics().used_heap_size },
    captureNs: (now() - startMs) * 1e6,
    sourceMapsEnabled: (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled === true,
  };
}

function flowOf(flow: Flow, nowMs: number): SnapshotFlow {
  const { kind, method, route, status, startNs, durationNs } = flow;
  return { kind, method, route: route ?? '', status, durationNs: durationNs ?? Math.max(0, nowMs * 1e6 - startNs) };
}

function captureRequest({ request, route }: Flow, capture: Capture): SnapshotRequest {
  const { url, headers } = request!;
  const part = (read: () => unknown): CapturedValue => {
    try {
      const value = read();
      return value === undefined ? null : capture(value);
    } catch {
      return null;
    }
  };
  const path = /^[^?#]*/.exec(typeof url === 'string' ? url : '')?.[0] ?? '';
  const parsed = part(() => request!.query());
  return {
    path: path || (route ?? ''),
    params: part(() => request!.params()),
    body: part(() => request!.body()),
    query: parsed ?? (url.includes('?') ? capture(new URLSearchParams(url.slice(url.indexOf('?')))) : null),
    headers: capture(headers),
  };
}

function captureQuery(
  query: Extract<FlowEvent, { type: 'query' }>,
  sinceStartNs: (ms: number) => number,
  capture: Capture,
): RawQuery {
  const { system, text, parameters, startMs, durationMs, rowCount, rows, error } = query;
  return {
    system,
    text: typeof text === 'string' ? text.slice(0, QUERY_TEXT) : '',
    parameters: parameters === undefined ? null : capture(parameters),
    startNs: sinceStartNs(startMs),
    durationNs: ns(durationMs),
    rowCount,
    answer: rows === null ? null : capture(rows),
    error: error === null || error === undefined ? null : messageOf(error),
  };
}

/** Calls that took long and are not among those that were noted. */
function longCalls(events: readonly FlowEvent[], calls: readonly NotedCall[], sinceStartNs: (ms: number) => number) {
  const isNoted = (id: number, endMs: number) =>
    calls.some((call) => call.id === id && Math.abs(call.endMs - endMs) < 1);
  return events
    .filter((event) => event.type === 'call' && !isNoted(event.id, event.startMs + (event.durationMs ?? 0)))
    .sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0))
    .slice(0, LONG_CALLS)
    .map((event): RawCall => {
      const { id, threw, startMs, durationMs } = event as Extract<FlowEvent, { type: 'call' }>;
      return {
        id,
        threw,
        durationNs: ns(durationMs),
        endNs: sinceStartNs(startMs + (durationMs ?? 0)),
        arguments: null,
      };
    });
}

function noted(call: NotedCall, endNs: number | null, capture: Capture): RawCall {
  const { id, threw, durationMs } = call;
  // Behind the last parameter there is nothing but undefined: what is a parameter's is known to the reporter.
  const values = call.arguments?.map(capture) ?? null;
  return { id, threw, durationNs: ns(durationMs), endNs, arguments: values };
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error.slice(0, QUERY_TEXT);
  if (typeof error !== 'object' || error === null || isProxy(error)) return errorTypeOf(error);
  const message = dataProperty(error, 'message');
  const text = typeof message === 'string' ? message : '';
  return `${types.isNativeError(error) ? errorTypeOf(error) : 'Error'}: ${text}`.slice(0, QUERY_TEXT);
}

/** The last ones: what went wrong is near the end. */
function last<T extends FlowEvent['type']>(events: readonly FlowEvent[], type: T, most: number) {
  return events.filter((event): event is Extract<FlowEvent, { type: T }> => event.type === type).slice(-most);
}

function dropped(events: readonly FlowEvent[], type: FlowEvent['type'], most: number): number {
  return Math.max(0, events.filter((event) => event.type === type).length - most);
}

function ns(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.max(0, milliseconds * 1e6);
}
