// What flows are counted under: kind, method and route, each with a number. There are at most ENDPOINTS of them; a program
// with more (addresses taken for routes) gets the rest under one of each kind, OTHER.
//
// The reporter's thread does the adding up. It is told through the ring of durations, so in order with them: which
// endpoint a flow has, as soon as that is known, and that the flow is over.

import { now } from '../measure/clock.js';
import { FLOW_NEWS, type PutSample } from '../measure/sample-ring.js';
import { freeSlot, onFlowEnd, onNoFreeSlot } from './current-flow.js';
import type { Elapsed, Flow } from './flow.js';

export interface Endpoint {
  id: number;
  kind: Flow['kind'];
  method: string;
  route: string;
}

export const ENDPOINTS = 1_000;
const OTHER = '(other)';
/** Nothing said what handled it: an answer of 404, mostly. */
const NO_ROUTE = '(no route)';
const LONGEST_ROUTE = 500;

export interface Endpoints {
  /** The flow's route is known from now on. */
  routeKnown(flow: Flow): void;
}

interface FlowEnded {
  slot: number;
  endpoint: number;
  durationNs: number;
  /** One of FLOW_NEWS. */
  news: number;
  databaseNs: number;
  outboundNs: number;
}

/** From now on all flows are counted. `tell` is told of each endpoint once, before the window that counts it ends. */
export function countFlows(put: PutSample, tell: (endpoint: Endpoint) => void): Endpoints {
  /** By kind and method, then by route. */
  const ids: Record<Flow['kind'], Map<string, Map<string | null, number>>> = {
    http: new Map(),
    job: new Map(),
    timer: new Map(),
  };
  let count = 0;
  /** News of ends that found no room yet. */
  const waiting: FlowEnded[] = [];

  function idOf({ kind, method, route }: Flow): number {
    const known = ids[kind].get(method)?.get(route);
    if (known !== undefined) return known;
    return count < ENDPOINTS ? define(kind, method, route) : other(kind);
  }

  function other(kind: Flow['kind']): number {
    return ids[kind].get('')?.get(OTHER) ?? define(kind, '', OTHER);
  }

  function define(kind: Flow['kind'], method: string, route: string | null): number {
    const id = ++count;
    const byRoute = ids[kind].get(method) ?? new Map<string | null, number>();
    ids[kind].set(method, byRoute.set(route, id));
    tell({ id, kind, method, route: (route ?? NO_ROUTE).slice(0, LONGEST_ROUTE) });
    return id;
  }

  function told({ slot, endpoint, durationNs, news, databaseNs, outboundNs }: FlowEnded): boolean {
    if (databaseNs + outboundNs > 0 && !put(0, databaseNs, FLOW_NEWS.waited, 0, outboundNs, slot)) return false;
    if (!put(0, durationNs, news, endpoint, 0, slot)) return false;
    freeSlot(slot);
    return true;
  }

  function tellWaiting(): void {
    while (waiting.length > 0 && told(waiting[0]!)) waiting.shift();
  }

  onNoFreeSlot(tellWaiting);
  onFlowEnd((flow) => {
    tellWaiting();
    flow.endpoint = idOf(flow);
    const ended = {
      slot: flow.slot,
      endpoint: flow.endpoint,
      durationNs: flow.durationNs!,
      news: flow.failed ? FLOW_NEWS.failed : FLOW_NEWS.endedWell,
      databaseNs: elapsedNs(flow.database),
      outboundNs: elapsedNs(flow.outbound),
    };
    // No more wait than flows are followed: a slot is given to another flow only when this one's end is told.
    if (waiting.length > 0 || !told(ended)) waiting.push(ended);
  });
  return {
    routeKnown: (flow) => {
      if (flow.slot !== 0) put(0, 0, FLOW_NEWS.endpointKnown, idOf(flow), 0, flow.slot);
    },
  };
}

function elapsedNs({ open, sinceMs, totalMs }: Elapsed): number {
  return (totalMs + (open > 0 ? now() - sinceMs : 0)) * 1e6;
}
