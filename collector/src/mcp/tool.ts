// A tool as the collector defines one: what goes in, what comes out, and the few words beside it. Input and output are
// checked by the same schemas that agents see. What goes wrong is an answer that says what to do next, not a failure of
// the protocol.

import { type CallToolResult, fromJsonSchema, type JsonSchemaType, type McpServer } from '@modelcontextprotocol/server';
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { ProdlensError } from '../errors.js';
import { object } from '../http/schema.js';
import type { TokenScope } from '../store/store.js';
import { type Agent, demand } from './agent.js';
import { DEFAULT_TOKENS, fit, LEAST_TOKENS, MOST_TOKENS } from './fit.js';

type Shape<P extends TProperties> = { [K in keyof P]: Static<P[K]> };
/** What a caller may leave out has a default or is Optional: it arrives filled in or undefined. */
type Input<P extends TProperties> = Static<TObject<P>>;

export interface ToolDefinition<I extends TProperties, O extends TProperties> {
  name: string;
  title: string;
  /** For the agent that chooses: what it answers, and when to take it. */
  description: string;
  input: I;
  output: O;
  /** Default: read. */
  scope?: TokenScope;
  /** It changes what the collector keeps; offered only to who may. */
  writes?: true;
  /** How to see what did not fit; default: a larger maxTokens or a narrower question. */
  more?: string;
  run(input: Input<I>, agent: Agent): Promise<Shape<O>>;
  /** The answer in a few lines, for models and people that read no JSON. */
  say(data: Shape<O>): string;
}

/** A tool, ready to be registered for an agent. */
export interface Tool {
  name: string;
  scope: TokenScope;
  writes: boolean;
  register(server: McpServer, agent: Agent): void;
}

const maxTokens = Type.Integer({
  minimum: LEAST_TOKENS,
  maximum: MOST_TOKENS,
  default: DEFAULT_TOKENS,
  description: 'The answer is cut to about this many tokens, and says so',
});
const truncation = Type.Unsafe<unknown>({
  type: ['object', 'null'],
  description: 'What did not fit into maxTokens: lists with how many items there are, and how to get more',
});

export function tool<I extends TProperties, O extends TProperties>(definition: ToolDefinition<I, O>): Tool {
  const { name, title, description, scope = 'read', writes = false, say } = definition;
  const { more = 'Ask again with a larger maxTokens, or narrow the question.' } = definition;
  const inputSchema = fromJsonSchema<Input<I> & { maxTokens: number }>(
    plain(object({ ...definition.input, maxTokens })),
  );
  const outputSchema = fromJsonSchema(plain(object({ ...definition.output, truncation })));
  const annotations = { readOnlyHint: !writes, destructiveHint: false, idempotentHint: !writes, openWorldHint: false };
  return {
    name,
    scope,
    writes,
    register(server, agent) {
      const config = { title, description, inputSchema, outputSchema, annotations };
      server.registerTool(name, config, async (input): Promise<CallToolResult> => {
        try {
          demand(agent, scope);
          const given = withDefaults(input as Record<string, unknown>, definition.input) as Input<I>;
          const answer = await definition.run(given, agent);
          const tokens = Math.min((input.maxTokens as number | undefined) ?? DEFAULT_TOKENS, agent.mostTokens);
          const { data, text, truncation } = fit(answer, say, tokens, more);
          return { content: [{ type: 'text', text }], structuredContent: { ...data, truncation } };
        } catch (error) {
          if (!(error instanceof ProdlensError)) throw error;
          return { isError: true, content: [{ type: 'text', text: `${error.code}: ${error.message}` }] };
        }
      });
    },
  };
}

/** As JSON writes it: schemas made by typebox carry more than that. */
function plain(schema: object): JsonSchemaType {
  return JSON.parse(JSON.stringify(schema)) as JsonSchemaType;
}

function withDefaults(input: Record<string, unknown>, properties: TProperties): Record<string, unknown> {
  const defaults = Object.entries(properties).flatMap(([key, schema]) =>
    'default' in schema ? [[key, schema.default]] : [],
  );
  return { ...Object.fromEntries(defaults), ...input };
}
