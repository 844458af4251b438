// How long the store keeps what. Nothing is kept for ever.

/** One-minute rows. */
export const MINUTES_RETENTION_MINUTES = 48 * 60;

/** One-hour and one-day rows. */
export const HOURS_RETENTION_HOURS = 90 * 24;

/** One-minute rows without histograms: only windows of up to two hours are made of minutes. */
export const RECENT_SCALARS_MINUTES = 3 * 60;

/** Instances, and deployments with their functions, counted from when they were last seen. */
export const NAMES_RETENTION_MS = 90 * 86_400_000;

/** Snapshots of what went wrong: how long, and how many bytes of all services together, packed. */
export const SNAPSHOT_RETENTION_MS = 14 * 86_400_000;
export const SNAPSHOT_BYTES = 512 * 1024 * 1024;

/** Packed source maps of one service. */
export const SOURCE_MAP_BYTES = 128 * 1024 * 1024;
