// The end of a run whose function nobody waits for: a timer's, a message's. What it returns is not touched, since a promise
// that somebody else has taken hold of counts as handled. Instead the run is over when each asynchronous call that began
// while the function ran is over; whatever those wait for is over then too. A run that throws, or in which one of
// them does, goes on until the event loop turns, so that an error that nobody handles still meets its flow.

import { now } from '../../measure/clock.js';
import { currentFlow, endFlow } from '../current-flow.js';
import type { Flow } from '../flow.js';
import { within } from '../probes.js';

const { apply } = Reflect;
export type Callback = (this: unknown, ...parameters: unknown[]) => unknown;
// Taken now: a program may replace it.
const nextTurn = setImmediate;
const THREW = Symbol('threw');

interface Run {
  /** Asynchronous calls that began in the function and are not over; not known before it has returned. */
  left: number;
  returnedMs: number;
  threw: boolean;
  /** Whether it waits for something else, and whether that has come. */
  isHeld: boolean;
  isReleased: boolean;
}

const runs = new WeakMap<Flow, Run>();
/** Runs that wait for calls, or whose function is under way. */
let open = 0;
/** Asynchronous calls that have begun in this thread; it turns over. */
let begun = 0;

/** For the runtime: an asynchronous call begins. */
export function noteAsyncBegin(): void {
  begun = (begun + 1) | 0;
}

/** For the runtime: whether anybody wants to know of the end of an asynchronous call. */
export function areRunsOpen(): boolean {
  return open > 0;
}

/** An asynchronous call of the running flow is over. */
export function noteAsyncEnd(startMs: number, threw: boolean): void {
  const flow = currentFlow();
  const run = flow && runs.get(flow);
  if (run === undefined || startMs > run.returnedMs) return;
  run.left--;
  run.threw ||= threw;
  endIfOver(flow!, run);
}

/** Calls the function in a flow of its own, which ends with the run. `isHeld`: whether it waits for releaseRun() too. */
export function runInFlow(
  flow: Flow,
  callback: Callback,
  self: unknown,
  parameters: unknown[],
  isHeld: (result: unknown) => boolean = () => false,
): unknown {
  const leave = within(flow);
  const run: Run = { left: 0, returnedMs: Infinity, threw: false, isHeld: false, isReleased: false };
  runs.set(flow, run);
  open++;
  const before = begun;
  let result: unknown = THREW;
  try {
    result = apply(callback, self, parameters);
    return result;
  } finally {
    // What threw stays the running flow until Node has looked for who handles the error.
    if (result !== THREW) leave();
    else {
      flow.failed = true;
      run.threw = true;
    }
    run.returnedMs = now();
    run.left += (begun - before) | 0;
    run.isHeld = result !== THREW && !run.isReleased && isHeld(result);
    if (result === THREW) run.left = 0;
    endIfOver(flow, run);
  }
}

/** What a held run waits for has come; also before its function has returned. */
export function releaseRun(flow: Flow): void {
  const run = runs.get(flow);
  if (run === undefined) return;
  run.isReleased = true;
  run.isHeld = false;
  endIfOver(flow, run);
}

function endIfOver(flow: Flow, { left, returnedMs, isHeld, threw }: Run): void {
  if (returnedMs === Infinity || left > 0 || isHeld) return;
  runs.delete(flow);
  open--;
  if (threw) nextTurn(() => endFlow(flow)).unref();
  else endFlow(flow);
}
