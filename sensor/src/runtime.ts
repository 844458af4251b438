// What instrumented code calls: counters, the two-tier clock, and the exits. Everything on the path of a call
// touches preallocated typed arrays only.
//
// A sync function is entered with either the coarse tick (a 32-bit integer >= 0) or, for a call that is timed
// precisely, minus the precise time - 1 (always below 0). It starts out with every call precise; after each
// PRECISE_CALLS precise calls the mean gap to the next one doubles, until the window ends. Gaps are drawn at random,
// so that no rhythm of the program can hide from the sample. Async functions are timed precisely on each call.

import { types } from 'node:util';
import type { FunctionWindow } from '@prodlens/protocol';
import { now } from './clock.js';
import { Samples, SLOW_MS } from './samples.js';
import { startTicker, TICK_RANGE } from './ticker.js';

/** Functions that can be measured in one process: bounds the memory of the counters. */
export const CAPACITY = 50_000;
/** Precise timings of a function before one in twice as many is taken. */
const PRECISE_CALLS = 64;
/** Keeps hundreds of samples a second of what is called a million times, so that a single one cannot weigh much. */
const LARGEST_GAP = 1024;

export interface Runtime {
  /** What was counted since the last take, and a new window. `isAsync(id)` says whose calls may end in a later one. */
  takeWindow(isAsync: (id: number) => boolean): FunctionWindow[];
  stop(): void;
}

const THREW = Symbol('threw');
const promiseThen = Promise.prototype.then;

/** Puts the globals that instrumented code reads in place, and starts the ticker. Once in a thread. */
export function startRuntime(): Runtime {
  const calls = new Int32Array(CAPACITY);
  /** Number of the call, within the window, at which the next sample is due. */
  const dueAt = new Int32Array(CAPACITY);
  /** Mean gap from sample to sample, in calls, and samples taken at that gap. */
  const gaps = new Int32Array(CAPACITY).fill(1);
  const taken = new Int32Array(CAPACITY);
  const errors = new Map<number, number>();
  const samples = new Samples();
  const ticker = startTicker();
  const cells = ticker.cells;
  const clockNs = clockCostNs();

  function startSample(id: number): number {
    if (++taken[id]! > PRECISE_CALLS) {
      taken[id] = 0;
      gaps[id] = Math.min(gaps[id]! * 2, LARGEST_GAP);
    }
    dueAt[id] = calls[id]! + randomBelow(2 * gaps[id]! - 1);
    return startPrecise();
  }

  function startPrecise(): number {
    ticker.wake();
    return -now() - 1;
  }

  function settle(id: number, start: number, threw: boolean): void {
    if (threw) errors.set(id, (errors.get(id) ?? 0) + 1);
    if (start < 0) {
      samples.take(id, Math.max((now() + start + 1) * 1e6 - clockNs, 1), gaps[id]!);
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
    $plM: dueAt,
    $plT: cells,
    $plN: startSample,
    $plP: startPrecise,
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
      dueAt.fill(0);
      gaps.fill(1);
      taken.fill(0);
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
): FunctionWindow[] {
  const ids = new Set([...samples.ids(), ...errors.keys()]);
  for (let id = 0; id < calls.length; id++) if (calls[id] !== 0) ids.add(id);
  // A counter holds 2^32 calls a window before it starts anew.
  const callsOf = (id: number) => calls[id]! >>> 0;
  return [...ids].map((id) => {
    const durations = samples.durations(id, isAsync(id) ? null : callsOf(id));
    return {
      id,
      calls: callsOf(id),
      errors: errors.get(id) ?? 0,
      ...(durations ?? { sumNs: 0, maxNs: 0, buckets: [] }),
    };
  });
}

/** What reading the precise clock twice adds to a duration, in ns: the median of some tries. */
function clockCostNs(): number {
  const tries = Array.from({ length: 101 }, () => {
    const start = -now() - 1;
    return (now() + start + 1) * 1e6;
  });
  return tries.sort((a, b) => a - b)[50]!;
}

let randomState = 0x9e3779b9;

/** An integer from 0 to n - 1. Xorshift, Marsaglia 2003: the program's own Math.random stays untouched. */
function randomBelow(n: number): number {
  randomState ^= randomState << 13;
  randomState ^= randomState >>> 17;
  randomState ^= randomState << 5;
  return (randomState >>> 0) % n;
}

/** A promise of the language itself, whose `then` can be called without running code of the program. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    types.isPromise(value) && Object.getPrototypeOf(value) === Promise.prototype && !Object.hasOwn(value, 'constructor')
  );
}
