// Windows on their way to the collector. A window that was sent keeps its sequence and is sent again unchanged
// until it is acknowledged; windows that were not sent yet merge into one, so that memory stays bounded by the
// number of functions however long the collector is away, and no call is lost.

import { type EdgeWindow, type FunctionWindow, mergeTotals, type ProcessWindow } from '@prodlens/protocol';

export interface Window {
  /** Monotonic times in ms. */
  startMs: number;
  endMs: number;
  rows: FunctionWindow[];
  edges: EdgeWindow[];
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
/** After so many in a row the window is given up. */
const REFUSALS = 3;

export class Outbox {
  #sent: Numbered | null = null;
  #waiting: Window | null = null;
  #sequence = 0;
  #refusals = 0;
  /** Windows that were merged into another, windows that the collector refused for good, edges that found no room. */
  merged = 0;
  dropped = 0;
  droppedEdges = 0;

  add(window: Window): void {
    if (this.#waiting === null) {
      this.#waiting = window;
      return;
    }
    this.merged++;
    this.#waiting = mergeWindows(this.#waiting, window);
    const { edges } = this.#waiting;
    if (edges.length <= EDGES_WAITING) return;
    this.droppedEdges += edges.length - EDGES_WAITING;
    this.#waiting.edges = edges.sort((a, b) => b.sumNs - a.sumNs).slice(0, EDGES_WAITING);
  }

  /** The window to send now: the one that was sent before where it is not acknowledged (after a new connection). */
  next(isNewConnection: boolean): Numbered | null {
    if (this.#sent !== null) return isNewConnection ? this.#sent : null;
    if (this.#waiting === null) return null;
    const { rows, edges, ...rest } = this.#waiting;
    this.#sent = {
      ...rest,
      rows: rows.slice(0, ROWS_A_WINDOW),
      edges: edges.slice(0, EDGES_A_WINDOW),
      sequence: ++this.#sequence,
    };
    const left = { ...rest, rows: rows.slice(ROWS_A_WINDOW), edges: edges.slice(EDGES_A_WINDOW) };
    this.#waiting = left.rows.length + left.edges.length > 0 ? { ...left, process: withoutSums(rest.process) } : null;
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
  const rows = new Map(a.rows.map((row) => [row.id, row]));
  for (const row of b.rows) {
    const before = rows.get(row.id);
    rows.set(row.id, before ? { id: row.id, ...mergeTotals(before, row) } : row);
  }
  const edges = new Map(a.edges.map((edge) => [`${edge.caller} ${edge.callee}`, edge]));
  for (const edge of b.edges) {
    const key = `${edge.caller} ${edge.callee}`;
    const before = edges.get(key);
    const { calls = 0, sumNs = 0 } = before ?? {};
    edges.set(key, { ...edge, calls: calls + edge.calls, sumNs: sumNs + edge.sumNs });
  }
  return {
    startMs: a.startMs,
    endMs: b.endMs,
    rows: [...rows.values()],
    edges: [...edges.values()],
    process: mergeProcesses(a, b),
  };
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
