// What the collector answers about endpoints.

import type { EndpointPlace } from '../sensor/endpoint-wire.js';
import type { CallStats } from './call-stats.js';

/** One endpoint in one environment. A call is a request, a job or a run that ended in the window. */
export interface EndpointStats extends EndpointPlace, CallStats {
  /** Stable identity of (service, kind, method, route). */
  id: string;
  service: string;
  environment: string;
  /** Of totalNs: time in which at least one query, and at least one request to another service, was under way. */
  databaseNs: number;
  outboundNs: number;
}

/** Where an endpoint's time went, ns. Parts may overlap where it did several things at once. */
export interface EndpointBreakdown {
  /** Running code of the service's own, and of packages: functions that are timed, and what they call. */
  ownNs: number;
  packagesNs: number;
  databaseNs: number;
  outboundNs: number;
  /** What is left: timers, other input and output, other requests on the event loop, what is not timed. */
  waitingNs: number;
}

/** A function that ran in an endpoint; an estimate where it is hot. */
export interface EndpointFunction {
  /** FunctionStats.id, and where it stands. */
  id: string;
  file: string;
  name: string;
  line: number;
  package: string | null;
  calls: number;
  totalNs: number;
  selfNs: number;
  /** Of selfNs, what is thought to be running code. */
  busyNs: number;
  /** totalNs / totalNs of the endpoint; above 1 where calls ran side by side. */
  share: number | null;
}

export interface EndpointDetail extends EndpointStats {
  breakdown: EndpointBreakdown;
  /** Those with most time of their own first. */
  functions: EndpointFunction[];
}

/** An endpoint in which a function ran, and what the function did there. */
export interface FunctionEndpoint extends EndpointPlace {
  id: string;
  calls: number;
  totalNs: number;
  selfNs: number;
  /** totalNs / totalNs of the endpoint. */
  share: number | null;
}
