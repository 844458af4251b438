// What instrumented code calls: counters, the two-tier clock, and the exits. Everything on the path of a call
// touches preallocated typed arrays only.
//
// A function is entered with either the coarse tick (a 32-bit integer >= 0) or, for a call that is timed
// precisely, minus the precise time - 1 (always below 0). Each function starts out with every call precise; each
// PRECISE_CALLS precise calls, the share halves, until the window ends.

import { types } from 'node:util';
import { Samples, SLOW_MS } from './samples.js';
import { startTicker } from './ticker.js';

/** Functions that can be measured in one process: bounds the memory of the counters. */
export const CAPACITY = 50_000;
/** Precise timings of a function before one in twice as many is taken. */
const PRECISE_CALLS = 64;
const LARGEST_MASK = 2 ** 20 - 1;
const TICK_RANGE = 0x7fffffff;

/** One function's window as it was counted. */
export interface Counted {
  id: number;
  calls: number;
  errors: number;
  sumNs: number;
  maxNs: number;
  buckets: number[];
}

export interface Runtime {
  /** What was counted since the last take, and a new window. `isAsync(id)` says whose calls may end in a later one. */
  takeWindow(isAsync: (id: number) => boolean): Counted[];
  stop(): void;
}

const THREW = Symbol('threw');
const promiseThen = Promise.prototype.then;
const now = performance.now.bind(performance);

/** Puts the globals that instrumented code reads in place, and starts the ticker. Once in a thread. */
export function startRuntime(): Runtime {
  const calls = new Int32Array(CAPACITY);
  const masks = new Int32Array(CAPACITY);
  const preciseCalls = new Int32Array(CAPACITY);
  const errors = new Map<number, number>();
  const samples = new Samples();
  const ticker = startTicker();
  const cells = ticker.cells;

  function startPrecise(id: number): number {
    if (++preciseCalls[id]! > PRECISE_CALLS) {
      preciseCalls[id] = 0;
      masks[id] = Math.min(masks[id]! * 2 + 1, LARGEST_MASK);
    }
    ticker.wake();
    return -now() - 1;
  }

  function settle(id: number, start: number, threw: boolean): void {
    if (threw) errors.set(id, (errors.get(id) ?? 0) + 1);
    if (start < 0) {
      samples.take(id, (now() + start + 1) * 1e6, masks[id]! + 1);
    } else {
      const durationMs = (cells[0]! - start) & TICK_RANGE;
      if (durationMs >= SLOW_MS) samples.take(id, durationMs * 1e6, 1);
    }
  }

  function settleAsync(id: number, start: number, result: unknown): void {
    if (!isPlainPromise(result)) {
      settle(id, start, result === THREW);
      return;
    }
    // The async function's own promise takes the same turn: this neither delays it nor handles its rejection.
    promiseThen.call(
      result,
      () => settle(id, start, false),
      () => settle(id, start, true),
    );
  }

  const globals = {
    $plC: calls,
    $plM: masks,
    $plT: cells,
    $plN: startPrecise,
    $plX: settle,
    $plA: settleAsync,
    $plU: THREW,
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, enumerable: false, writable: false, configurable: false });
  }

  return {
    takeWindow: (isAsync) => {
      const counted = collect(calls, errors, samples, isAsync);
      calls.fill(0);
      masks.fill(0);
      preciseCalls.fill(0);
      errors.clear();
      samples.clear();
      if (counted.length === 0) ticker.park();
      return counted;
    },
    stop: () => ticker.stop(),
  };
}

function collect(
  calls: Int32Array,
  errors: Map<number, number>,
  samples: Samples,
  isAsync: (id: number) => boolean,
): Counted[] {
  const ids = new Set([...samples.ids(), ...errors.keys()]);
  for (let id = 0; id < calls.length; id++) if (calls[id] !== 0) ids.add(id);
  return [...ids].map((id) => {
    const durations = samples.durations(id, isAsync(id) ? null : calls[id]!);
    return {
      id,
      calls: calls[id]!,
      errors: errors.get(id) ?? 0,
      ...(durations ?? { sumNs: 0, maxNs: 0, buckets: [] }),
    };
  });
}

/** A promise of the language itself, whose `then` can be called without running code of the program. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    types.isPromise(value) && Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'constructor')
  );
}
