// Signing in by OpenID Connect: the code flow with PKCE, against the provider that PRODLENS_OIDC_ISSUER names. Who the
// provider says it is gets the scopes that the settings give to that address or to a group of it, and nobody else gets
// any: a provider that knows the whole world lets nobody in by itself. The library is certified and does the protocol; here
// is only what Prodlens makes of it.

import { createHash, randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import { ProdlensError } from '../../errors.js';
import type { Token, TokenScope } from '../../store/store.js';
import { isLoopback } from './authorize.js';

export interface OpenIdSettings {
  issuer: URL;
  clientId: string;
  clientSecret: string | null;
  /** Address of the web app, without "/" at its end; null: as the browser names it. */
  url: string | null;
  /** As people know the provider. */
  name: string;
  /** Of the request to the provider. */
  scope: string;
  /** Which claim lists a person's groups. */
  claim: string;
  /** Groups, addresses, "*@example.com" or "*" by scope. */
  grants: Array<{ scope: TokenScope; to: string[] }>;
}

export interface SignInAttempt {
  /** For the cookie that ties the provider's answer to this browser. */
  id: string;
  /** Where the browser goes. */
  url: string;
}

export interface OpenId {
  name: string;
  /** Of what decides who is let in: another one where that has changed. */
  fingerprint: string;
  url: string | null;
  /** `redirectUrl`: of the callback. `returnTo`: what the web app shows afterwards. Throws PRODLENS_ERR_SIGN_IN. */
  begin(redirectUrl: string, returnTo: string): Promise<SignInAttempt>;
  /** Throws PRODLENS_ERR_SIGN_IN. */
  finish(id: string | undefined, callbackUrl: URL): Promise<{ person: Token; returnTo: string }>;
}

interface Begun {
  verifier: string;
  state: string;
  nonce: string;
  redirectUrl: string;
  returnTo: string;
  atMs: number;
}

const ATTEMPT_MS = 10 * 60_000;
export const ATTEMPT_SECONDS = ATTEMPT_MS / 1_000;
const ATTEMPTS = 1_000;

/** null where no provider is configured. Throws PRODLENS_ERR_OIDC where the settings are not whole. */
export function readOpenIdSettings(env: NodeJS.ProcessEnv): OpenIdSettings | null {
  const { PRODLENS_OIDC_ISSUER: issuer, PRODLENS_OIDC_CLIENT_ID: clientId } = env;
  if (issuer === undefined || issuer === '') return null;
  const wrong = (message: string) => new ProdlensError('PRODLENS_ERR_OIDC', message);
  if (!URL.canParse(issuer)) throw wrong('PRODLENS_OIDC_ISSUER is not an address');
  const url = new URL(issuer);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) throw wrong('PRODLENS_OIDC_ISSUER must be https');
  if (!clientId) throw wrong('PRODLENS_OIDC_CLIENT_ID is missing');
  const list = (value: string | undefined) => (value ?? '').split(',').flatMap((one) => one.trim() || []);
  const grants = (['read', 'forensics', 'alerts', 'admin'] as const).map((scope) => ({
    scope,
    to: list(env[`PRODLENS_OIDC_${scope.toUpperCase()}`]),
  }));
  if (grants.every(({ to }) => to.length === 0)) {
    throw wrong(
      'PRODLENS_OIDC_READ names nobody: groups, addresses, *@example.com, or * for all whom the provider knows',
    );
  }
  return {
    issuer: url,
    clientId,
    clientSecret: env.PRODLENS_OIDC_CLIENT_SECRET || null,
    url: env.PRODLENS_OIDC_URL?.replace(/\/+$/, '') || null,
    name: env.PRODLENS_OIDC_NAME || url.host,
    scope: env.PRODLENS_OIDC_SCOPE || 'openid email profile',
    claim: env.PRODLENS_OIDC_CLAIM || 'groups',
    grants,
  };
}

