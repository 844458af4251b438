// /mcp: the streamable HTTP transport, without sessions. Who asks was checked as for every other route; the scope read is
// enough to come in, the tools look at the rest themselves.

import type { Audit } from '../../audit.js';
import type { AgentParts } from '../../mcp/agent.js';
import { createAgentsDoor, prepareTools } from '../../mcp/agents-door.js';
import { LEAST_TOKENS, MOST_TOKENS } from '../../mcp/fit.js';
import type { Api } from './schema.js';

/** So many tokens at most in any answer, for a client that cannot tell its agent. */
export const MOST_TOKENS_HEADER = 'prodlens-max-tokens';

/** A diff of some thousand lines fits. */
const BODY_BYTES = 1024 * 1024;

export function serveMcp(app: Api, parts: AgentParts, audit: Audit): void {
  const answer = createAgentsDoor(parts);
  app.addHook('onListen', (done) => {
    void prepareTools();
    done();
  });
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    bodyLimit: BODY_BYTES,
    schema: { hide: true },
    handler: async (request, reply) => {
      const headers = new Headers();
      for (const [key, value] of Object.entries(request.headers))
        if (typeof value === 'string') headers.set(key, value);
      const { token, ip: remote } = request;
      const noted = (entry: Pick<Parameters<Audit>[0], 'act' | 'target'>) =>
        audit({ ...entry, token: token?.id ?? '', remote });
      const url = new URL(request.url, 'http://localhost');
      const asked = new Request(url, { method: request.method, headers });
      const mostTokens = tokenLimit(request.headers[MOST_TOKENS_HEADER]);
      const response = await answer(asked, request.body, { token, audit: noted, mostTokens });
      reply.code(response.status);
      for (const [key, value] of response.headers) reply.header(key, value);
      return reply.send(response.body === null ? null : await response.text());
    },
  });
}

function tokenLimit(header: string | string[] | undefined): number {
  const asked = Number(header);
  return Number.isInteger(asked) && asked > 0 ? Math.max(LEAST_TOKENS, Math.min(asked, MOST_TOKENS)) : MOST_TOKENS;
}
