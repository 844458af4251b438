// Tokens live in the editor's secret storage, one for each origin (scheme, host, port), so that the token of one
// collector is never sent to another because a workspace names another address.

import type { SecretStorage } from 'vscode';

/** '' when there is none for this address, or when it is no address. */
export async function readToken(secrets: SecretStorage, url: string): Promise<string> {
  const key = secretKey(url);
  return (key !== undefined && (await secrets.get(key))) || '';
}

/** Keeps the token for the origin of the address; '' forgets it. */
export async function writeToken(secrets: SecretStorage, url: string, token: string): Promise<void> {
  const key = secretKey(url);
  if (key === undefined) throw new Error(`${url} is not an address`);
  if (token === '') await secrets.delete(key);
  else await secrets.store(key, token);
}

function secretKey(url: string): string | undefined {
  return URL.canParse(url) ? `token ${new URL(url).origin}` : undefined;
}
