// Windows on their way to the collector. A window that was sent keeps its sequence and is sent again unchanged
// until it is acknowledged; windows that were not sent yet merge into one, so that memory stays bounded by the
// number of functions however long the collector is away, and no call is lost.

import { type FunctionWindow, mergeTotals } from '@prodlens/protocol';

export interface Window {
  /** Monotonic times in ms. */
  startMs: number;
  endMs: number;
  rows: FunctionWindow[];
}

export interface Numbered extends Window {
  sequence: number;
}

/** Keeps a frame far below SENSOR_LIMITS.frameBytes, with all buckets in use. */
const ROWS_A_WINDOW = 5_000;
/** After so many in a row the window is given up. */
const REFUSALS = 3;

export class Outbox {
  #sent: Numbered | null = null;
  #waiting: Window | null = null;
  #sequence = 0;
  #refusals = 0;
  /** Windows that were merged into another, and windows that the collector refused for good. */
  merged = 0;
  dropped = 0;

  add(window: Window): void {
    if (this.#waiting === null) {
      this.#waiting = window;
      return;
    }
    this.merged++;
    this.#waiting = mergeWindows(this.#waiting, window);
  }

  /** The window to send now: the one that was sent before where it is not acknowledged (after a new connection). */
  next(isNewConnection: boolean): Numbered | null {
    if (this.#sent !== null) return isNewConnection ? this.#sent : null;
    if (this.#waiting === null) return null;
    const { startMs, endMs, rows } = this.#waiting;
    this.#sent = { startMs, endMs, rows: rows.slice(0, ROWS_A_WINDOW), sequence: ++this.#sequence };
    const left = rows.slice(ROWS_A_WINDOW);
    this.#waiting = left.length > 0 ? { startMs, endMs, rows: left } : null;
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
  return { startMs: a.startMs, endMs: b.endMs, rows: [...rows.values()] };
}
