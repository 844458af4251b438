// What instrumented functions of the service's own say at their exits: which call threw, or took long, and with which
// arguments; and what a catch clause caught. It is kept as it was handed over, by flow, innermost first, so many at most;
// outside of any flow until the event loop turns. Called on the path of every throw: it does no more than note.

import { currentFlow, type Flow } from '../flow/current-flow.js';
import { after } from '../measure/clock.js';

export interface NotedCall {
  /** The function, and the timed one that called it; 0 where that is not known. */
  id: number;
  caller: number;
  threw: boolean;
  /** `performance.now()`. */
  endMs: number;
  /** null where it is known only to be below the resolution of the coarse clock. */
  durationMs: number | null;
  /** By its parameters, with undefined beyond the last; null of a package's function. */
  arguments: readonly unknown[] | null;
}

export interface ExitListener {
  /** A call took longer than what is slow for its function. */
  slow(call: NotedCall, flow: Flow | undefined): void;
  caught(id: number, error: unknown, flow: Flow | undefined): void;
}

/** Calls of one flow that are kept: the last. */
const NOTED = 64;
/** Calls of a chain. */
export const CHAIN = 16;

const byFlow = new WeakMap<Flow, NotedCall[]>();
let outside: NotedCall[] = [];
let listener: ExitListener | null = null;

/** Without a listener nothing is noted. */
export function listenToExits(to: ExitListener | null): void {
  listener = to;
}

/** Whether calls are to hand over their arguments at all. */
export function isListening(): boolean {
  return listener !== null;
}

/** `isSlow`: longer than what is slow for its function; the listener hears of it at once. */
export function noteExit(call: NotedCall, isSlow: boolean): void {
  if (listener === null) return;
  const flow = currentFlow();
  const noted = notesOf(flow);
  if (noted.length >= NOTED) noted.shift();
  noted[noted.length] = call;
  if (isSlow) listener.slow(call, flow);
}

/** `id`: the function with the catch clause. */
export function noteCaught(id: number, error: unknown): void {
  listener?.caught(id, error, currentFlow());
}

function notesOf(flow: Flow | undefined): NotedCall[] {
  if (flow === undefined) {
    if (outside.length === 0) after(0, () => (outside = []));
    return outside;
  }
  let noted = byFlow.get(flow);
  if (noted === undefined) {
    noted = [];
    byFlow.set(flow, noted);
  }
  return noted;
}

/** All that is kept of a flow, or of what runs outside of any; a copy. */
export function notedCalls(flow: Flow | undefined): NotedCall[] {
  return (flow === undefined ? outside : (byFlow.get(flow) ?? [])).slice();
}

/** Lets go of what is kept of a flow. */
export function forgetCalls(flow: Flow): void {
  byFlow.delete(flow);
}

/**
 * The calls that the last error went through, innermost first: the last call that threw, before it one that it called,
 * and so on. A call whose caller is not known belongs to what comes after it.
 */
export function lastChain(noted: readonly NotedCall[]): NotedCall[] {
  const chain: NotedCall[] = [];
  for (let i = noted.length - 1; i >= 0 && chain.length < CHAIN; i--) {
    const call = noted[i]!;
    const outer = chain[0];
    if (call.threw && (outer === undefined || call.caller === outer.id || call.caller === 0)) chain.unshift(call);
  }
  return chain;
}
