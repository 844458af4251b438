// What happens when a probed function of a library runs. The text that is inserted there calls $plH and $plE, which never
// throw; without a handler they do nothing.

import { debuglog } from 'node:util';
import { enteredFlow, enterFlow } from './current-flow.js';
import type { Flow } from './flow.js';

const debug = debuglog('prodlens');

/** Told of the end of a call: what it returned, or threw where that is known. */
export type Leave = (result: unknown, threw: boolean) => void;
/** Told of a call. Libraries' objects are what they are: handlers look before they take. */
// biome-ignore lint/suspicious/noExplicitAny: values of libraries, by the shape that each handler knows
// biome-ignore lint/suspicious/noConfusingVoidType: most handlers return nothing
export type Enter = (self: any, parameters: any) => Leave | void;

const handlers = new Map<string, Enter>();

/** By the probes' ids. */
export function handleProbes(more: Record<string, Enter>): void {
  for (const [id, enter] of Object.entries(more)) handlers.set(id, enter);
}

/** The globals that probed functions call. */
export const PROBE_GLOBALS = {
  $plH: (id: string, self: unknown, parameters: unknown) => {
    try {
      return handlers.get(id)?.(self, parameters);
    } catch (error) {
      debug('%s: %s', id, (error as Error).stack);
    }
  },
  $plE: (leave: Leave | undefined, result: unknown, threw: boolean) => {
    if (leave === undefined) return;
    try {
      leave(result, threw);
    } catch (error) {
      debug('%s', (error as Error).stack);
    }
  },
};

/** From now until the returned function is called, what runs belongs to the flow. */
export function within(flow: Flow | undefined): () => void {
  const before = enteredFlow();
  enterFlow(flow);
  return () => enterFlow(before);
}
