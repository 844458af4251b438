// Who may ask what. With a token in the store, everything but the liveness probe and the files of the web app (which
// hold no data) needs one of the right scope. With none, only this machine may ask: the collector listens on
// loopback, and a request that a web page of somebody else's made the browser send is refused, which is seen from
// its Host (DNS rebinding) or its Origin.

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ProdlensError, quoted } from '../../errors.js';
import { type Store, TOKEN_ID_LENGTH, type Token, type TokenScope } from '../../store/store.js';
import type { Sessions } from './sessions.js';

/** A new token. Only its hash is kept: it can be read this once. */
export async function createToken(
  store: Pick<Store, 'addToken'>,
  scopes: TokenScope | TokenScope[],
  nowUnixMs: number,
  { name = '', service = null, environment = null }: Partial<Pick<Token, 'name' | 'service' | 'environment'>> = {},
): Promise<string> {
  const token = `prodlens_${randomBytes(32).toString('base64url')}`;
  const allowed = { name, scopes: [scopes].flat(), service, environment, createdUnixMs: nowUnixMs };
  await store.addToken(tokenHash(token), allowed);
  return token;
}

/** Token.id of it. */
export function tokenId(token: string): string {
  return tokenHash(token).slice(0, TOKEN_ID_LENGTH);
}

/**
 * Throws the PRODLENS_ERR_ that says why this request may not pass. Its token; null where none is needed, which is where
 * there is none and only this machine can reach the collector (`loopback`).
 */
export async function authorize(
  store: Pick<Store, 'hasTokens' | 'token'>,
  headers: IncomingHttpHeaders,
  needed: TokenScope,
  loopback: boolean,
  sessions: Pick<Sessions, 'find'> | null = null,
): Promise<Token | null> {
  checkOrigin(headers);
  if (loopback && !(await store.hasTokens())) {
    checkLoopbackHost(headers);
    return null;
  }
  const sent = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const token = await (sent === undefined ? sessions?.find(headers) : store.token(tokenHash(sent)));
  if (!token) {
    throw sent === undefined
      ? new ProdlensError('PRODLENS_ERR_TOKEN_MISSING', 'This collector needs a token, sent as Authorization: Bearer …')
      : new ProdlensError('PRODLENS_ERR_TOKEN_UNKNOWN', 'This collector does not know the token');
  }
  if (!token.scopes.includes('admin') && !token.scopes.includes(needed)) {
    const allowed = token.scopes.join(' and ');
    throw new ProdlensError('PRODLENS_ERR_TOKEN_SCOPE', `The token is for ${allowed}; this needs ${needed}`);
  }
  return token;
}

/** Throws PRODLENS_ERR_TOKEN_PLACE when the token is for another service or environment. */
export function checkPlace(token: Token | null, of: { service: string; environment: string }): void {
  for (const what of ['service', 'environment'] as const) {
    const only = token?.[what] ?? null;
    if (only === null || only === of[what]) continue;
    throw new ProdlensError(
      'PRODLENS_ERR_TOKEN_PLACE',
      `The token is for the ${what} ${quoted(only)} only, not for ${quoted(of[what])}`,
    );
  }
}

/** Of a host without its port, as a Host or Origin header names it. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** Throws PRODLENS_ERR_ORIGIN where a page of somebody else's has made the browser ask. */
export function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
  if (origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new ProdlensError('PRODLENS_ERR_ORIGIN', `A page of ${quoted(origin)} may not ask this collector`);
}

function checkLoopbackHost({ host = '' }: IncomingHttpHeaders): void {
  if (isLoopback(host.replace(/:\d+$/, ''))) return;
  throw new ProdlensError(
    'PRODLENS_ERR_HOST',
    `Without a token only this machine may ask, by a name such as localhost, not ${quoted(host) || 'an empty Host'}`,
  );
}

function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
