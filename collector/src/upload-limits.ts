// How much one upload of source maps may hold: what the collector takes, and by what the program cuts what it sends.

export const UPLOAD_LIMITS = {
  /** Bytes of one request. A source map without the sources' text that is larger cannot be uploaded. */
  bodyBytes: 32 * 1024 * 1024,
  /** Source maps in one request. */
  maps: 1_000,
} as const;
