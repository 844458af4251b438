// Signing in and out with a browser, by a token or by the identity provider, and who is signed in. These few addresses
// need no token, since they are how one comes by a session; what they give away is whether the caller has one.

import type { Session } from '@prodlens/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Audit } from '../../audit.js';
import { ProdlensError } from '../../errors.js';
import { createAllowances } from '../../rate.js';
import { TOKEN_SCOPES, type Token } from '../../store/store.js';
import { object } from '../api/schema.js';
import { checkOrigin } from './authorize.js';
import type { Doorkeeper } from './doorkeeper.js';
import { ATTEMPT_SECONDS, type OpenId } from './open-id.js';
import { cookieOf, type Sessions, setCookie } from './sessions.js';

export interface SignInParts {
  door: Doorkeeper;
  sessions: Sessions;
  openId: OpenId | null;
  audit: Audit;
}

const ATTEMPT_COOKIE = 'prodlens_sign_in';
/** Of one address: nobody is known yet of whom it could be. */
const SIGN_INS = { perSecond: 5, burst: 50 };
const CALLBACK = '/auth/open-id/callback';
export const SIGN_IN_PATHS = ['/auth/session', '/auth/token', '/auth/sign-out', '/auth/open-id', CALLBACK] as const;

export function serveSignIn(app: FastifyInstance, { door, sessions, openId, audit }: SignInParts): void {
  const provider = openId?.name ?? null;
  const allowances = createAllowances(SIGN_INS);
  const signedOut: Session = { signedIn: false, name: '', scopes: [], canSignOut: false, provider };
  const signedIn = (token: Token | null): Session => ({
    signedIn: true,
    name: token?.name ?? '',
    scopes: token?.scopes ?? [...TOKEN_SCOPES],
    canSignOut: token !== null,
    provider,
  });

  function checkRate({ ip }: FastifyRequest): void {
    if (allowances(ip).take()) return;
    throw new ProdlensError(
      'PRODLENS_ERR_TOO_MANY_REQUESTS',
      `More than ${SIGN_INS.perSecond} sign-ins a second from one address: wait a second`,
    );
  }

  /** What the browser held before ends: nobody has two. */
  async function begin(request: FastifyRequest, reply: FastifyReply, person: Token, vouchedFor: boolean) {
    audit({ act: 'sign-in', token: person.id, remote: request.ip, target: { name: person.name } });
    await sessions.end(request.headers, false);
    const isHttps = isSecure(request) || openId?.url?.startsWith('https:') === true;
    reply.header('set-cookie', await sessions.begin(person, vouchedFor, isHttps));
  }

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
    checkRate(request);
    const { token } = request.body;
    const { origin, host } = request.headers;
    const asked = { authorization: `Bearer ${token}`, ...(origin && { origin }), ...(host && { host }) };
    const admitted = await door.admit(asked, 'read');
    if (admitted !== null) await begin(request, reply, admitted, false);
    return signedIn(admitted);
  });

  app.post('/auth/sign-out', async (request, reply) => {
    checkOrigin(request.headers);
    reply.header('set-cookie', await sessions.end(request.headers, isSecure(request)));
    return signedOut;
  });

  if (openId === null) return;
  const home = openId.url ?? '';

  app.get<{ Querystring: { return?: string } }>('/auth/open-id', async (request, reply) => {
    checkRate(request);
    const base = openId.url ?? `${request.protocol}://${request.headers.host}`;
    return orRefused(request, reply, async () => {
      const { id, url } = await openId.begin(`${base}${CALLBACK}`, request.query.return ?? '');
      // The provider's answer comes from another site, so that a cookie of SameSite=Strict would be missing then.
      const isHttps = base.startsWith('https:');
      const options = { path: '/auth', sameSite: 'Lax', seconds: ATTEMPT_SECONDS, isSecure: isHttps } as const;
      return reply.header('set-cookie', setCookie(ATTEMPT_COOKIE, id, options)).redirect(url);
    });
  });

  app.get(CALLBACK, (request, reply) =>
    orRefused(request, reply, async () => {
      const attempt = cookieOf(request.headers, ATTEMPT_COOKIE);
      const { person, returnTo } = await openId.finish(attempt, new URL(request.url, 'http://collector'));
      await begin(request, reply, person, true);
      return reply.redirect(`${home}/${pageOf(returnTo)}`);
    }),
  );

  /** What is refused is said on the sign-in page, where a person can do something about it. */
  async function orRefused(request: FastifyRequest, reply: FastifyReply, act: () => Promise<FastifyReply>) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ProdlensError) || error.code !== 'PRODLENS_ERR_SIGN_IN') throw error;
      request.log.warn({ err: error }, 'a sign-in was refused');
      return reply.redirect(`${home}/#/?refused=${encodeURIComponent(error.message)}`);
    }
  }
}

/** Of the web app, and nowhere else. */
function pageOf(returnTo: string): string {
  return /^#\/[\w./?=&%~+:@!()*'-]*$/.test(returnTo) ? returnTo : '';
}

/** By what the browser says of the page: behind a proxy the collector itself does not see TLS. */
function isSecure({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || headers.origin?.startsWith('https:') === true;
}
