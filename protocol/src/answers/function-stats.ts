// The answer about one function that every reader gets alike: a lens, the web app, an agent, a script.

import type { FunctionPlace } from '../function-place.js';
import type { CallStats } from './call-stats.js';
import type { FunctionEndpoint } from './endpoint-stats.js';
import type { FunctionTrend, VersionStats } from './function-trend.js';

/**
 * One function of one service in one environment over one window of time, standing where the current deployment has
 * it. Where it is not timed, all durations are null.
 */
export interface FunctionStats extends FunctionPlace, CallStats {
  /** Stable identity of (service, file, name, ordinal), for links and API paths. */
  id: string;
  service: string;
  environment: string;
  /** Of totalNs, what was not spent in other timed functions; null where none of it was measured. */
  selfNs: number | null;
  /** Processor time in the function's own code; null where no profiler ran. */
  cpuNs: number | null;
  /** service.version of the deployment that became current last, of those that have this function. */
  version: string;
  /** vcs.ref.head.revision of the same deployment; '' when unknown. */
  revision: string;
  /** Present when the current deployment is slower than an earlier one. */
  regression: Regression | null;
  /** What its text was, packed by syntax/: found again by it where nobody has the text. Only where a file is asked for. */
  fingerprint?: string;
  /**
   * Functions that called this one, and that it called, those with most time first. Only where one function or a file is
   * asked for; of a file the first CALLS_OF_A_FILE of each.
   */
  callers?: FunctionCall[];
  callees?: FunctionCall[];
  /**
   * Endpoints in which it ran, that with most of its time first. Only where one function or a file is asked for; of a
   * file the first ENDPOINTS_OF_A_FILE of each function, which are some of `endpointCount`.
   */
  endpoints?: FunctionEndpoint[];
  endpointCount?: number;
  /** Only where one function or a file is asked for, of functions with calls: the window in parts, and by version. */
  trend?: FunctionTrend;
  versions?: VersionStats[];
  /** Only there, of functions without a call in the window: for at least how long, up to now, there was none: whole hours. */
  uncalledSeconds?: number;
}

/** Callers and callees of each function that come with the numbers of a whole file. */
export const CALLS_OF_A_FILE = 3;

/** Endpoints of each function that come with the numbers of a whole file. */
export const ENDPOINTS_OF_A_FILE = 3;

/** The other end of calls from or to a function, and what those calls took. Estimated from a sample where hot. */
export interface FunctionCall {
  /** FunctionStats.id of the other function, and where it stands. */
  id: string;
  file: string;
  name: string;
  line: number;
  calls: number;
  /** As FunctionStats.callsPerMinute. */
  callsPerMinute: number | null;
  /** Sum of the durations of those calls; null where they are not timed. */
  totalNs: number | null;
  /** totalNs / totalNs of the function asked for: above 1 where calls ran side by side. null where either is null. */
  share: number | null;
}

/** A latency rise since a deployment. */
export interface Regression {
  /** service.version of the deployment that is slower, and of the one before it. */
  version: string;
  previousVersion: string;
  /** (after - before) / before, of the median: 0.38 is 38 % slower. */
  slowdown: number;
  beforeP50Ns: number;
  afterP50Ns: number;
  beforeP95Ns: number;
  afterP95Ns: number;
  beforeCalls: number;
  afterCalls: number;
}
