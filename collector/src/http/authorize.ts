// Who may ask what. With a token in the store, everything but the liveness probe and the files of the web app (which
// hold no data) needs one of the right scope. With none, only this machine may ask: the collector listens on
// loopback, and a request that a web page of somebody else's made the browser send is refused, which is seen from
// its Host (DNS rebinding) or its Origin.

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ProdlensError, quoted } from '../errors.js';
import type { Store, TokenScope } from '../store/store.js';

/** A new token. Only its hash is kept: it can be read this once. */
export async function createToken(store: Store, scope: TokenScope, nowUnixMs: number): Promise<string> {
  const token = `prodlens_${randomBytes(32).toString('base64url')}`;
  await store.addToken(tokenHash(token), scope, nowUnixMs);
  return token;
}

/** Throws the PRODLENS_ERR_ that says why this request may not pass. The scope of its token; null where none is needed. */
export async function authorize(
  store: Store,
  headers: IncomingHttpHeaders,
  needed: TokenScope,
): Promise<TokenScope | null> {
  checkOrigin(headers);
  if (!(await store.hasTokens())) {
    checkLoopbackHost(headers);
    return null;
  }
  const token = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) {
    throw new ProdlensError(
      'PRODLENS_ERR_TOKEN_MISSING',
      'This collector needs a token, sent as Authorization: Bearer …',
    );
  }
  const scope = await store.tokenScope(tokenHash(token));
  if (scope === null) throw new ProdlensError('PRODLENS_ERR_TOKEN_UNKNOWN', 'This collector does not know the token');
  if (scope !== 'admin' && scope !== needed) {
    throw new ProdlensError('PRODLENS_ERR_TOKEN_SCOPE', `The token is for ${scope}; this needs ${needed}`);
  }
  return scope;
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
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
