// Functions and alerts as resources, for clients that let people attach one to a conversation. The same data as the API's.

import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { ProdlensError } from '../errors.js';
import type { Agent } from './agent.js';

const WINDOW_SECONDS = 86_400;
const LISTED = 50;
const JSON_TYPE = 'application/json';

export function registerResources(server: McpServer, agent: Agent): void {
  server.registerResource(
    'alert',
    new ResourceTemplate('prodlens://alerts/{id}', {
      list: async () => ({
        resources: agent.alerts.desk
          .list({ state: 'open' })
          .slice(0, LISTED)
          .map(({ id, title, service, environment }) => ({
            ...{ uri: `prodlens://alerts/${encodeURIComponent(id)}`, name: title, mimeType: JSON_TYPE },
            description: `${service} in ${environment}`,
          })),
      }),
    }),
    { title: 'Alert', description: 'One alert with its evidence', mimeType: JSON_TYPE },
    async (uri, { id }) =>
      contents(
        uri,
        found(uri, () => agent.alerts.desk.get(one(id))),
      ),
  );
  server.registerResource(
    'function',
    new ResourceTemplate('prodlens://functions/{id}', {
      list: async () => {
        const { functions } = await agent.query.functions({ windowSeconds: 3_600 }, { sort: 'selfNs', limit: LISTED });
        return {
          resources: functions.map(({ id, name, file, line, service }) => ({
            ...{ uri: `prodlens://functions/${encodeURIComponent(id)}`, name, mimeType: JSON_TYPE },
            description: `${file}:${line} in ${service}`,
          })),
        };
      },
    }),
    { title: 'Function', description: 'One function in production, last day', mimeType: JSON_TYPE },
    async (uri, { id }) => {
      const { functions } = await agent.query.functions({ id: one(id), windowSeconds: WINDOW_SECONDS });
      if (functions.length === 0) throw new ResourceNotFoundError(uri.href);
      return contents(uri, { window: '1d', functions });
    },
  );
}

function one(id: string | string[] | undefined): string {
  return decodeURIComponent(String(id));
}

function found<T>(uri: URL, get: () => T): T {
  try {
    return get();
  } catch (error) {
    if (error instanceof ProdlensError) throw new ResourceNotFoundError(uri.href);
    throw error;
  }
}

function contents(uri: URL, data: unknown) {
  return { contents: [{ uri: uri.href, mimeType: JSON_TYPE, text: JSON.stringify(data) }] };
}
