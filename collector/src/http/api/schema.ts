// How a route says what it takes and gives. One schema does four things: Fastify checks what comes in by it and writes
// what goes out by it, /api/v1/openapi.json shows it, and its static type is the handler's. What a schema does not name
// does not leave the collector, so the compiler holds the schema of an answer equal to the type that it answers with.
//
//   app.get('/api/v1/things', {
//     schema: { summary: 'Things', querystring: object({ limit }), response: { 200: object({ things: Type.Array(Thing) }) } },
//     config: { scope: 'read' },
//   }, async ({ query }) => …);

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import { type Static, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox';

interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

/** The server that routes are added to: what a handler gets and gives has the static types of its route's schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, SchemaTypes>;

/** An object with these properties and no other. One with a default may be left out by who asks; it is filled in. */
export function object<P extends TProperties>(properties: P, options: { title?: string; description?: string } = {}) {
  const schema = Type.Object(properties, { ...options, additionalProperties: false });
  const required = (schema.required as string[] | undefined)?.filter((key) => !('default' in properties[key]!)) ?? [];
  return Object.assign(schema, { required });
}

/** null, or what the schema says. */
export function nullable<S extends TSchema & { type: string }>(schema: S): TUnsafe<Static<S> | null> {
  return Type.Unsafe({ ...schema, type: [schema.type, 'null'] });
}

/** One of these texts. */
export function oneOf<const T extends readonly string[]>(values: T, options: { default?: T[number] } = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options });
}

/**
 * The schema of a type that is declared elsewhere: `describing<FunctionStats>()(object({ … }))`. It does not compile
 * where a property of one is missing in the other or has another type.
 */
export function describing<T>() {
  return <S extends TSchema>(schema: Same<Static<S>, T> extends true ? S : never): S => schema as S;
}

type Same<A, B> = [Plain<A>] extends [Plain<B>] ? ([Plain<B>] extends [Plain<A>] ? SameKeys<A, B> : false) : false;
type SameKeys<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : false) : false;
/** As an intersection or an interface stands behind its properties. */
type Plain<T> = { [K in keyof T]: T[K] };

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export const name = Type.String({ minLength: 1, maxLength: 4_096 });
export const integer = Type.Integer();
export const number = Type.Number();
export const text = Type.String();
export const unixMs = Type.Integer({ description: 'Milliseconds since the Unix epoch' });
export const limit = Type.Integer({
  minimum: 1,
  maximum: 1_000,
  default: 100,
  description: 'Most items of the answer',
});
/** Of an answer that `limit` has cut. */
export const truncated = Type.Boolean({ description: 'More was found than the limit lets through' });
export const window = Type.String({
  pattern: '^[0-9]{1,7}[smhd]$',
  default: '1h',
  description: 'Time up to now: 90s, 5m, 1h, 7d; from 1m to 90d',
});
/** Of an answer: what was asked for, or as long as numbers are kept where that is shorter. */
export const coveredWindow = Type.String({ description: 'The window that the answer covers' });

/** Length in seconds of a text that `window` has let pass. */
export function windowSeconds(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS[text.slice(-1) as keyof typeof SECONDS];
}
