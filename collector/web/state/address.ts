// All that a person has chosen stands in the address: the page, whose numbers, over which time, filter and order. So
// back works, and a view can be kept and sent. After "#/" come the page, perhaps an id, and a query:
// "#/functions/0af3?window=24h". A chosen scope goes along from page to page.

import { useEffect, useState } from 'preact/hooks';

export interface Address {
  /** '' for the overview. */
  page: string;
  /** What stands behind the page's name, decoded; '' for none. */
  id: string;
  query: URLSearchParams;
}

/** What goes along to the next page. */
const SCOPE = ['service', 'environment', 'window'] as const;
export type Changes = Record<string, string | null>;

/** Total: what it cannot decode it takes as it stands. */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = split(hash.replace(/^#\/?/, ''), '?');
  const [page = '', id = ''] = split(path, '/');
  return { page, id: decoded(id), query: new URLSearchParams(query) };
}

/** The link to a page with the scope that is chosen now; null takes a value out. */
export function linkTo(from: Address, page: string, id = '', changes: Changes = {}): string {
  const query = new URLSearchParams();
  for (const key of SCOPE) {
    const value = from.query.get(key);
    if (value !== null) query.set(key, value);
  }
  return written(page, id, changed(query, changes));
}

/** The link to the same page with something else chosen. */
export function linkWith(from: Address, changes: Changes): string {
  return written(from.page, from.id, changed(new URLSearchParams(from.query), changes));
}

/** `link`: from "#" on. `replace`: without a step in the browser's history. */
export function go(link: string, options: { replace?: boolean } = {}): void {
  if (link === (location.hash || '#/')) return;
  if (options.replace) {
    history.replaceState(null, '', link);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = link;
}

/** What the address says, again whenever it changes. */
export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener('hashchange', follow);
    // It may have changed between the first drawing and now.
    follow();
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return parseAddress(hash);
}

function written(page: string, id: string, query: URLSearchParams): string {
  const path = id === '' ? page : `${page}/${encodeURIComponent(id)}`;
  const rest = query.toString();
  return `#/${path}${rest === '' ? '' : `?${rest}`}`;
}

function changed(query: URLSearchParams, changes: Changes): URLSearchParams {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(key);
    else query.set(key, value);
  }
  return query;
}

/** At the first one. */
function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
