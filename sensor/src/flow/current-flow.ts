// The flow that the running code belongs to, and the life of flows: begun when a request, job or timer run comes in,
// carried by Node's own asynchronous context, ended once. At most FLOWS are followed at a time; what comes beyond is not,
// and is counted.

import { AsyncLocalStorage, executionAsyncId } from 'node:async_hooks';
import { debuglog } from 'node:util';
import { now } from '../measure/clock.js';
import { EVENTS, type Flow, type FlowEvent, type FlowKind, type FlowRequest } from './flow.js';

export type { CallEvent, Flow, FlowEvent, FlowKind, FlowRequest, LogEvent, OutboundEvent, QueryEvent } from './flow.js';

/** Flows that are followed at a time. */
export const FLOWS = 4_096;

export type FlowListener = (flow: Flow) => void;
export type FlowErrorListener = (flow: Flow, error: unknown) => void;

const debug = debuglog('prodlens');
const storage = new AsyncLocalStorage<Flow | undefined>();
/**
 * Whether Node keeps what is entered by the execution that runs (async_hooks; with 24 it is a context of V8's). Then an
 * execution's flow changes by enterFlow() alone, and asking for its number costs a tenth of asking for its flow.
 */
export const IS_KEPT_BY_EXECUTION = 'kResourceStore' in storage;
/** The execution in which was asked last, 0 for none (it is also what Node says where it does not know), and its flow. */
let askedIn = 0;
let answer: Flow | undefined;
const endListeners: FlowListener[] = [];
const errorListeners: FlowErrorListener[] = [];
/** Free numbers of flows; the last is given out next. */
const free = Int32Array.from({ length: FLOWS }, (_, i) => FLOWS - i);
let freeCount = FLOWS;
let tellEnds = () => {};
const NO_ATTRIBUTES: Flow['attributes'] = Object.freeze({});
const NO_EVENTS = Object.freeze([]) as unknown as FlowEvent[];
/** Since the process started. */
let droppedFlows = 0;
let droppedFlowEvents = 0;

/** The flow that the running code belongs to; undefined outside of any, and once it is over. */
export function currentFlow(): Flow | undefined {
  const flow = enteredFlow();
  return flow === undefined || flow.slot === 0 ? undefined : flow;
}

/** The listener is called at the end of each flow, in the program's thread, before the flow lets go of what it holds. */
export function onFlowEnd(listener: FlowListener): void {
  endListeners.push(listener);
}

/** The listener is called with each error that is reported for a flow, while that is under way. */
export function onFlowError(listener: FlowErrorListener): void {
  errorListeners.push(listener);
}

/** Begins a flow, without making it the current one; undefined where as many as are followed are under way. */
export function beginFlow(
  kind: FlowKind,
  method: string,
  route: string | null,
  request: FlowRequest | null,
): Flow | undefined {
  if (freeCount === 0) tellEnds();
  if (freeCount === 0) {
    droppedFlows++;
    return undefined;
  }
  return {
    kind,
    method,
    route,
    findRoute: null,
    request,
    startNs: now() * 1e6,
    durationNs: null,
    status: null,
    failed: false,
    error: undefined,
    attributes: NO_ATTRIBUTES,
    events: [],
    droppedEvents: 0,
    endpoint: 0,
    slot: free[--freeCount]!,
    database: { open: 0, sinceMs: 0, totalMs: 0 },
    outbound: { open: 0, sinceMs: 0, totalMs: 0 },
  };
}

/** The rest of what runs now, and what it leads to, belongs to the flow, or to none. */
export function enterFlow(flow: Flow | undefined): void {
  storage.enterWith(flow);
  askedIn = 0;
}

/** What the running code belongs to, for enterFlow(); also a flow that is over. */
export function enteredFlow(): Flow | undefined {
  if (!IS_KEPT_BY_EXECUTION) return storage.getStore();
  const execution = executionAsyncId();
  if (execution !== askedIn || execution === 0) {
    answer = storage.getStore();
    askedIn = execution;
  }
  return answer;
}

/** Ends a flow; again without effect. Its slot may be given to another from then on: see freeSlot. */
export function endFlow(flow: Flow): void {
  if (flow.slot === 0 || flow.durationNs !== null) return;
  flow.durationNs = Math.max(now() * 1e6 - flow.startNs, 1);
  flow.route ??= routeAtEnd(flow);
  flow.findRoute = null;
  tell(endListeners, (listener) => listener(flow));
  flow.slot = 0;
  flow.request = null;
  flow.error = undefined;
  flow.attributes = NO_ATTRIBUTES;
  flow.events = NO_EVENTS;
}

function routeAtEnd({ findRoute }: Flow): string | null {
  try {
    return findRoute === null ? null : findRoute();
  } catch {
    return null;
  }
}

/** `tell` is called when no slot is free: it frees those of flows whose end could not be noted before. */
export function onNoFreeSlot(tell: () => void): void {
  tellEnds = tell;
}

/** For whoever has noted the end of the flow that had it. */
export function freeSlot(slot: number): void {
  free[freeCount++] = slot;
}

/** An error that the flow met: its framework, or the program, says so. */
export function reportFlowError(flow: Flow, error: unknown): void {
  if (flow.slot === 0) return;
  flow.error = error;
  tell(errorListeners, (listener) => listener(flow, error));
}

/** Adds an event where there is room. */
export function addEvent(flow: Flow, event: FlowEvent): void {
  if (flow.slot === 0) return;
  if (flow.events.length < EVENTS) flow.events.push(event);
  else {
    flow.droppedEvents++;
    droppedFlowEvents++;
  }
}

/** What was left out since the process started. */
export function flowFacts(): { droppedFlows: number; droppedFlowEvents: number } {
  return { droppedFlows, droppedFlowEvents };
}

function tell<L>(listeners: readonly L[], call: (listener: L) => void): void {
  for (const listener of listeners) {
    try {
      call(listener);
    } catch (error) {
      debug('%s', (error as Error).stack);
    }
  }
}
