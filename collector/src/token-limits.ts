// What one token may do. The limits are far above what a well-kept fleet needs and far below what would hurt: they hold
// back a token that was stolen, or a service that names its functions by random. Where no token is needed, all who ask
// share one set of them. `prodlens up --limit NAME=NUMBER` changes one.

export const TOKEN_LIMITS = {
  /** HTTP requests and openings of sockets a second; after a quiet time five times as many at once. */
  requestsPerSecond: 200,
  /** Sockets that are open at the same time. */
  sockets: 5_000,
  /** Bytes that are read from its sockets a second; a sensor that sends more is read more slowly. */
  socketBytesPerSecond: 64 * 1024 * 1024,
  /** Services that it may be the first to name. */
  services: 1_000,
  /** Functions, in all versions that are kept, of those services. */
  functions: 4_000_000,
  /** Instances that are new within an hour. */
  instancesPerHour: 20_000,
};

export type TokenLimits = typeof TOKEN_LIMITS;
