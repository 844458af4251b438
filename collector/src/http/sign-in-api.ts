// Signing in and out with a browser, by a token or by the identity provider, and who is signed in. These few addresses
// need no token, since they are how one comes by a session; what they give away is whether the caller has one.

import type { Session } from '@prodlens/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Audit } from '../audit.js';
import { ProdlensError } from '../errors.js';
import { TOKEN_SCOPES, type Token } from '../store/store.js';
import { checkOrigin } from './authorize.js';
import type { Doorkeeper } from './doorkeeper.js';
import { ATTEMPT_SECONDS, type OpenId } from './open-id.js';
import { object } from './schema.js';
import { cookieOf, type Sessions, sessionCookie, setCookie, setSessionCookie } from './sessions.js';

export interface SignInParts {
  door: Doorkeeper;
  sessions: Sessions;
  openId: OpenId | null;
  audit: Audit;
}

const ATTEMPT_COOKIE = 'prodlens_sign_in';
const CALLBACK = '/auth/open-id/callback';
export const SIGN_IN_PATHS = ['/auth/session', '/auth/token', '/auth/sign-out', '/auth/open-id', CALLBACK] as const;

export function serveSignIn(app: FastifyInstance, { door, sessions, openId, audit }: SignInParts): void {
  const provider = openId?.name ?? null;
  const signedOut: Session = { signedIn: false, name: '', scopes: [], canSignOut: false, provider };
  const signedIn = (token: Token | null): Session => ({
    signedIn: true,
    name: token?.name ?? '',
    scopes: token?.scopes ?? [...TOKEN_SCOPES],
    canSignOut: token !== null,
    provider,
  });

  app.get('/auth/session', async (request, reply): Promise<Session> => {
    reply.header('cache-control', 'no-store');
    try {
      return signedIn(await door.admit(request.headers, 'read'));
    } catch (error) {
      if (error instanceof ProdlensError && (error.status === 401 || error.code === 'PRODLENS_ERR_TOKEN_SCOPE')) {
        return signedOut;
      }
      throw error;
    }
  });

  const body = object({ token: Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\w-]+$' }) });
  app.post<{ Body: { token: string } }>('/auth/token', { schema: { body } }, async (request, reply) => {
    const { token } = request.body;
    const { origin, host } = request.headers;
    const asked = { authorization: `Bearer ${token}`, ...(origin && { origin }), ...(host && { host }) };
    const admitted = await door.admit(asked, 'read');
    if (admitted !== null) reply.header('set-cookie', setSessionCookie(token, isSecure(request)));
    return signedIn(admitted);
  });

  app.post('/auth/sign-out', async (request, reply) => {
    checkOrigin(request.headers);
    const held = sessionCookie(request.headers);
    if (held !== undefined) sessions.end(held);
    reply.header('set-cookie', setSessionCookie('', isSecure(request)));
    return signedOut;
  });

  if (openId === null) return;

  app.get<{ Querystring: { return?: string } }>('/auth/open-id', async (request, reply) => {
    const base = openId.url ?? `${request.protocol}://${request.headers.host}`;
    const { id, url } = await openId.begin(`${base}${CALLBACK}`, request.query.return ?? '');
    // The provider's answer comes from another site, so that a cookie of SameSite=Strict would be missing then.
    const options = {
      path: '/auth',
      sameSite: 'Lax',
      seconds: ATTEMPT_SECONDS,
      isSecure: base.startsWith('https:'),
    } as const;
    return reply.header('set-cookie', setCookie(ATTEMPT_COOKIE, id, options)).redirect(url);
  });

  app.get(CALLBACK, async (request, reply) => {
    const home = openId.url ?? '';
    try {
      const attempt = cookieOf(request.headers, ATTEMPT_COOKIE);
      const { person, returnTo } = await openId.finish(attempt, new URL(request.url, 'http://collector'));
      audit({ act: 'sign-in', token: person.id, remote: request.ip, target: { name: person.name } });
      reply.header(
        'set-cookie',
        setSessionCookie(sessions.begin(person), home.startsWith('https:') || isSecure(request)),
      );
      return reply.redirect(`${home}/${pageOf(returnTo)}`);
    } catch (error) {
      if (!(error instanceof ProdlensError) || error.code !== 'PRODLENS_ERR_SIGN_IN') throw error;
      request.log.warn({ err: error }, 'a sign-in was refused');
      return refusedPage(reply, home, error.message);
    }
  });
}

/** Of the web app, and nowhere else. */
function pageOf(returnTo: string): string {
  return /^#\/[\w./?=&%~+:@!()*'-]*$/.test(returnTo) ? returnTo : '';
}

function refusedPage(reply: FastifyReply, home: string, message: string) {
  return reply.redirect(`${home}/#/?refused=${encodeURIComponent(message)}`);
}

/** By what the browser says of the page: behind a proxy the collector itself does not see TLS. */
function isSecure({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || headers.origin?.startsWith('https:') === true;
}
