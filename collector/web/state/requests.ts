// What the page asks of the collector. The session's cookie goes along by itself; no script ever sees a token.

import type { Session } from '@prodlens/protocol';

/** A refusal, in the collector's words. */
export class RequestFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is said above a refusal. */
export function failureTitle(status: number): string {
  if (status === 0) return 'The collector does not answer';
  if (status === 401) return 'You are signed out';
  if (status === 403) return 'You may not see this';
  if (status === 404) return 'There is no such thing';
  if (status === 429) return 'Too many questions at once';
  if (status === 503) return 'The collector is not ready';
  return status >= 500 ? 'The collector failed' : 'The collector refuses this';
}

/** `path` below /api/v1/. Throws RequestFailure; status 0 where nothing answers. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>('GET', `/api/v1/${path}`, undefined, signal);
}

/** As get, to change something. */
export function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return request<T>(method, `/api/v1/${path}`, body);
}

export const session = {
  find: () => request<Session>('GET', '/auth/session'),
  signIn: (token: string) => request<Session>('POST', '/auth/token', { token }),
  signOut: () => request<Session>('POST', '/auth/sign-out'),
};

/** The query of what is there; undefined and '' are left out. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const written = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') written.set(key, String(value));
  }
  const text = written.toString();
  return text === '' ? '' : `?${text}`;
}

async function request<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(url, {
    ...{ method, credentials: 'same-origin', cache: 'no-store' },
    ...(signal && { signal }),
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    throw new RequestFailure(0, '', 'The collector does not answer.');
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  throw new RequestFailure(
    response.status,
    answer?.error?.code ?? '',
    answer?.error?.message ?? `The collector answered ${response.status}.`,
  );
}
