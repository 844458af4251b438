// What every answer says of a thing that is called and takes time, be it a function or an endpoint.

/** Durations in ns of calls that ended in the window; null without a timed one. */
export interface CallStats {
  calls: number;
  errors: number;
  /** Over the part of the window in which the service was reporting; null when it reported in no part. */
  callsPerMinute: number | null;
  /** errors / calls, 0 to 1; null without calls. */
  errorRate: number | null;
  p50Ns: number | null;
  p95Ns: number | null;
  p99Ns: number | null;
  maxNs: number | null;
  totalNs: number | null;
}
