// A tool as the collector defines one: what goes in, what comes out, and the few words beside it. Input and output are
// checked by the same schemas that agents see. What goes wrong is an answer that says what to do next, not a failure of
// the protocol.

import { type CallToolResult, fromJsonSchema, type JsonSchemaType, type McpServer } from '@modelcontextprotocol/server';
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { ProdlensError } from '../errors.js';
import { object, oneOf } from '../http/api/schema.js';
import type { TokenScope } from '../store/store.js';
import { type Agent, demand } from './agent.js';
import { DEFAULT_TOKENS, fit, LEAST_TOKENS, MOST_TOKENS, type Page } from './fit.js';

/** Items of a list that is gone on with and has no limit of its own. */
const PAGE = 100;

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
  /** The list that `limit` is of, and `offset` where no other is named; default: the first of the output. */
  list?: keyof O & string;
  /** Of lists that are longer than what is worth showing unasked. */
  most?: { [K in keyof O]?: number };
  /** Items of `list` in all, where `run` keeps to offset and limit by itself. */
  count?(data: Shape<O>): number;
  /** What else shows what did not fit. */
  more?: string;
  run(input: Input<I> & { offset: number }, agent: Agent): Promise<Shape<O>>;
  /** The answer in a few lines, for models and people that read no JSON. */
  say(data: Shape<O>): string;
}

/** A tool, ready to be registered for an agent. */
export interface Tool {
  name: string;
  scope: TokenScope;
  writes: boolean;
  register(server: McpServer, agent: Agent): void;
  /** Compiles its schemas, which takes tens of milliseconds, once; else the first to register it waits for that. */
  prepare(): void;
  /** The answer to what has been checked already. Throws a ProdlensError. */
  answer(input: Record<string, unknown>, agent: Agent): Promise<Answer>;
}

export interface Answer {
  text: string;
  data: Record<string, unknown>;
}

const maxTokens = Type.Integer({
  minimum: LEAST_TOKENS,
  maximum: MOST_TOKENS,
  default: DEFAULT_TOKENS,
  description: 'The answer is cut to about this many tokens, and says so',
});
const offset = Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: 'How many items to leave out' });
const truncation = Type.Unsafe<unknown>({
  type: ['object', 'null'],
  description: 'What is not shown: lists with how many items there are and at which offset the next ones begin',
});

export function tool<I extends TProperties, O extends TProperties>(definition: ToolDefinition<I, O>): Tool {
  const { name, title, description, scope = 'read', writes = false, say } = definition;
  const lists = Object.keys(definition.output).filter(
    (key) => (definition.output[key] as { type?: string }).type === 'array',
  );
  const { list: main = lists[0] ?? '', most = {}, count, more = '' } = definition;
  const paging = {
    ...(lists.length > 0 && { offset }),
    ...(lists.length > 1 && { list: oneOf(lists, { default: main }) }),
  };
  const howToGetMore =
    `Ask again with ${lists.length > 1 ? 'list and ' : ''}nextOffset as offset, or a larger maxTokens. ${more}`.trim();
  const properties: TProperties = { ...definition.input, ...paging, maxTokens };
  const compile = () => ({
    inputSchema: fromJsonSchema<Record<string, unknown>>(plain(object(properties))),
    outputSchema: fromJsonSchema(plain(object({ ...definition.output, truncation }))),
  });
  let schemas: ReturnType<typeof compile> | undefined;
  const annotations = { readOnlyHint: !writes, destructiveHint: false, idempotentHint: !writes, openWorldHint: false };

  async function answer(input: Record<string, unknown>, agent: Agent): Promise<Answer> {
    demand(agent, scope);
    const given = withDefaults(input, properties) as Input<I> & { offset: number; list?: string; maxTokens: number };
    const found = await definition.run(given, agent);
    const { offset = 0, list = main, limit = Number.POSITIVE_INFINITY } = given as Partial<Omit<Page, 'most'>>;
    const page = { list, offset, limit: list === main ? limit : PAGE, most: most as Record<string, number> };
    const tokens = Math.min(given.maxTokens, agent.mostTokens);
    const { data, text, truncation } = fit(found, say, tokens, howToGetMore, {
      ...page,
      ...(count !== undefined && list === main && { count: count(found) }),
    });
    return { text, data: { ...data, truncation } };
  }

  return {
    name,
    scope,
    writes,
    prepare() {
      schemas ??= compile();
    },
    answer,
    register(server, agent) {
      schemas ??= compile();
      const config = { title, description, ...schemas, annotations };
      server.registerTool(name, config, async (input): Promise<CallToolResult> => {
        try {
          const { text, data } = await answer(input, agent);
          return { content: [{ type: 'text', text }], structuredContent: data };
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
