// The kill switch over HTTP: what is switched off, and switching it.

import { Type } from 'typebox';
import type { MeasuringSwitch } from '../../ingest/measuring-switch.js';
import type { MeasuringRule } from '../../store/store.js';
import { type Api, describing, name, nullable, object, text, unixMs } from './schema.js';

const measuringRule = describing<MeasuringRule>()(
  object(
    {
      service: text,
      environment: nullable(Type.String({ description: 'null: all of them' })),
      measuring: Type.Boolean(),
      changedUnixMs: unixMs,
    },
    { title: 'MeasuringRule' },
  ),
);
const listSchema = {
  summary: 'Where measuring was switched off, and where on in spite of that',
  response: { 200: object({ rules: Type.Array(measuringRule) }) },
};
const setSchema = {
  summary: 'Switch measuring off or on; without an environment in all of them',
  body: object({ service: name, environment: Type.Optional(name), measuring: Type.Boolean() }),
  response: {
    200: object({
      service: text,
      environment: nullable(text),
      measuring: Type.Boolean(),
      told: Type.Integer({ description: 'Connected sensors that it changed' }),
    }),
  },
};

export function serveMeasuring(app: Api, measuring: MeasuringSwitch): void {
  app.get('/api/v1/measuring', { schema: listSchema }, async () => ({ rules: measuring.rules() }));

  const config = {
    scope: 'admin',
    audit: ({ body }: { body: unknown }) => ({ act: 'measuring.set', target: body as Record<string, unknown> }),
  } as const;
  app.put('/api/v1/measuring', { schema: setSchema, config }, async (request) => {
    const { service, environment = null, measuring: on } = request.body;
    const { told } = await measuring.set(service, environment, on);
    return { service, environment, measuring: on, told };
  });
}