/** The provider is first asked at the first sign-in. `now` in Unix ms. */
export function createOpenId(settings: OpenIdSettings, now: () => number): OpenId {
  const { issuer, clientId, clientSecret, scope, claim } = settings;
  const attempts = new Map<string, Begun>();
  let provider: Promise<client.Configuration> | null = null;

  /** Asked at the first sign-in, so that the collector starts while the provider is away. */
  function discovered(): Promise<client.Configuration> {
    const execute = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    provider ??= client.discovery(issuer, clientId, clientSecret ?? undefined, undefined, { execute });
    provider.catch(() => {
      provider = null;
    });
    return provider;
  }

  return {
    name: settings.name,
    fingerprint: sha256(JSON.stringify([issuer.href, clientId, claim, settings.grants])),
    url: settings.url,

    async begin(redirectUrl, returnTo) {
      const config = await refusing(discovered(), 'The identity provider does not answer');
      const id = randomBytes(32).toString('base64url');
      const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
      attempts.set(id, { verifier, state, nonce, redirectUrl, returnTo, atMs: now() });
      if (attempts.size > ATTEMPTS) attempts.delete(attempts.keys().next().value!);
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUrl,
        scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { id, url: url.href };
    },

    async finish(id, { search }) {
      const begun = id === undefined ? undefined : attempts.get(id);
      if (id !== undefined) attempts.delete(id);
      if (begun === undefined || now() - begun.atMs > ATTEMPT_MS) {
        throw new ProdlensError(
          'PRODLENS_ERR_SIGN_IN',
          'This sign-in was not begun here, or too long ago: begin again',
        );
      }
      const config = await refusing(discovered(), 'The identity provider does not answer');
      const answered = new URL(begun.redirectUrl);
      answered.search = search;
      const tokens = await refusing(
        client.authorizationCodeGrant(config, answered, {
          pkceCodeVerifier: begun.verifier,
          expectedState: begun.state,
          expectedNonce: begun.nonce,
          idTokenExpected: true,
        }),
        'The identity provider did not vouch for you',
      );
      const claims = tokens.claims()!;
      const more = config.serverMetadata().userinfo_endpoint
        ? await client.fetchUserInfo(config, tokens.access_token, claims.sub).catch(() => ({}))
        : {};
      const all: Record<string, unknown> = { ...more, ...claims };
      const scopes = scopesOf(settings, all, claim);
      const name = String(all.email ?? all.preferred_username ?? all.name ?? claims.sub);
      if (scopes.length === 0) {
        throw new ProdlensError('PRODLENS_ERR_SIGN_IN', `${name} is known to ${settings.name}, but may not read here`);
      }
      return { person: person(issuer, claims.sub, name, scopes, now()), returnTo: begun.returnTo };
    },
  };
}

/** What the settings give to a person. A scope that allows to see what was captured, or to change, allows to read. */
export function scopesOf({ grants }: Pick<OpenIdSettings, 'grants'>, claims: Record<string, unknown>, claim: string) {
  const groups = [claims[claim]].flat().filter((one): one is string => typeof one === 'string');
  // An address that the provider has not verified is anybody's word.
  const email = typeof claims.email === 'string' && claims.email_verified !== false ? claims.email.toLowerCase() : null;
  const isMeant = (to: string) => {
    if (to === '*' || groups.includes(to)) return true;
    if (email === null) return false;
    return to.startsWith('*@') ? email.endsWith(to.slice(1).toLowerCase()) : to.toLowerCase() === email;
  };
  const scopes = grants.filter(({ to }) => to.some(isMeant)).map(({ scope }) => scope);
  return scopes.length > 0 && !scopes.includes('read') ? (['read', ...scopes] as TokenScope[]) : scopes;
}

/** As a token, so that scopes, limits and the audit log are the same; its id tells persons apart without naming them. */
function person(issuer: URL, sub: string, name: string, scopes: TokenScope[], nowUnixMs: number): Token {
  const id = `oidc-${sha256(`${issuer.href} ${sub}`).slice(0, 12)}`;
  return { id, name, scopes, service: null, environment: null, createdUnixMs: nowUnixMs };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function refusing<T>(promise: Promise<T>, message: string): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    throw new ProdlensError('PRODLENS_ERR_SIGN_IN', message, { cause });
  }
}
