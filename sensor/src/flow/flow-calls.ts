// Calls of measured functions, as seen by the flow in which they ran. On the path of every call that is timed.

import { now } from '../measure/clock.js';
import { addEvent, currentFlow } from './current-flow.js';
import { CALL_EVENT_MS } from './flow.js';

const LONG_NS = CALL_EVENT_MS * 1e6;

/** The slot of the flow in which a call ended, 0 for none; the flow keeps the call where it was long. */
export function noteCall(id: number, durationNs: number, caller: number, threw: boolean): number {
  const flow = currentFlow();
  if (flow === undefined) return 0;
  if (durationNs >= LONG_NS) {
    const durationMs = durationNs / 1e6;
    addEvent(flow, { type: 'call', id, caller, threw, startMs: now() - durationMs, durationMs });
  }
  return flow.slot;
}
