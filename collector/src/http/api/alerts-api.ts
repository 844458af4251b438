// Alerts over HTTP: what there is, and what people do with it.

import { ALERT_STATES } from '@prodlens/protocol';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AlertBook } from '../../alerts/life/alert-book.js';
import type { AlertDesk } from '../../alerts/life/alert-desk.js';
import type { PersonalAct } from '../../alerts/life/alert-life.js';
import { alert, deadLetter } from './alerts-schema.js';
import { type Api, integer, limit, name, nullable, object, oneOf, text, truncated, unixMs } from './schema.js';

export interface AlertParts {
  desk: AlertDesk;
  book: AlertBook;
  now: () => number;
}

const words = Type.String({ minLength: 1, maxLength: 4_096 });
const until = Type.Optional(nullable(unixMs));
const params = object({ id: Type.String() });
const one = { 200: object({ alert }) };
const listSchema = {
  summary: 'Alerts: those that are open first, of them those that cost most',
  querystring: object({
    service: Type.Optional(name),
    environment: Type.Optional(name),
    state: Type.Optional(oneOf(ALERT_STATES)),
    file: Type.Optional(name),
    functionId: Type.Optional(name),
    limit,
  }),
  response: { 200: object({ alerts: Type.Array(alert), truncated }) },
};
const expectedSchema = {
  summary: 'What is expected to change in a service, from a reviewed file; in place of all that the file said before',
  body: object({
    service: name,
    by: Type.String({ minLength: 1, maxLength: 4_096, description: 'Name of the file' }),
    rules: Type.Array(
      object({
        environment: Type.Optional(nullable(name)),
        file: Type.Optional(nullable(name)),
        name: Type.Optional(nullable(name)),
        untilUnixMs: until,
        reason: words,
      }),
      { maxItems: 1_000 },
    ),
  }),
  response: { 200: object({ service: text, rules: integer }) },
};
const deadSchema = {
  summary: 'Messages that could not be sent, the newest first',
  response: { 200: object({ deadLetters: Type.Array(deadLetter) }) },
};

export function serveAlerts(app: Api, { desk, book }: AlertParts): void {
  app.get('/api/v1/alerts', { schema: listSchema }, async ({ query }) => {
    const { limit, ...filter } = query;
    const found = desk.list(filter);
    return { alerts: found.slice(0, limit), truncated: found.length > limit };
  });

  app.get('/api/v1/alerts/:id', { schema: { summary: 'One alert', params, response: one } }, async ({ params }) => ({
    alert: desk.get(params.id),
  }));

  const act = <B extends ReturnType<typeof object>>(
    verb: string,
    summary: string,
    body: B,
    made: (body: Record<string, unknown>) => PersonalAct,
  ) => {
    const config = {
      scope: 'alerts',
      audit: ({ params }: FastifyRequest) => ({ act: `alert.${verb}`, target: params as Record<string, unknown> }),
    } as const;
    app.post(
      `/api/v1/alerts/:id/${verb}`,
      { schema: { summary, params, body, response: one }, config },
      async (request) => ({
        alert: desk.act(request.params.id, made(request.body as Record<string, unknown>), request.token?.name ?? ''),
      }),
    );
  };
  const silence = object({ untilUnixMs: until, reason: words });
  for (const [verb, type, summary] of [
    ['mute', 'muted', 'Tell nobody of an alert any more, until a time or until it is unmuted'],
    ['expected', 'expected', 'Say that the change was meant'],
  ] as const) {
    act(verb, summary, silence, ({ untilUnixMs, reason }) => ({
      type,
      untilUnixMs: (untilUnixMs as number | null | undefined) ?? null,
      reason: reason as string,
    }));
  }
  act('unmute', 'Tell of it again', object({}), () => ({ type: 'unsilenced' }));
  act('assign', 'Say who looks after it; null: nobody', object({ assignee: nullable(words) }), ({ assignee }) => ({
    type: 'assigned',
    assignee: assignee as string | null,
  }));
  act('comment', 'Add a remark', object({ text: words }), ({ text }) => ({ type: 'commented', text: text as string }));

  const config = {
    scope: 'admin',
    audit: ({ body }: { body: unknown }) => {
      const { service, by } = body as { service: string; by: string };
      return { act: 'alert.expect', target: { service, by } };
    },
  } as const;
  app.put('/api/v1/expected', { schema: expectedSchema, config }, async ({ body }) => {
    const { service, by } = body;
    const rules = body.rules.map(({ environment = null, file = null, name = null, untilUnixMs = null, reason }) => ({
      ...{ service, environment, file, name, untilUnixMs, reason, by },
    }));
    book.expect(service, by, rules);
    return { service, rules: rules.length };
  });

  app.get('/api/v1/dead-letters', { schema: deadSchema, config: { scope: 'admin' } }, async () => ({
    deadLetters: book.dead(),
  }));
}
