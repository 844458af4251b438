// What a sensor says of endpoints: what comes in from outside (a request's method and route, a queue) or from a clock.
// Each is named once, by a number, as functions are; windows then hold what it did, and in which functions.

import { array, fail, integer, number, record, string } from './check.js';
import { mergeBuckets, type SparseBuckets } from './exponential-histogram.js';

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

/** What one endpoint did. */
export interface EndpointTotals {
  /** Requests, jobs or runs that ended, and how many of them went wrong (500 and above; threw or rejected). */
  calls: number;
  errors: number;
  /** Of their durations. */
  sumNs: number;
  maxNs: number;
  buckets: SparseBuckets;
  /** Of sumNs: time in which at least one query, and at least one request to another service, was under way. */
  databaseNs: number;
  outboundNs: number;
}

export interface EndpointWindow extends EndpointTotals {
  id: number;
}

export const NO_ENDPOINT_TOTALS: EndpointTotals = {
  calls: 0,
  errors: 0,
  sumNs: 0,
  maxNs: 0,
  buckets: [],
  databaseNs: 0,
  outboundNs: 0,
};

/** What both hold together. Neither is changed. */
export function mergeEndpointTotals(a: EndpointTotals, b: EndpointTotals): EndpointTotals {
  return {
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    sumNs: a.sumNs + b.sumNs,
    maxNs: Math.max(a.maxNs, b.maxNs),
    buckets: mergeBuckets(a.buckets, b.buckets),
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
      const kind = string(endpoint.kind, `${at}.kind`, 16);
      if (!KINDS.has(kind)) fail(`${at}.kind`, `is not a kind of endpoint: ${JSON.stringify(kind)}`);
      return {
        id: integer(endpoint.id, `${at}.id`),
        kind: kind as EndpointKind,
        method: string(endpoint.method, `${at}.method`, ENDPOINT_LIMITS.method),
        route: string(endpoint.route, `${at}.route`, ENDPOINT_LIMITS.route),
      };
    }),
  };
}

/** `buckets` checks a histogram's. */
export function decodeEndpointWindow(
  value: unknown,
  at: string,
  buckets: (value: unknown, at: string) => SparseBuckets,
): EndpointWindow {
  const row = record(value, at);
  return {
    id: integer(row.id, `${at}.id`),
    calls: integer(row.calls, `${at}.calls`),
    errors: integer(row.errors, `${at}.errors`),
    sumNs: number(row.sumNs, `${at}.sumNs`),
    maxNs: number(row.maxNs, `${at}.maxNs`),
    buckets: buckets(row.buckets, `${at}.buckets`),
    databaseNs: number(row.databaseNs, `${at}.databaseNs`),
    outboundNs: number(row.outboundNs, `${at}.outboundNs`),
  };
}

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
