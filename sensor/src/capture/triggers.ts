// When a snapshot is taken: at the end of a flow that went wrong or was slow, at an error that nobody handles, at a type of
// error that is new to its function, at a function that was slow, and when the program says so. Watching changes nothing:
// the process ends, or goes on, as it would.

import type { SnapshotTrigger } from '@prodlens/protocol';
import { currentFlow, type Flow, onFlowEnd, onFlowError, reportFlowError } from '../flow/current-flow.js';
import type { ReadStack } from '../load/stack-trace.js';
import { guarded, now } from '../measure/clock.js';
import { type CaptureGate, captureGate } from './budget.js';
import { errorTypeOf } from './capture-error.js';
import { CHAIN, forgetCalls, lastChain, listenToExits, type NotedCall, notedCalls } from './exits.js';
import { isProxy } from './intrinsics.js';
import type { RawSnapshot } from './raw-snapshot.js';
import { type Cause, takeSnapshot } from './take-snapshot.js';

/** From which duration on a flow is slow, where the collector does not say it of its endpoint; of functions it always does. */
const SLOW_FLOW_MS = { http: 1_000, job: 60_000, timer: 60_000 } as const;

export interface CaptureOutlet {
  readStack: ReadStack;
  /** Whether measuring is on. */
  isOn(): boolean;
  /** From which duration on flows of an endpoint are slow, in ms; 0 where the collector has not said. */
  slowEndpointMs(endpoint: number): number;
  tell(snapshot: RawSnapshot): void;
  suppressed(count: number): void;
}

interface Failure {
  trigger: SnapshotTrigger;
  error: unknown;
  calls: NotedCall[];
}

export interface Triggers {
  /** The program says that something failed. */
  failure(error: unknown): void;
  stop(): void;
}

export function startTriggers(outlet: CaptureOutlet, gate: CaptureGate = captureGate(now)): Triggers {
  const failures = new WeakMap<Flow, Failure>();
  /** By class of error: the functions that have thrown one. Keys are prototypes. */
  const known = new WeakMap<object, Set<number>>();
  /** Flows of which an error that nobody handles has been told: their end says nothing new. */
  const told = new WeakSet<Flow>();
  let isStopped = false;

  function take(cause: Omit<Cause, 'suppressed'>): void {
    if (isStopped || !outlet.isOn()) return;
    const { flow, calls, hasError, error, trigger } = cause;
    const id = cause.slowFunction ?? calls[0]?.id ?? 0;
    const where = flow ? `${flow.kind} ${flow.method} ${flow.route}` : '';
    const suppressed = gate.admit(`${trigger} ${hasError ? errorTypeOf(error) : ''} ${id} ${where}`, id);
    outlet.suppressed(gate.suppressed());
    if (suppressed !== null) outlet.tell(takeSnapshot({ ...cause, suppressed }, outlet.readStack));
  }

  const failed = (flow: Flow | undefined, { trigger, error, calls }: Failure) =>
    take({ trigger, flow, error, hasError: true, calls, slowFunction: null });

  /** What is known of a flow's error is kept until its end, when the answer is known as well. */
  function keep(flow: Flow, trigger: SnapshotTrigger, error: unknown): void {
    failures.set(flow, { trigger, error, calls: lastChain(notedCalls(flow)) });
    note(error, failures.get(flow)!.calls[0]?.id ?? 0);
  }

  onFlowError((flow, error) => {
    if (failures.get(flow)?.trigger !== 'failure') keep(flow, 'edge', error);
  });

  onFlowEnd((flow) => {
    const failure = failures.get(flow);
    if (failure)
      failed(flow, isServerError(flow) && failure.trigger === 'edge' ? { ...failure, trigger: 'status' } : failure);
    else if (told.has(flow)) return;
    else if (flow.failed || isServerError(flow)) ended(flow, 'status');
    else if (flow.durationNs! >= slowFromMs(flow) * 1e6) ended(flow, 'slow');
    failures.delete(flow);
    forgetCalls(flow);
  });

  function slowFromMs({ endpoint, kind }: Flow): number {
    return outlet.slowEndpointMs(endpoint) || SLOW_FLOW_MS[kind];
  }

  function ended(flow: Flow, trigger: SnapshotTrigger): void {
    const noted = notedCalls(flow);
    const hasError = flow.error !== undefined;
    const slow = trigger === 'slow' ? slowest(noted) : [];
    const calls = trigger === 'slow' ? slow : lastChain(noted);
    take({ trigger, flow, error: flow.error, hasError, calls, slowFunction: slow[0]?.id ?? null });
  }

  /** Whether this type of error is new to the function; from now on it is not. */
  function note(error: unknown, id: number): boolean {
    const prototype =
      typeof error === 'object' && error !== null && !isProxy(error) ? Object.getPrototypeOf(error) : String.prototype;
    if (prototype === null) return false;
    let functions = known.get(prototype);
    if (functions === undefined) {
      functions = new Set();
      known.set(prototype, functions);
    }
    if (functions.has(id)) return false;
    functions.add(id);
    return true;
  }

  listenToExits({
    slow: guarded((call, flow) => {
      take({ trigger: 'slow', flow, error: undefined, hasError: false, calls: [call], slowFunction: call.id });
    }),
    caught: guarded((id, error, flow) => {
      const calls = lastChain(notedCalls(flow)).filter((call) => call.threw);
      if (note(error, calls[0]?.id ?? id)) failed(flow, { trigger: 'new error type', error, calls });
    }),
  });

  const uncaught = guarded((error: unknown) => {
    const flow = currentFlow();
    if (flow) told.add(flow);
    if (flow && flow.kind !== 'http') flow.failed = true;
    failed(flow, { trigger: 'unhandled', error, calls: lastChain(notedCalls(flow)) });
  });
  const unhandled = watchUnhandled(uncaught);

  return {
    failure: guarded((error) => {
      const flow = currentFlow();
      if (flow === undefined) {
        failed(flow, { trigger: 'failure', error, calls: lastChain(notedCalls(flow)) });
        return;
      }
      flow.failed = true;
      keep(flow, 'failure', error);
      reportFlowError(flow, error);
    }),
    stop: () => {
      isStopped = true;
      listenToExits(null);
      unhandled.stop();
    },
  };
}

