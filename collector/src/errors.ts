// Every error that somebody outside the collector can meet: over HTTP, on a socket, or at the command line.
// docs/errors.md explains each to people; a test holds the two lists equal. Nothing else mints a code.

/** HTTP status by code; null where the code never travels over HTTP. */
export const ERRORS = {
  PRODLENS_ERR_DATA_FOLDER: null,
  PRODLENS_ERR_DATA_IN_USE: null,
  PRODLENS_ERR_DATA_NEWER: null,
  PRODLENS_ERR_DATA_DAMAGED: null,
  PRODLENS_ERR_BACKUP: null,
  PRODLENS_ERR_STORE_SETTING: null,
  PRODLENS_ERR_LISTEN: null,
  PRODLENS_ERR_PORT_IN_USE: null,
  PRODLENS_ERR_TOKEN_NEEDED: null,
  PRODLENS_ERR_TLS: null,
  PRODLENS_ERR_COLLECTOR: null,
  PRODLENS_ERR_SOURCE_MAPS: null,
  PRODLENS_ERR_REDACTION: null,
  PRODLENS_ERR_ALERT_SETTINGS: null,
  PRODLENS_ERR_EXPECTED: null,
  PRODLENS_ERR_GIT: null,
  PRODLENS_ERR_OIDC: null,

  PRODLENS_ERR_INVALID_REQUEST: 400,
  PRODLENS_ERR_TOKEN_MISSING: 401,
  PRODLENS_ERR_TOKEN_UNKNOWN: 401,
  PRODLENS_ERR_TOKEN_SCOPE: 403,
  PRODLENS_ERR_TOKEN_PLACE: 403,
  PRODLENS_ERR_SIGN_IN: 403,
  PRODLENS_ERR_HOST: 403,
  PRODLENS_ERR_ORIGIN: 403,
  PRODLENS_ERR_NOT_FOUND: 404,
  PRODLENS_ERR_FUNCTION_UNKNOWN: 404,
  PRODLENS_ERR_INSTANCE_UNKNOWN: 404,
  PRODLENS_ERR_ENDPOINT_UNKNOWN: 404,
  PRODLENS_ERR_SNAPSHOT_UNKNOWN: 404,
  PRODLENS_ERR_ALERT_UNKNOWN: 404,
  PRODLENS_ERR_VERSION_UNKNOWN: 404,
  PRODLENS_ERR_TOO_MANY_RULES: 409,
  PRODLENS_ERR_SOURCE_MAPS_FULL: 413,
  PRODLENS_ERR_UPGRADE_REQUIRED: 426,
  PRODLENS_ERR_TOO_MANY_REQUESTS: 429,
  PRODLENS_ERR_TOO_MANY_SOCKETS: 429,
  PRODLENS_ERR_INTERNAL: 500,
  PRODLENS_ERR_AUDIT: 503,
  PRODLENS_ERR_BUSY: 503,
  PRODLENS_ERR_NOT_READY: 503,
  PRODLENS_ERR_STORE_AWAY: 503,

  PRODLENS_ERR_FRAME: null,
  PRODLENS_ERR_MESSAGE: null,
  PRODLENS_ERR_MESSAGE_ORDER: null,
  PRODLENS_ERR_PROTOCOL_VERSION: null,
  PRODLENS_ERR_FUNCTION_UNNAMED: null,
  PRODLENS_ERR_TOO_MANY_FUNCTIONS: null,
  PRODLENS_ERR_ENDPOINT_UNNAMED: null,
  PRODLENS_ERR_TOO_MANY_ENDPOINTS: null,
  PRODLENS_ERR_TOO_MANY_SERVICES: null,
  PRODLENS_ERR_TOO_MANY_INSTANCES: null,
  PRODLENS_ERR_STORE: null,
  PRODLENS_ERR_STORE_PAUSED: null,
} as const satisfies Record<string, number | null>;

export type ErrorCode = keyof typeof ERRORS;

export class ProdlensError extends Error {
  override name = 'ProdlensError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(printable(message), options);
  }

  /** HTTP status of the answer that carries this error. */
  get status(): number {
    return ERRORS[this.code] ?? 500;
  }
}

/** The body of every HTTP answer that is not a success. */
export function errorBody(code: ErrorCode, message: string) {
  return { error: { code, message: printable(message) } };
}

/** A value from outside as a message shows it: one line, at most `length` UTF-16 units of it. */
export function quoted(value: string, length = 80): string {
  return printable(value.length > length ? `${value.slice(0, length)}…` : value);
}

/** With every character that could end a line, steer a terminal or turn the direction of the text written as \uXXXX. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
