// Who has signed in with a browser. The cookie is http-only, so that no script of a page can read it, and of this site
// alone (SameSite=Strict), so that no page of somebody else's can act with it. It holds a token as it was typed in, which
// then counts for as long as the token does, or the name of a session of somebody whom an identity provider vouched for.
// These sessions are in memory: they end with the collector, and a provider that still knows the person begins a new one
// without asking.

import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Token } from '../store/store.js';

export interface Sessions {
  /** What the cookie of a new one holds. */
  begin(person: Token): string;
  /** The person, as a token; null where there is no such session, or its time is over. */
  find(name: string): Token | null;
  end(name: string): void;
}

const COOKIE = 'prodlens_session';
const PREFIX = 'session_';
export const SESSION_MS = 12 * 3_600_000;
/** The oldest one ends where there are more. */
const SESSIONS = 10_000;
const TOKEN_COOKIE_SECONDS = 90 * 86_400;

export function createSessions(now: () => number): Sessions {
  const sessions = new Map<string, { person: Token; untilMs: number }>();
  return {
    begin(person) {
      const name = PREFIX + randomBytes(32).toString('base64url');
      sessions.set(name, { person, untilMs: now() + SESSION_MS });
      if (sessions.size > SESSIONS) sessions.delete(sessions.keys().next().value!);
      return name;
    },
    find(name) {
      const found = sessions.get(name);
      if (found === undefined) return null;
      if (found.untilMs > now()) return found.person;
      sessions.delete(name);
      return null;
    },
    end(name) {
      sessions.delete(name);
    },
  };
}

/** What the request's cookie holds. */
export function sessionCookie(headers: IncomingHttpHeaders): string | undefined {
  return cookieOf(headers, COOKIE);
}

export function cookieOf({ cookie = '' }: IncomingHttpHeaders, name: string): string | undefined {
  for (const part of cookie.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]+$/.test(value)) return value;
  }
  return undefined;
}

/** The Set-Cookie of a session that begins (`value`: a session's name, or a token), or with '' of one that ends. */
export function setSessionCookie(value: string, isSecure: boolean): string {
  const seconds = value === '' ? 0 : value.startsWith(PREFIX) ? SESSION_MS / 1_000 : TOKEN_COOKIE_SECONDS;
  return setCookie(COOKIE, value, { path: '/', sameSite: 'Strict', seconds, isSecure });
}

export function setCookie(
  name: string,
  value: string,
  options: { path: string; sameSite: 'Strict' | 'Lax'; seconds: number; isSecure: boolean },
): string {
  const { path, sameSite, seconds, isSecure } = options;
  const secure = isSecure ? '; Secure' : '';
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}${secure}`;
}
