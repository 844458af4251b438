// How a service does today, beside the day before: the sums of its endpoints.

export interface DayFigures {
  calls: number;
  errors: number;
  /** null without a call. */
  errorRate: number | null;
  /** null where none ended. */
  p50Ns: number | null;
  p95Ns: number | null;
}

/** One service in one environment. */
export interface ServiceDay {
  service: string;
  environment: string;
  /** That runs now. */
  version: string;
  lastSeenUnixMs: number;
  /** The last 24 hours; null where no request, job or run ended. */
  today: DayFigures | null;
  /** The 24 hours before them. */
  yesterday: DayFigures | null;
  /** Start of the first hour; the columns have an entry an hour, oldest first, of today. */
  startUnixMs: number;
  calls: number[];
  errors: number[];
  p95Ns: (number | null)[];
}
