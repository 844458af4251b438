// What a function, or an endpoint, did over a window part by part and version by version, with its histograms: what heat
// maps and distributions are drawn from.

import type { SparseBuckets } from '../totals/exponential-histogram.js';

export interface LatencyFigures {
  calls: number;
  errors: number;
  /** null without a timed call. */
  p50Ns: number | null;
  p95Ns: number | null;
  p99Ns: number | null;
  /** Of the timed calls. */
  buckets: SparseBuckets;
}

/** What one version did, in the window or, where it did nothing there, in the last hour in which it ran. */
export interface LatencyVersion extends LatencyFigures {
  version: string;
  revision: string;
  /** When it last became the current one. */
  currentSinceUnixMs: number;
  fromUnixMs: number;
  toUnixMs: number;
}

/** Of one environment. */
export interface LatencyOverTime {
  service: string;
  environment: string;
  /** Start of the first part. */
  startUnixMs: number;
  partSeconds: number;
  /** Oldest first; the last one is not over. */
  parts: LatencyFigures[];
  /** That which became current last first; at least two where there are two. */
  versions: LatencyVersion[];
}