function isServerError({ status }: Flow): boolean {
  return status !== null && status >= 500;
}

/** The calls in which more than half of the longest one's time was spent, innermost first; then others that took long. */
function slowest(noted: readonly NotedCall[]): NotedCall[] {
  const timed = noted.filter((call) => !call.threw && call.durationMs !== null);
  const most = Math.max(...timed.map((call) => call.durationMs!));
  const isMost = (call: NotedCall) => call.durationMs! > most / 2;
  const others = timed.filter((call) => !isMost(call)).sort((a, b) => b.durationMs! - a.durationMs!);
  // A call is noted when it ends: those inside of it have ended before.
  return [...timed.filter(isMost), ...others].slice(0, CHAIN);
}

/**
 * Errors that nobody handles. A listener for rejections of one's own would handle them: so there is one only while the
 * program has one; else Node makes an uncaught exception of them, which a monitor sees.
 */
function watchUnhandled(seen: (error: unknown) => void): { stop(): void } {
  const rejected = (reason: unknown) => seen(reason);
  const isWatching = () => process.listeners('unhandledRejection').includes(rejected);
  const added = (event: string | symbol, listener: unknown) => {
    if (event === 'unhandledRejection' && listener !== rejected && !isWatching())
      process.on('unhandledRejection', rejected);
  };
  const removed = (event: string | symbol, listener: unknown) => {
    const isLast = process.listenerCount('unhandledRejection') === 1 && isWatching();
    if (event === 'unhandledRejection' && listener !== rejected && isLast) process.off('unhandledRejection', rejected);
  };
  process.on('uncaughtExceptionMonitor', seen);
  process.on('newListener', added);
  process.on('removeListener', removed);
  return {
    stop: () => {
      process.off('newListener', added);
      process.off('removeListener', removed);
      process.off('uncaughtExceptionMonitor', seen);
      process.off('unhandledRejection', rejected);
    },
  };
}
