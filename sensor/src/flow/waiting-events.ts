// Queries and requests to other services, from their beginning to their end. What a flow waited for them is added up
// whether or not there is room for the event.

import { now } from '../measure/clock.js';
import { addEvent } from './current-flow.js';
import { type Elapsed, type Flow, type OutboundEvent, type QueryEvent, SAMPLE_ROWS } from './flow.js';

/** How a query has ended; what is left out is not known. */
export interface Answer {
  rowCount?: number | null | undefined;
  rows?: unknown;
  error?: unknown;
}

/**
 * Added to the flow at once, so that a query which never ends is seen too. `text` as the program gave it: redacted when
 * it is captured.
 */
export function beginQuery(flow: Flow, system: string, text: string, parameters: unknown): QueryEvent {
  const event: QueryEvent = {
    type: 'query',
    system,
    text,
    parameters,
    rowCount: null,
    rows: null,
    error: null,
    startMs: now(),
    durationMs: null,
  };
  open(flow.database, event.startMs);
  addEvent(flow, event);
  return event;
}

/** Again without effect. */
export function endQuery(flow: Flow, event: QueryEvent, { rowCount, rows, error }: Answer): void {
  if (!end(flow.database, event)) return;
  const sample = Array.isArray(rows) ? rows : null;
  event.rowCount = rowCount ?? sample?.length ?? null;
  event.rows = sample === null ? null : sample.slice(0, SAMPLE_ROWS);
  event.error = error ?? null;
}

/** Added to the flow at once, so that a request which never ends is seen too. */
export function beginOutbound(flow: Flow, method: string, url: string): OutboundEvent {
  const event: OutboundEvent = {
    type: 'outbound',
    method,
    url,
    status: null,
    error: null,
    startMs: now(),
    durationMs: null,
  };
  open(flow.outbound, event.startMs);
  addEvent(flow, event);
  return event;
}

/** Again without effect. */
export function endOutbound(flow: Flow, event: OutboundEvent, error: unknown): void {
  if (end(flow.outbound, event)) event.error = error ?? null;
}

function open(elapsed: Elapsed, nowMs: number): void {
  if (elapsed.open++ === 0) elapsed.sinceMs = nowMs;
}

function end(elapsed: Elapsed, event: QueryEvent | OutboundEvent): boolean {
  if (event.durationMs !== null) return false;
  const nowMs = now();
  event.durationMs = nowMs - event.startMs;
  if (--elapsed.open === 0) elapsed.totalMs += nowMs - elapsed.sinceMs;
  return true;
}
