// How long the store keeps what. Nothing is kept for ever.

/** One-minute rows. */
export const MINUTES_RETENTION_MINUTES = 48 * 60;

/** Instances, and deployments with their functions, counted from when they were last seen. */
export const NAMES_RETENTION_MS = 90 * 86_400_000;

/** Packed source maps of one service. */
export const SOURCE_MAP_BYTES = 128 * 1024 * 1024;
