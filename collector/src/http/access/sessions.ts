// Who has signed in with a browser. What the cookie holds is a random name and nothing else, http-only, so that no script
// of a page can read it, and of this site alone (SameSite=Strict), so that no page of somebody else's can act with it. The
// store keeps its hash: a session lasts through a restart of the collector, ends on signing out, with its time and with the
// token that it was begun with, and one that a provider vouched for when the provider's settings are others.

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Store, Token } from '../../store/store.js';

export interface Sessions {
  /** The Set-Cookie of a new one. `vouchedFor`: by the identity provider, and by no token. */
  begin(person: Token, vouchedFor: boolean, isSecure: boolean): Promise<string>;
  /** The person, as a token; null where the request has no session, or one that has ended. */
  find(headers: IncomingHttpHeaders): Promise<Token | null>;
  /** Ends that of the request. The Set-Cookie that forgets it. */
  end(headers: IncomingHttpHeaders, isSecure: boolean): Promise<string>;
}

const COOKIE = 'prodlens_session';
/** Somebody who left a company, or a group, is out after so long; a provider that still knows the person does not ask again. */
const VOUCHED_SECONDS = 12 * 3_600;
/** Of a session by token, which ends with the token. */
const TOKEN_SECONDS = 30 * 86_400;

/** `provider`: of the identity provider's settings, '' where there is none. */
export function createSessions(
  store: Pick<Store, 'addSession' | 'session' | 'removeSession'>,
  provider: string,
  now: () => number,
): Sessions {
  return {
    async begin(person, vouchedFor, isSecure) {
      const name = randomBytes(32).toString('base64url');
      const seconds = vouchedFor ? VOUCHED_SECONDS : TOKEN_SECONDS;
      await store.addSession(hashOf(name), {
        ...(vouchedFor ? { tokenId: null, person, provider } : { tokenId: person.id, person: null, provider: '' }),
        untilUnixMs: now() + seconds * 1_000,
      });
      return setCookie(COOKIE, name, { path: '/', sameSite: 'Strict', seconds, isSecure });
    },

    async find(headers) {
      const name = cookieOf(headers, COOKIE);
      return name === undefined ? null : store.session(hashOf(name), provider, now());
    },

    async end(headers, isSecure) {
      const name = cookieOf(headers, COOKIE);
      if (name !== undefined) await store.removeSession(hashOf(name));
      return setCookie(COOKIE, '', { path: '/', sameSite: 'Strict', seconds: 0, isSecure });
    },
  };
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** undefined where there is none of this name with a value of letters, digits, _ and - alone. */
export function cookieOf({ cookie = '' }: IncomingHttpHeaders, name: string): string | undefined {
  for (const part of cookie.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]+$/.test(value)) return value;
  }
  return undefined;
}

/** A Set-Cookie header, always http-only. `isSecure`: over TLS alone; 0 `seconds` ends it. */
export function setCookie(
  name: string,
  value: string,
  options: { path: string; sameSite: 'Strict' | 'Lax'; seconds: number; isSecure: boolean },
): string {
  const { path, sameSite, seconds, isSecure } = options;
  const secure = isSecure ? '; Secure' : '';
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}${secure}`;
}
