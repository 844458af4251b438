// The answer about one function that every reader gets alike: a lens, the web app, an agent, a script.

import type { FunctionKind } from './sensor-wire.js';

/** One function of one service in one environment over one window of time. */
export interface FunctionStats {
  /** Stable identity of (service, file, name, ordinal), for links and API paths. */
  id: string;
  service: string;
  environment: string;
  /** Original file relative to the service's root, or "node_modules/NAME/…". */
  file: string;
  name: string;
  ordinal: number;
  kind: FunctionKind;
  /** 1-based, in the file as the current deployment has it. */
  line: number;
  /** 1-based UTF-16 units. */
  column: number;
  package: string | null;
  /** False where only calls are counted; then all durations are null. */
  timed: boolean;
  calls: number;
  errors: number;
  /** Calls over the part of the window in which the service was reporting. null when it reported in no part. */
  callsPerMinute: number | null;
  /** errors / calls, 0 to 1. null without calls. */
  errorRate: number | null;
  /** Durations in ns of calls that ended in the window; null without a timed call. */
  p50Ns: number | null;
  p95Ns: number | null;
  p99Ns: number | null;
  maxNs: number | null;
  totalNs: number | null;
  /** Not measured yet: always null. */
  selfNs: number | null;
  /** service.version of the deployment that became current last, of those that have this function. */
  version: string;
  /** Present when the current deployment is slower than an earlier one. */
  regression: Regression | null;
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
