// What is asked of the collector only when a person asks: its JSON API, with the token of the settings. Nothing is asked
// again by itself, and every answer is bounded in time.

export interface CollectorApi {
  /** The answer's body. Rejects with one sentence for a person. */
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown): Promise<T>;
}

const TIMEOUT_MS = 5_000;

/** `url` is the collector's, without "/" at its end. */
export function collectorApi(url: string, token: string): CollectorApi {
  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
      (error: Error) => {
        throw new Error(`The collector at ${url} cannot be asked: ${causeOf(error)}.`);
      },
    );
    const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
    if (response.ok) return body as T;
    const said = body?.error?.message?.replace(/\.$/, '') ?? `it answers HTTP ${response.status}`;
    throw new Error(`The collector at ${url} says: ${said}.`);
  }
  return {
    get: (path) => ask(path, {}),
    send: (method, path, body) => ask(path, { method, body: JSON.stringify(body) }),
  };
}

function causeOf(error: Error): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? error.message;
}
