// The kill switch over HTTP: what is switched off, and switching it.

import type { FastifyInstance } from 'fastify';
import type { MeasuringSwitch } from '../ingest/measuring-switch.js';

const name = { type: 'string', minLength: 1, maxLength: 4_096 } as const;
const body = {
  type: 'object',
  required: ['service', 'measuring'],
  additionalProperties: false,
  properties: { service: name, environment: name, measuring: { type: 'boolean' } },
} as const;
const noQuery = { type: 'object', additionalProperties: false } as const;

interface Change {
  service: string;
  /** Missing: all of them. */
  environment?: string;
  measuring: boolean;
}

export function serveMeasuring(app: FastifyInstance, measuring: MeasuringSwitch): void {
  app.get('/api/v1/measuring', { schema: { querystring: noQuery } }, async () => ({ rules: measuring.rules() }));

  app.put<{ Body: Change }>(
    '/api/v1/measuring',
    { schema: { querystring: noQuery, body }, config: { scope: 'admin' } },
    async ({ body: { service, environment = null, measuring: on } }) => {
      const { told } = await measuring.set(service, environment, on);
      return { service, environment, measuring: on, told };
    },
  );
}
