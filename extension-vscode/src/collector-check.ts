// Asks a collector one real question and says in a sentence what is wrong when it does not answer it. Redirects are
// not followed: the token is for the address that was typed and for no other.

export type CollectorCheck = { ok: true; services: number } | { ok: false; problem: string };

const PATIENCE_MS = 10_000;
/** A token is sent in a header, and has nothing but these. */
const TOKEN = /^[\x21-\x7e]*$/;

/** Undefined when the text is an address that a collector can have, otherwise what is wrong with it. */
export function addressProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return 'An address such as http://127.0.0.1:4790 is needed.';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return 'The address has to begin with http:// or https://.';
  if (url.username !== '' || url.password !== '') return 'Leave user name and password out: a token is asked for next.';
  return undefined;
}

/** GET /api/v1/services with the token; '' for none. Never throws. */
export async function checkCollector(url: string, token: string): Promise<CollectorCheck> {
  const base = url.replace(/\/+$/, '');
  if (!TOKEN.test(token)) {
    return { ok: false, problem: 'This is not a token: it has characters that no token has. Copy all of it again.' };
  }
  let response: Response;
  let body: string;
  try {
    response = await fetch(`${base}/api/v1/services`, {
      headers: { accept: 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    body = await response.text();
  } catch (error) {
    return { ok: false, problem: connectionProblem(base, error) };
  }
  if (response.status === 401) {
    return {
      ok: false,
      problem: token === '' ? `${base} asks for a token.` : `${base} does not accept this token.`,
    };
  }
  if (response.status === 403) {
    const reason = refusalIn(body) ?? 'a token with the scope read is needed';
    return { ok: false, problem: `${base} refuses: ${reason.replace(/\.$/, '')}.` };
  }
  if (response.status >= 300 && response.status < 400) {
    const target = response.headers.get('location') ?? 'another address';
    return { ok: false, problem: `${base} redirects to ${target}. Enter the address of the collector itself.` };
  }
  const services = servicesIn(body);
  if (response.ok && services !== undefined) return { ok: true, services };
  if (response.status >= 500) {
    return { ok: false, problem: `The collector at ${base} answered with an error (HTTP ${response.status}).` };
  }
  return { ok: false, problem: `${base} answers, but not as a Prodlens collector does (HTTP ${response.status}).` };
}

function servicesIn(body: string): number | undefined {
  try {
    const { services } = JSON.parse(body) as { services?: unknown };
    return Array.isArray(services) ? services.length : undefined;
  } catch {
    return undefined;
  }
}

/** What a collector says in { error: { message } }. */
function refusalIn(body: string): string | undefined {
  try {
    const { message } = (JSON.parse(body) as { error: { message?: unknown } }).error;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function connectionProblem(base: string, error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `${base} did not answer within ${PATIENCE_MS / 1000} seconds.`;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : '';
  const { hostname } = new URL(base);
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing answers at ${base}. Is the collector running there? It is started with “prodlens up”.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host name ${hostname} cannot be resolved.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_HAS_EXPIRED':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${hostname} is not accepted: ${cause?.message ?? code}.`;
    default:
      return `${base} cannot be reached: ${cause?.message || String(error)}.`;
  }
}
