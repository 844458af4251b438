// Windows on their way to the collector. A window that was sent keeps its sequence and is sent again unchanged
// until it is acknowledged; windows that were not sent yet merge into one, so that memory stays bounded by the
// number of functions however long the collector is away, and no call is lost.

import {
  addEndpointFunctions,
  type EdgeWindow,
  type EndpointFunctionWindow,
  type EndpointWindow,
  type FunctionWindow,
  mergeEndpointTotals,
  mergeTotals,
  type ProcessWindow,
} from '@prodlens/protocol';

export interface Window {
  /** Monotonic times in ms. */
  startMs: number;
  endMs: number;
  rows: FunctionWindow[];
  edges: EdgeWindow[];
  endpoints: EndpointWindow[];
  endpointFunctions: EndpointFunctionWindow[];
  process: ProcessWindow;
}

export interface Numbered extends Window {
  sequence: number;
}

/** Keeps a frame far below SENSOR_LIMITS.frameBytes, with all buckets in use. */
const ROWS_A_WINDOW = 5_000;
const EDGES_A_WINDOW = 20_000;
/** Edges that wait at most; of more, those with the least time are dropped. */
const EDGES_WAITING = 40_000;
/** Endpoints are few: all of them go with the first part of a window. */
const ENDPOINT_FUNCTIONS_A_WINDOW = 20_000;
/** As of edges. */
const ENDPOINT_FUNCTIONS_WAITING = 40_000;
/** After so many in a row the window is given up. */
const REFUSALS = 3;

export class Outbox {
  #sent: Numbered | null = null;
  #waiting: Window | null = null;
  #sequence = 0;
  #refusals = 0;
  /** Windows that were merged into another, windows that the collector refused for good, edges and pairs of endpoint and function that found no room. */
  merged = 0;
  dropped = 0;
  droppedEdges = 0;
  droppedEndpointFunctions = 0;

  add(window: Window): void {
    if (this.#waiting === null) {
      this.#waiting = window;
      return;
    }
    this.merged++;
    this.#waiting = mergeWindows(this.#waiting, window);
    const { edges, endpointFunctions } = this.#waiting;
    this.#waiting.edges = mostTime(edges, EDGES_WAITING);
    this.#waiting.endpointFunctions = mostTime(endpointFunctions, ENDPOINT_FUNCTIONS_WAITING);
    this.droppedEdges += edges.length - this.#waiting.edges.length;
    this.droppedEndpointFunctions += endpointFunctions.length - this.#waiting.endpointFunctions.length;
  }

  /** The window to send now: the one that was sent before where it is not acknowledged (after a new connection). */
  next(isNewConnection: boolean): Numbered | null {
    if (this.#sent !== null) return isNewConnection ? this.#sent : null;
    if (this.#waiting === null) return null;
    const { rows, edges, endpointFunctions, ...rest } = this.#waiting;
    this.#sent = {
      ...rest,
      rows: rows.slice(0, ROWS_A_WINDOW),
      edges: edges.slice(0, EDGES_A_WINDOW),
      endpointFunctions: endpointFunctions.slice(0, ENDPOINT_FUNCTIONS_A_WINDOW),
      sequence: ++this.#sequence,
    };
    const left = {
      ...rest,
      rows: rows.slice(ROWS_A_WINDOW),
      edges: edges.slice(EDGES_A_WINDOW),
      endpoints: [],
      endpointFunctions: endpointFunctions.slice(ENDPOINT_FUNCTIONS_A_WINDOW),
      process: withoutSums(rest.process),
    };
    this.#waiting = left.rows.length + left.edges.length + left.endpointFunctions.length > 0 ? left : null;
    return this.#sent;
  }

  /** The collector has all up to this sequence on disk. */
  acknowledged(sequence: number): void {
    if (this.#sent === null || this.#sent.sequence > sequence) return;
    this.#sent = null;
    this.#refusals = 0;
  }

  /** The collector refused the window that was sent. One that it refuses every time would stop all that come after it. */
  refused(): void {
    if (this.#sent === null || ++this.#refusals < REFUSALS) return;
    this.#sent = null;
    this.#refusals = 0;
    this.dropped++;
  }

  get isEmpty(): boolean {
    return this.#sent === null && this.#waiting === null;
  }
}

function mergeWindows(a: Window, b: Window): Window {
  return {
    startMs: a.startMs,
    endMs: b.endMs,
    rows: mergeBy(a.rows, b.rows, ({ id }) => id, mergeTotals),
    edges: mergeBy(
      a.edges,
      b.edges,
      ({ caller, callee }) => `${caller} ${callee}`,
      (one, other) => ({ calls: one.calls + other.calls, sumNs: one.sumNs + other.sumNs }),
    ),
    endpoints: mergeBy(a.endpoints, b.endpoints, ({ id }) => id, mergeEndpointTotals),
    endpointFunctions: mergeBy(
      a.endpointFunctions,
      b.endpointFunctions,
      (pair) => `${pair.endpoint} ${pair.function}`,
      addEndpointFunctions,
    ),
    process: mergeProcesses(a, b),
  };
}

/** What both lists hold; of two with one key `merge` gives what they add up to. */
function mergeBy<T>(a: T[], b: T[], keyOf: (item: T) => string | number, merge: (one: T, other: T) => Partial<T>): T[] {
  const merged = new Map(a.map((item) => [keyOf(item), item]));
  for (const item of b) {
    const key = keyOf(item);
    const before = merged.get(key);
    merged.set(key, before === undefined ? item : { ...item, ...merge(before, item) });
  }
  return [...merged.values()];
}

function mostTime<T extends { sumNs: number }>(items: T[], limit: number): T[] {
  return items.length <= limit ? items : items.sort((a, b) => b.sumNs - a.sumNs).slice(0, limit);
}

function mergeProcesses(a: Window, b: Window): ProcessWindow {
  const [lengthA, lengthB] = [a.endMs - a.startMs, b.endMs - b.startMs];
  const share = lengthA + lengthB > 0 ? lengthB / (lengthA + lengthB) : 1;
  const { process: one } = a;
  const { process: other } = b;
  return {
    ...other,
    cpuMs: one.cpuMs + other.cpuMs,
    gcCount: one.gcCount + other.gcCount,
    gcMs: one.gcMs + other.gcMs,
    eventLoopUtilization: one.eventLoopUtilization * (1 - share) + other.eventLoopUtilization * share,
    eventLoopDelayP50Ns: Math.max(one.eventLoopDelayP50Ns, other.eventLoopDelayP50Ns),
    eventLoopDelayP99Ns: Math.max(one.eventLoopDelayP99Ns, other.eventLoopDelayP99Ns),
    eventLoopDelayMaxNs: Math.max(one.eventLoopDelayMaxNs, other.eventLoopDelayMaxNs),
  };
}

/** For the second part of a window that is split: what adds up is in the first. */
function withoutSums(process: ProcessWindow): ProcessWindow {
  return { ...process, cpuMs: 0, gcCount: 0, gcMs: 0 };
}
