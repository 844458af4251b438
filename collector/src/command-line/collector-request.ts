// How a command of the program asks a running collector: over its API, at --url, with --token where it wants one.

import { Option } from 'commander';
import { ProdlensError, quoted } from '../errors.js';

export interface CollectorAddress {
  url: string;
  token?: string;
}

const PATIENCE_MS = 120_000;

/** --url, or PRODLENS_URL, of the commands that ask a running collector. */
export const urlOption = () =>
  new Option('--url <address>', 'address of the collector').env('PRODLENS_URL').default('http://127.0.0.1:4790');
/** --token, or PRODLENS_TOKEN. `scope`: which one its help names. */
export const tokenOption = (scope: string) =>
  new Option('--token <token>', `token with scope ${scope}; not needed where the collector has none`).env(
    'PRODLENS_TOKEN',
  );

/**
 * The answer to a request with a JSON body (none for GET). Throws the collector's own PRODLENS_ERR_…, or
 * PRODLENS_ERR_COLLECTOR when it does not answer or is no collector.
 */
export async function askCollector<T>(
  { url, token }: CollectorAddress,
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: string,
): Promise<T> {
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw failure(`${quoted(url)} is not an address such as http://127.0.0.1:4790`);
  }
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token.trim()}`;
  let status: number;
  let text: string;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(new URL(path, url), { method, headers, signal, ...(body !== undefined && { body }) });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error;
    throw failure(`No collector answers at ${quoted(url)}: ${cause instanceof Error ? cause.message : message}`);
  }
  const answer = parsed(text);
  if (status < 300 && answer !== null) return answer as T;
  const { code, message } = (answer as { error?: { code?: unknown; message?: unknown } } | null)?.error ?? {};
  if (typeof code === 'string' && typeof message === 'string') throw new RefusedError(code, message);
  throw failure(`What answers at ${quoted(url)} is no Prodlens collector of this version (status ${status})`);
}

/** What a running collector refused with: its own code, whichever version of the collector it is. */
export class RefusedError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function failure(message: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_COLLECTOR', message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
