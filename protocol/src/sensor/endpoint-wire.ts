// What a sensor says of endpoints: what comes in from outside (a request's method and route, a queue) or from a clock.
// Each is named once, by a number, as functions are; windows then hold what it did, and in which functions.

import { array, fail, integer, number, record, string } from '../check.js';
import { decodeTimedTotals, mergeTimedTotals, NO_TIMED_TOTALS, type TimedTotals } from '../totals/timed-totals.js';

export type EndpointKind = 'http' | 'job' | 'timer';
const KINDS: ReadonlySet<string> = new Set<EndpointKind>(['http', 'job', 'timer']);

export const ENDPOINT_LIMITS = {
  /** Endpoints that an instance names, and in one window. */
  endpoints: 4_096,
  /** Pairs of endpoint and function in one window. */
  endpointFunctions: 65_536,
  /** UTF-16 units of a method and of a route. */
  method: 64,
  route: 512,
} as const;

export interface EndpointPlace {
  kind: EndpointKind;
  /** GET, POST …; of a job the system (bullmq, amqp, kafka), of a timer what runs it (interval, cron). */
  method: string;
  /** http.route, or the name of the queue or of what is run. */
  route: string;
}

export interface SensorEndpoint extends EndpointPlace {
  /** Number by which this instance's windows name the endpoint. */
  id: number;
}

export interface SensorEndpoints {
  type: 'endpoints';
  endpoints: SensorEndpoint[];
}

/** What one endpoint did: calls are requests, jobs or runs that ended, errors those with 500 and above, or that threw or rejected. */
export interface EndpointTotals extends TimedTotals {
  /** Of sumNs: time in which at least one query, and at least one request to another service, was under way. */
  databaseNs: number;
  outboundNs: number;
}

export interface EndpointWindow extends EndpointTotals {
  id: number;
}

export const NO_ENDPOINT_TOTALS: Readonly<EndpointTotals> = { ...NO_TIMED_TOTALS, databaseNs: 0, outboundNs: 0 };

/** What both hold together. Neither is changed. */
export function mergeEndpointTotals(a: EndpointTotals, b: EndpointTotals): EndpointTotals {
  return {
    ...mergeTimedTotals(a, b),
    databaseNs: a.databaseNs + b.databaseNs,
    outboundNs: a.outboundNs + b.outboundNs,
  };
}

/** What one timed function did within one endpoint's requests; estimated from a sample where the function is hot. */
export interface EndpointFunctionTotals {
  calls: number;
  sumNs: number;
  /** Of sumNs, what was not spent in calls of other timed functions; waiting included. */
  selfNs: number;
  /** Of selfNs, what is thought to be running code: all of it where the function cannot wait. */
  busyNs: number;
}

/** What both hold together. Neither is changed. */
export function addEndpointFunctions(a: EndpointFunctionTotals, b: EndpointFunctionTotals): EndpointFunctionTotals {
  return {
    calls: a.calls + b.calls,
    sumNs: a.sumNs + b.sumNs,
    selfNs: a.selfNs + b.selfNs,
    busyNs: a.busyNs + b.busyNs,
  };
}

export interface EndpointFunctionWindow extends EndpointFunctionTotals {
  endpoint: number;
  function: number;
}

/** Checks a message; throws DecodeError. */
export function decodeEndpoints(message: Record<string, unknown>): SensorEndpoints {
  return {
    type: 'endpoints',
    endpoints: array(message.endpoints, 'endpoints', ENDPOINT_LIMITS.endpoints, (value, at) => {
      const endpoint = record(value, at);
      return { id: integer(endpoint.id, `${at}.id`), ...decodeEndpointPlace(endpoint, at) };
    }),
  };
}

/** Throws DecodeError. */
export function decodeEndpointPlace(endpoint: Record<string, unknown>, at: string): EndpointPlace {
  const kind = string(endpoint.kind, `${at}.kind`, 16);
  if (!KINDS.has(kind)) fail(`${at}.kind`, `is not a kind of endpoint: ${JSON.stringify(kind)}`);
  return {
    kind: kind as EndpointKind,
    method: string(endpoint.method, `${at}.method`, ENDPOINT_LIMITS.method),
    route: string(endpoint.route, `${at}.route`, ENDPOINT_LIMITS.route),
  };
}

/** Throws a DecodeError that names the field below `at`. */
export function decodeEndpointWindow(value: unknown, at: string): EndpointWindow {
  const row = record(value, at);
  return {
    id: integer(row.id, `${at}.id`),
    ...decodeTimedTotals(row, at),
    databaseNs: number(row.databaseNs, `${at}.databaseNs`),
    outboundNs: number(row.outboundNs, `${at}.outboundNs`),
  };
}

/** Throws a DecodeError that names the field below `at`. */
export function decodeEndpointFunction(value: unknown, at: string): EndpointFunctionWindow {
  const row = record(value, at);
  return {
    endpoint: integer(row.endpoint, `${at}.endpoint`),
    function: integer(row.function, `${at}.function`),
    calls: integer(row.calls, `${at}.calls`),
    sumNs: number(row.sumNs, `${at}.sumNs`),
    selfNs: number(row.selfNs, `${at}.selfNs`),
    busyNs: number(row.busyNs, `${at}.busyNs`),
  };
}
