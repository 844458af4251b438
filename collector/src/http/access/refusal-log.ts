// Tells the log why a WebSocket was not opened, so that a sensor with a wrong token is found from the collector's side
// too. One line a minute for each reason, whoever asks: a sensor that tries again and again, or somebody who means
// harm, cannot flood the log. The query of the address is left out, as it may hold a secret.

import type { Logger } from 'pino';
import type { ProdlensError } from '../../errors.js';

const QUIET_MS = 60_000;

export interface RefusedOpening {
  path: string;
  /** Address of the other end; of the proxy where there is one. */
  remote: string | undefined;
  error: ProdlensError;
}

/** `now`: milliseconds of a clock that only goes forward. */
export function createRefusalLog(log: Logger, now: () => number = () => performance.now()) {
  const toldMs = new Map<string, number>();
  return ({ path, remote, error: { code, message } }: RefusedOpening): void => {
    if (now() - (toldMs.get(code) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    toldMs.set(code, now());
    log.warn({ path, remote, code, reason: message }, 'a WebSocket was refused (told once a minute for each code)');
  };
}
