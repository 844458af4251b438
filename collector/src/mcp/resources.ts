// Functions and alerts as resources, for clients that let people attach one to a conversation. One says what the tool about
// it says, in as many tokens; the list comes a page at a time, open alerts first, then functions by their own time.

import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { ProdlensError } from '../errors.js';
import type { Agent } from './agent.js';
import type { Tool } from './tool.js';
import { getAlert } from './tools/alerts.js';
import { functionBehaviour } from './tools/functions.js';

const LISTED = 50;
const WINDOW_SECONDS = 3_600;
const JSON_TYPE = 'application/json';

export function registerResources(server: McpServer, agent: Agent): void {
  const register = (kind: string, title: string, description: string, tool: Tool) =>
    server.registerResource(
      kind,
      new ResourceTemplate(`prodlens://${kind}s/{id}`, { list: undefined }),
      { title, description, mimeType: JSON_TYPE },
      async (uri, { id }) => {
        try {
          const { data } = await tool.answer({ id: decodeURIComponent(String(id)) }, agent);
          return { contents: [{ uri: uri.href, mimeType: JSON_TYPE, text: JSON.stringify(data) }] };
        } catch (error) {
          if (error instanceof ProdlensError) throw new ResourceNotFoundError(uri.href);
          throw error;
        }
      },
    );
  register('alert', 'Alert', 'One alert with its evidence, as get_alert has it', getAlert);
  register('function', 'Function', 'One function in production, as function_behaviour has it', functionBehaviour);

  // In place of the list that the library makes of templates, which knows no pages.
  server.server.setRequestHandler('resources/list', async ({ params }) => {
    const offset = offsetOf(params?.cursor);
    const alerts = agent.alerts.desk.list({ state: 'open' });
    const page = { sort: 'selfNs', offset: Math.max(0, offset - alerts.length), limit: LISTED } as const;
    const { functions, count } = await agent.views.functionPage({ windowSeconds: WINDOW_SECONDS }, page);
    const resources = [
      ...alerts.slice(offset).map(({ id, title, service, environment }) => ({
        ...{ uri: `prodlens://alerts/${encodeURIComponent(id)}`, name: title, mimeType: JSON_TYPE },
        description: `${service} in ${environment}`,
      })),
      ...functions.map(({ id, name, file, line, service }) => ({
        ...{ uri: `prodlens://functions/${encodeURIComponent(id)}`, name, mimeType: JSON_TYPE },
        description: `${file}:${line} in ${service}`,
      })),
    ].slice(0, LISTED);
    const next = offset + resources.length;
    return { resources, ...(next < alerts.length + count && resources.length > 0 && { nextCursor: String(next) }) };
  });
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not one that this list gave');
}
