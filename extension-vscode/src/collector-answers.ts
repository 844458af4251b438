// Answers of the collector's API for what is shown beside the language server's annotations. Redirects are not followed:
// the token is for the address in use and for no other.

/** Rejects with one sentence for a person. `path` below /api/v1/. */
export type Ask = <T>(path: string) => Promise<T>;

const PATIENCE_MS = 10_000;

export class Refused extends Error {}

/** `token`: '' for none. */
export function collectorAnswers(url: string, token: string): Ask {
  const base = url.replace(/\/+$/, '');
  return async (path) => {
    const response = await fetch(`${base}/api/v1/${path}`, {
      headers: { accept: 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error: Error) => {
      const { code, message } = (error.cause ?? error) as { code?: string; message: string };
      throw new Error(`The collector at ${base} cannot be asked: ${code ?? message}.`);
    });
    const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
    if (response.ok && body !== null) return body as never;
    const said = body?.error?.message?.replace(/\.$/, '') ?? `it answers HTTP ${response.status}`;
    throw new (response.status === 403 ? Refused : Error)(`The collector at ${base} says: ${said}.`);
  };
}
