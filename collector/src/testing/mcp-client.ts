// The official client of the Model Context Protocol, over HTTP, for tests that ask the agents' door.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** Closed when the test ends. */
export async function connect(t: TestContext, url: string, token?: string, more: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const headers = { ...more, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }));
  t.after(() => client.close());
  return client;
}

/** The answer of a tool: its text, and its structured data. */
export async function ask(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
  const [content] = result.content;
  assert.ok(content?.type === 'text');
  // biome-ignore lint/suspicious/noExplicitAny: answers of sixteen tools
  return { isError: result.isError === true, text: content.text, data: result.structuredContent as any };
}
