// Takes source maps over HTTP. What a map holds of the sources' text is thrown away before anything else is done with
// it; `prodlens sourcemaps upload` does not even send it.

import type { FastifyInstance } from 'fastify';
import type { SourceMaps, UploadedMap } from '../ingest/source-maps.js';
import { UPLOAD_LIMITS } from '../upload-limits.js';

const name = { type: 'string', minLength: 1, maxLength: 4_096 } as const;
const body = {
  type: 'object',
  required: ['service', 'version', 'maps'],
  additionalProperties: false,
  properties: {
    service: name,
    version: name,
    maps: {
      type: 'array',
      minItems: 1,
      maxItems: UPLOAD_LIMITS.maps,
      items: {
        type: 'object',
        required: ['file', 'map'],
        additionalProperties: false,
        properties: { file: { ...name, pattern: '^[^/\\\\][^\\\\]*$' }, map: { type: 'object' } },
      },
    },
  },
} as const;
const noQuery = { type: 'object', additionalProperties: false } as const;

interface Upload {
  service: string;
  version: string;
  maps: UploadedMap[];
}

export function serveSourceMaps(app: FastifyInstance, sourceMaps: SourceMaps, now: () => number): void {
  app.post<{ Body: Upload }>(
    '/api/v1/sourcemaps',
    { schema: { querystring: noQuery, body }, config: { scope: 'ingest' }, bodyLimit: UPLOAD_LIMITS.bodyBytes },
    async ({ body: { service, version, maps } }) => {
      const droppedVersions = await sourceMaps.put(service, version, maps, now());
      return { service, version, stored: maps.length, droppedVersions };
    },
  );
}
