// An agent: the protocol's official client at the collector's door, which asks what an agent asks when something is wrong.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export async function startAgent(url) {
  const client = new Client({ name: 'agent-of-the-day', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url)));
  const ask = async (name, input) => {
    const { isError, content, structuredContent } = await client.callTool({ name, arguments: input });
    if (isError) throw new Error(`${name}: ${content.map(({ text }) => text).join('\n')}`);
    return structuredContent;
  };
  return {
    /** Whether the list of what is wrong has the alert. */
    async lists({ id, kind }) {
      const { alerts } = await ask('list_alerts', { state: 'open', kind, limit: 100 });
      return alerts.some((alert) => alert.id === id);
    },
    /** Whether the alert and its file are among the suspects for an endpoint being slow. */
    async suspects({ id, place }, endpoint) {
      const { suspects } = await ask('explain_endpoint', { endpoint, window: '15m' });
      return suspects.some(({ alertId, file }) => alertId === id && file === place.file);
    },
    /** { name, verdict, state } of the function that the alert is about, and of the alert, after a fix. */
    async verify({ id }) {
      const { function: f, alert } = await ask('verify_fix', { alert: id });
      return { name: f.name, verdict: f.verdict, state: alert.state };
    },
    stop: () => client.close(),
  };
}
