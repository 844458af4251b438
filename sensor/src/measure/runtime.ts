// What instrumented code calls (the text is in instrument/shapes.ts): counters, the two-tier clock, and the exits.
// Everything on the path of a call touches preallocated typed arrays only.
//
// A sync function is entered with either the coarse tick (a 32-bit integer >= 0) or, for a call that is timed
// precisely, minus the precise time - 1 (always below 0). A function starts a window with every call precise; after
// some short calls the mean gap to the next one doubles, and so on, until the window ends. Gaps are drawn at random,
// so that no rhythm of the program can hide from the sample. Async functions are timed precisely on each call, as
// long as nothing has to be given up (sampling-levels.ts) and there is room for a burst of them.

import { types } from 'node:util';
import { isListening, noteCaught, noteExit } from '../capture/exits.js';
import { areRunsOpen, noteAsyncBegin, noteAsyncEnd } from '../flow/beginnings/runs.js';
import { noteCall } from '../flow/flow-calls.js';
import { PROBE_GLOBALS } from '../flow/probes.js';
import { createAsyncFrames } from './async-frames.js';
import { now } from './clock.js';
import { CONTROL, type Counters, FLAG } from './counters.js';
import { isCrowded, type PutSample, ringWriter, type SampleRing } from './sample-ring.js';
import { SAMPLING_LEVELS, SLOW_MS, type Thinning } from './sampling-levels.js';
import { startTicker } from './ticker.js';

/** A call that takes so long is noted with what it was called with. */
const LONG_MS = 100;
const NEVER = 0;
const NOT_YET = -1;
/** Calls that a function may make before the counter asks again whether measuring is still switched off. */
const OFF = 4_096;
/** While durations come faster than they are taken away, one asynchronous call in so many is timed. */
const CROWDED_EVERY = 32;

export interface Runtime {
  /** For the one ring that there is. */
  put: PutSample;
  /** Starts a new window: every function is sampled densely again. */
  startWindow(): void;
  /** Number of the thread that keeps the coarse clock; null where another isolate started it. */
  tickerThread: number | null;
  /** Processor time of that thread, so far, in ms. */
  tickerCpuMs(): number;
  stop(): void;
}

const THREW = Symbol('threw');
// Taken now: a program may replace them.
const { max, min } = Math;
const { isPromise } = types;
const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;
const { apply } = Reflect;
const NativePromise = Promise;
const promisePrototype = Promise.prototype;
const speciesSymbol = Symbol.species;
const species = getOwnPropertyDescriptor(Promise, speciesSymbol)?.get;
const promiseThen = promisePrototype.then;

