// How a function's numbers went over the window and over versions: what comes beside the one number for all of it.

/**
 * A window in parts, oldest first; the columns are of one length, one entry a part. Parts begin at multiples of their
 * length since the Unix epoch: the first and the last lie in the window only in part.
 */
export interface FunctionTrend {
  /** Length of a part. */
  partSeconds: number;
  /** When the first part begins, in ms since 1970; not told by older collectors. */
  startUnixMs?: number;
  calls: number[];
  errors: number[];
  /** null where no timed call ended. */
  p95Ns: (number | null)[];
}

/** What one version did within the window. */
export interface VersionStats {
  /** service.version. */
  version: string;
  /** vcs.ref.head.revision; '' when unknown. */
  revision: string;
  calls: number;
  errors: number;
  /** null without a timed call. */
  p50Ns: number | null;
  p95Ns: number | null;
}

/** Versions of each function that come with its numbers: those that became current last. */
export const VERSIONS_OF_A_FUNCTION = 4;
