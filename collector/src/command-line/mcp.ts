// `prodlens mcp`: the agents' door over stdio, for clients that start a program. It carries messages to the collector's
// /mcp and answers back, and says in words an agent understands when the collector cannot be asked. On stdout goes the
// protocol and nothing else.

import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MOST_TOKENS_HEADER } from '../http/api/mcp-api.js';
import { LEAST_TOKENS, MOST_TOKENS } from '../mcp/fit.js';
import { type CollectorAddress, tokenOption, urlOption } from './collector-request.js';

const INTERNAL_ERROR = -32_603;
const PATIENCE_MS = 60_000;

export function mcpCommand(): Command {
  return new Command('mcp')
    .description(
      "Serve a coding agent over stdio: the Model Context Protocol, answered by a running collector. Not for people's " +
        'terminals: an editor or agent starts it (docs/agents.md).',
    )
    .addOption(urlOption())
    .addOption(tokenOption('read'))
    .addOption(
      new Option('--max-tokens <number>', 'no answer takes more of the agent’s context, whatever it asks for')
        .env('PRODLENS_MCP_MAX_TOKENS')
        .argParser(parseTokens),
    )
    .action(serve);
}

function parseTokens(value: string): string {
  const tokens = Number(value);
  if (Number.isInteger(tokens) && tokens >= LEAST_TOKENS && tokens <= MOST_TOKENS) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${LEAST_TOKENS} to ${MOST_TOKENS}.`);
}

interface Served extends CollectorAddress {
  maxTokens?: string;
}

async function serve(address: Served): Promise<void> {
  const transport = new StdioServerTransport();
  const forward = createForwarder(address);
  transport.onmessage = (message) => {
    forward(message, (answer) => transport.send(answer)).catch((error: unknown) => console.error(error));
  };
  transport.onclose = () => process.exit(0);
  process.stdin.once('end', () => transport.close());
  await transport.start();
}

/** Sends a message to the collector; what comes back, or why nothing does, goes to `answered`. */
function createForwarder({ url, token, maxTokens }: Served) {
  let negotiated: string | undefined;
  return async (message: JSONRPCMessage, answered: (answer: JSONRPCMessage) => Promise<void>): Promise<void> => {
    const headers = {
      ...headersOf(message, negotiated, token),
      ...(maxTokens !== undefined && { [MOST_TOKENS_HEADER]: maxTokens }),
    };
    try {
      const response = await fetch(new URL('/mcp', url), {
        ...{ method: 'POST', headers, body: JSON.stringify(message) },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      for (const answer of answersIn(text, response.headers.get('content-type') ?? '')) {
        const version = (answer as { result?: { protocolVersion?: unknown } }).result?.protocolVersion;
        if (typeof version === 'string') negotiated = version;
        await answered(answer);
      }
      if (!response.ok && isJSONRPCRequest(message) && !isRpc(text))
        await answered(refusal(message, refusalText(text, url)));
    } catch (error) {
      if (!isJSONRPCRequest(message)) return;
      const { cause, message: said } = error as Error;
      const why = cause instanceof Error ? cause.message : said;
      await answered(
        refusal(
          message,
          `No Prodlens collector answers at ${url} (${why}). Ask the user to start one with: prodlens up, or to set PRODLENS_URL`,
        ),
      );
    }
  };
}

/** Some versions of the protocol want in headers what the message says already. */
function headersOf(message: JSONRPCMessage, negotiated: string | undefined, token: string | undefined) {
  const { method, params } = message as Partial<JSONRPCRequest>;
  const { name, uri, _meta } = (params ?? {}) as { name?: unknown; uri?: unknown; _meta?: Record<string, unknown> };
  const version = _meta?.[PROTOCOL_VERSION_META_KEY] ?? (method === 'initialize' ? undefined : negotiated);
  const named = typeof name === 'string' ? name : uri;
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(typeof version === 'string' && { 'mcp-protocol-version': version }),
    ...(method !== undefined && { 'mcp-method': method }),
    ...(typeof named === 'string' && { 'mcp-name': named }),
    ...(token && { authorization: `Bearer ${token.trim()}` }),
  };
}

function answersIn(text: string, type: string): JSONRPCMessage[] {
  const texts = type.startsWith('text/event-stream')
    ? text
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5))
    : [text];
  return texts.filter(isRpc).flatMap((one) => JSON.parse(one) as JSONRPCMessage | JSONRPCMessage[]);
}

function isRpc(text: string): boolean {
  return text.includes('"jsonrpc"');
}

function refusalText(text: string, url: string): string {
  try {
    const { code, message } = (JSON.parse(text) as { error: { code: string; message: string } }).error;
    const remedy = code.startsWith('PRODLENS_ERR_TOKEN')
      ? '. Ask the user to set PRODLENS_TOKEN to a token made by: prodlens token create --scope read'
      : '';
    return `${code}: ${message}${remedy}`;
  } catch {
    return `What answers at ${url} is no Prodlens collector of this version`;
  }
}

function refusal({ id }: JSONRPCRequest, message: string): JSONRPCMessage {
  return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message } };
}