/** Puts the globals that instrumented code reads in place, and starts the ticker. Once in a thread. */
export function startRuntime(counters: Counters, ring: SampleRing): Runtime {
  const { left, granted, errors, flags, slowMs, withinNs, control } = counters;
  /** Mean gap from sample to sample, in calls; NEVER before the first sample, NOT_YET before the first of a window. */
  const gaps = new Int32Array(left.length);
  /** Short samples taken at that gap. */
  const taken = new Int32Array(left.length);
  const running = new Int32Array(2);
  const put = ringWriter(ring, counters);
  const ticker = startTicker();
  const ticks = ticker.cells;
  const clockNs = clockCostNs();
  const frames = createAsyncFrames(
    running,
    now,
    (id, durationMs, weight, caller, calleesMs, threw) => {
      const durationNs = max(durationMs * 1e6 - clockNs, 1);
      put(id, durationNs, weight, caller, calleesMs * 1e6, noteCall(id, durationNs, caller, threw));
    },
    (caller, durationMs, weight) => {
      withinNs[caller]! += max(durationMs * 1e6 - clockNs, 0) * weight;
    },
    () => {
      control[CONTROL.droppedSamples]!++;
    },
  );

  const isPackage = (id: number) => (flags[id]! & FLAG.package) !== 0;

  function thinningOf(id: number): Thinning {
    const level = SAMPLING_LEVELS[control[CONTROL.shedLevel]!]!;
    return isPackage(id) ? level.packages : level.own;
  }

  function startSample(id: number): number {
    if (control[CONTROL.measuring] === 0) {
      grant(id, OFF);
      return ticks[0]!;
    }
    const thinning = thinningOf(id);
    if (gaps[id]! <= 0) {
      // The very second call goes by the tick: V8 must have seen that way before it makes machine code of the function.
      grant(id, gaps[id] === NEVER ? 2 : 1);
      gaps[id] = 1;
    } else {
      if (taken[id]! >= thinning.callsAtEachGap) {
        taken[id] = 0;
        gaps[id] = min(gaps[id]! * 2, thinning.largestGap);
      }
      grant(id, 1 + randomBelow(2 * gaps[id]! - 1));
    }
    ticker.wake();
    return -now() - 1;
  }

  function grant(id: number, calls: number): void {
    // In this order: a reader in between sees fewer calls than there were, never more.
    left[id] = calls;
    granted[id]! += calls;
  }

  function settle(
    id: number,
    start: number,
    caller: number,
    threw: boolean,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
    f?: unknown,
    g?: unknown,
    h?: unknown,
  ): void {
    if (threw) errors[id]!++;
    const durationMs = start < 0 ? now() + start + 1 : ticker.sinceMs(start);
    const isKnown = start < 0 || durationMs >= SLOW_MS;
    if ((threw || durationMs >= longMs(id)) && isListening()) {
      note(id, caller, threw, isKnown ? durationMs : null, [a, b, c, d, e, f, g, h]);
    }
    if (start < 0) {
      const durationNs = max(durationMs * 1e6 - clockNs, 1);
      if (durationNs < thinningOf(id).longNs) taken[id]!++;
      // Where a new window began within the call, as by flush(), it has no gap any more and stands for itself.
      put(id, durationNs, max(gaps[id]!, 1), caller, 0, noteCall(id, durationNs, caller, threw));
    } else if (isKnown && control[CONTROL.measuring] === 1) {
      put(id, durationMs * 1e6, 1, caller, 0, noteCall(id, durationMs * 1e6, caller, threw));
    }
  }

  function longMs(id: number): number {
    const slow = slowMs[id]!;
    return slow > 0 && slow < LONG_MS ? slow : LONG_MS;
  }

  /** Of packages, calls are noted without what they were called with. */
  function note(id: number, caller: number, threw: boolean, durationMs: number | null, values: unknown[]): void {
    const slow = slowMs[id]!;
    const isSlow = slow > 0 && durationMs !== null && durationMs >= slow;
    noteExit({ id, caller, threw, endMs: now(), durationMs, arguments: isPackage(id) ? null : values }, isSlow);
  }

  function startAsync(id: number): number {
    left[id]!--;
    if (control[CONTROL.measuring] === 0) return 0;
    control[CONTROL.asyncCalls]!++;
    const level = SAMPLING_LEVELS[control[CONTROL.shedLevel]!]!;
    const wanted = isPackage(id) ? level.packagesAsyncEvery : level.ownAsyncEvery;
    const every = frames.areCrowded() || isCrowded(ring) ? max(wanted, CROWDED_EVERY) : wanted;
    if (every > 1 && randomBelow(every) !== 0) return 0;
    ticker.wake();
    noteAsyncBegin();
    return frames.begin(id, now(), every);
  }

  function suspend(frame: number, value: unknown): unknown {
    if (frame !== 0) frames.suspend(frame);
    return value;
  }

  function resume(frame: number, value: unknown): unknown {
    if (frame !== 0) frames.resume(frame);
    return value;
  }

  function settleAsync(
    id: number,
    frame: number,
    result: unknown,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
    f?: unknown,
    g?: unknown,
    h?: unknown,
  ): void {
    if (frame !== 0) frames.suspend(frame);
    if (isPlainPromise(result)) settleWith(result, id, frame, isListening() ? [a, b, c, d, e, f, g, h] : null);
    else endAsync(id, frame, result === THREW, isListening() ? [a, b, c, d, e, f, g, h] : null);
  }

  /** The async function's own promise takes the same turn: this neither delays it nor handles its rejection. */
  function settleWith(result: Promise<unknown>, id: number, frame: number, values: unknown[] | null): void {
    apply(promiseThen, result, [() => endAsync(id, frame, false, values), () => endAsync(id, frame, true, values)]);
  }

  function endAsync(id: number, frame: number, threw: boolean, values: unknown[] | null): void {
    if (threw) errors[id]!++;
    if (values !== null) {
      const durationMs = now() - frames.startOf(frame);
      if (threw) note(id, frames.callerOf(frame), true, durationMs >= 0 ? durationMs : null, values);
      else if (durationMs >= longMs(id)) note(id, frames.callerOf(frame), false, durationMs, values);
    }
    if (frame === 0) return;
    const startMs = areRunsOpen() ? frames.startOf(frame) : Number.NaN;
    frames.end(frame, now(), threw);
    if (areRunsOpen()) noteAsyncEnd(startMs, threw);
  }

  defineGlobals({
    $plC: left,
    $plT: ticks,
    $plF: running,
    $plN: startSample,
    $plX: settle,
    $plS: startAsync,
    $plW: suspend,
    $plR: resume,
    $plA: settleAsync,
    $plK: (id: number, error: unknown) => {
      if (!isPackage(id)) noteCaught(id, error);
    },
    $plU: THREW,
    ...PROBE_GLOBALS,
  });

  let callsBefore = 0;
  return {
    put,
    startWindow: () => {
      let calls = 0;
      const end = control[CONTROL.nextId]!;
      for (let id = 1; id < end; id++) {
        calls = (calls + granted[id]! - left[id]!) | 0;
        if (left[id]! > 1) {
          granted[id]! -= left[id]! - 1;
          left[id] = 1;
        }
        if (gaps[id] !== NEVER) gaps[id] = NOT_YET;
        taken[id] = 0;
      }
      ticker.report(calls !== callsBefore);
      callsBefore = calls;
      // What is left running by code that nobody restores must not outlive the window.
      running.fill(0);
    },
    tickerThread: ticker.threadId,
    tickerCpuMs: ticker.cpuMs,
    stop: () => ticker.stop(),
  };
}

function defineGlobals(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, enumerable: false, writable: false, configurable: false });
  }
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
    isPromise(value) &&
    getPrototypeOf(value) === promisePrototype &&
    !hasOwn(value, 'constructor') &&
    getOwnPropertyDescriptor(promisePrototype, 'constructor')?.value === NativePromise &&
    getOwnPropertyDescriptor(NativePromise, speciesSymbol)?.get === species
  );
}
