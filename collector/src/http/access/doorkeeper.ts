// Lets requests and openings of sockets in: who asks is known (authorize.ts), and asks no more than one token may.

import type { IncomingHttpHeaders } from 'node:http';
import { ProdlensError } from '../../errors.js';
import { createAllowances } from '../../rate.js';
import type { Store, Token, TokenScope } from '../../store/store.js';
import type { TokenLimits } from '../../token-limits.js';
import { authorize } from './authorize.js';
import type { Sessions } from './sessions.js';

const BURST_SECONDS = 5;

export interface Doorkeeper {
  /** The token of who asks; null where none is needed. Throws the PRODLENS_ERR_ that says why it may not pass. */
  admit(headers: IncomingHttpHeaders, needed: TokenScope): Promise<Token | null>;
}

/** `loopback`: whether only this machine can reach the collector. */
export function createDoorkeeper(
  store: Store,
  limits: TokenLimits,
  loopback: boolean,
  sessions: Pick<Sessions, 'find'> | null = null,
): Doorkeeper {
  const perSecond = limits.requestsPerSecond;
  const allowances = createAllowances({ perSecond, burst: BURST_SECONDS * perSecond });
  return {
    async admit(headers, needed) {
      const token = await authorize(store, headers, needed, loopback, sessions);
      if (allowances(token?.id ?? '').take()) return token;
      throw new ProdlensError(
        'PRODLENS_ERR_TOO_MANY_REQUESTS',
        `More than ${perSecond} requests a second by one token: wait a second`,
      );
    },
  };
}
