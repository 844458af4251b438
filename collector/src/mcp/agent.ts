// What every tool is given: the parts of the collector that answer, who asks, and how much that one wants to read.

import type { AuditEntry } from '../audit.js';
import { ProdlensError } from '../errors.js';
import type { AlertParts } from '../http/api/alerts-api.js';
import type { Forensics } from '../query/forensics.js';
import type { Query } from '../query/query.js';
import type { ViewQuery } from '../query/views.js';
import type { Token, TokenScope } from '../store/store.js';

export interface AgentParts {
  query: Query;
  views: Pick<ViewQuery, 'functionPage'>;
  forensics: Forensics;
  alerts: AlertParts;
}

export interface Agent extends AgentParts {
  /** null where none is needed: then everything is allowed. */
  token: Token | null;
  /** No answer is longer, whatever is asked for. */
  mostTokens: number;
  /** Notes an act in the audit log before it is done. Throws PRODLENS_ERR_AUDIT. */
  audit(entry: Pick<AuditEntry, 'act' | 'target'>): void;
}

/** `token` is null where the collector has none: then everything is. */
export function isAllowed({ token }: Pick<Agent, 'token'>, scope: TokenScope): boolean {
  return token === null || token.scopes.includes('admin') || token.scopes.includes(scope);
}

/** Throws PRODLENS_ERR_TOKEN_SCOPE, with what a person has to do about it. */
export function demand(agent: Agent, scope: TokenScope): void {
  if (isAllowed(agent, scope)) return;
  throw new ProdlensError(
    'PRODLENS_ERR_TOKEN_SCOPE',
    `This needs a token with the scope ${scope}, the one in use has ${agent.token!.scopes.join(' and ')}. ` +
      `Go on without it, or ask the user for a token made by: prodlens token create --scope read --scope ${scope}`,
  );
}
