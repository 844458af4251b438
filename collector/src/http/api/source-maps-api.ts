// Takes source maps over HTTP. What a map holds of the sources' text is thrown away before anything else is done with
// it; `prodlens sourcemaps upload` does not even send it.

import { Type } from 'typebox';
import type { SourceMaps } from '../../ingest/source-maps.js';
import { UPLOAD_LIMITS } from '../../upload-limits.js';
import { type Api, name, object, text } from './schema.js';

const uploadSchema = {
  summary: 'Keep the source maps of a version, without the text of the sources',
  body: object({
    service: name,
    version: name,
    maps: Type.Array(
      object({
        file: Type.String({
          minLength: 1,
          maxLength: 4_096,
          pattern: '^[^/\\\\][^\\\\]*$',
          description: "The compiled file, relative to the service's root, with /",
        }),
        map: Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'Source map, revision 3' }),
      }),
      { minItems: 1, maxItems: UPLOAD_LIMITS.maps },
    ),
  }),
  response: {
    200: object({
      service: text,
      version: text,
      stored: Type.Integer({ description: 'Source maps of the upload' }),
      droppedVersions: Type.Array(text, { description: 'Versions whose source maps went to make room' }),
    }),
  },
};

export function serveSourceMaps(app: Api, sourceMaps: SourceMaps, now: () => number): void {
  const config = { scope: 'ingest' } as const;
  app.post(
    '/api/v1/sourcemaps',
    { schema: uploadSchema, config, bodyLimit: UPLOAD_LIMITS.bodyBytes },
    async ({ body: { service, version, maps } }) => {
      const droppedVersions = await sourceMaps.put(service, version, maps, now());
      return { service, version, stored: maps.length, droppedVersions };
    },
  );
}
