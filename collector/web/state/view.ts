// What every page knows: the address, who is signed in, and whose numbers over which time are asked for.

import type { Session } from '@prodlens/protocol';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Address, type Changes, linkTo, linkWith } from './address.js';
import type { ServiceAnswer } from './answer-types.js';

export interface View {
  address: Address;
  session: Session;
  services: ServiceAnswer[];
}

export const ViewContext = createContext<View | null>(null);

/** "service" and "environment" are undefined where all of them are meant. */
export function useView() {
  const view = useContext(ViewContext)!;
  const { address, session } = view;
  const scope = {
    service: address.query.get('service') ?? undefined,
    environment: address.query.get('environment') ?? undefined,
  };
  return {
    ...view,
    scope,
    window: address.query.get('window') ?? '1h',
    can: (needed: 'forensics' | 'alerts' | 'admin') =>
      session.scopes.includes('admin') || session.scopes.includes(needed),
    to: (page: string, id = '', changes: Changes = {}) => linkTo(address, page, id, changes),
    here: (changes: Changes) => linkWith(address, changes),
  };
}

export const WINDOWS = [
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['6h', 'Last 6 hours'],
  ['24h', 'Last 24 hours'],
  ['48h', 'Last 2 days'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['90d', 'Last 90 days'],
] as const;

/** "in the last hour" */
export function windowText(window: string): string {
  return `in the ${WINDOWS.find(([value]) => value === window)?.[1].toLowerCase() ?? `last ${window}`}`;
}
