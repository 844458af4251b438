// Snapshots over HTTP. Both routes need a token with the scope forensics: what went wrong is told in customers' values. Each
// read of one goes to the audit log.

import type { SnapshotSummary } from '@prodlens/protocol';
import { SNAPSHOT_TRIGGERS } from '@prodlens/protocol';
import { Type } from 'typebox';
import { ProdlensError, quoted } from '../../errors.js';
import type { Forensics } from '../../query/forensics.js';
import {
  type Api,
  describing,
  integer,
  limit,
  name,
  nullable,
  number,
  object,
  oneOf,
  text,
  truncated,
  unixMs,
} from './schema.js';

const SCOPE = 'forensics';

const summary = describing<SnapshotSummary>()(
  object(
    {
      id: text,
      takenUnixMs: unixMs,
      service: text,
      environment: text,
      version: text,
      revision: text,
      instance: text,
      host: text,
      trigger: oneOf(SNAPSHOT_TRIGGERS as ['status', 'edge', 'unhandled', 'new error type', 'slow', 'failure']),
      fingerprint: Type.String({ description: 'The same for what went wrong in the same way' }),
      suppressed: Type.Integer({ description: 'More of the same since the last one, which were not captured' }),
      endpoint: nullable(Type.String({ description: 'GET /orders/:id; null outside of any request or job' })),
      status: nullable(integer),
      durationNs: nullable(number),
      functionId: nullable(text),
      functionName: nullable(text),
      file: nullable(text),
      line: nullable(Type.Integer({ description: '1-based: of the throw, else of the function' })),
      errorType: nullable(text),
      message: nullable(text),
    },
    { title: 'SnapshotSummary' },
  ),
);
const listSchema = {
  summary: 'What was captured when something went wrong, newest first',
  querystring: object({
    service: Type.Optional(name),
    environment: Type.Optional(name),
    endpoint: Type.Optional(name),
    function: Type.Optional(name),
    errorType: Type.Optional(name),
    trigger: Type.Optional(oneOf(SNAPSHOT_TRIGGERS)),
    fingerprint: Type.Optional(name),
    sinceUnixMs: Type.Integer({ minimum: 0, default: 0, description: 'Taken then or later, ms since the Unix epoch' }),
    limit,
  }),
  response: { 200: object({ snapshots: Type.Array(summary), truncated }) },
};
const oneSchema = {
  summary: 'One snapshot: request, error, calls with arguments, queries, outbound calls, log lines',
  params: object({ id: Type.String({ maxLength: 64 }) }),
  response: { 200: object({ summary, snapshot: Type.Unknown({ description: 'Described in docs/forensics.md' }) }) },
};

export function serveForensics(app: Api, forensics: Forensics): void {
  app.get('/api/v1/forensics', { schema: listSchema, config: { scope: SCOPE } }, async (request) => {
    const { limit, ...filter } = request.query;
    return forensics.list(filter, limit);
  });

  const config = {
    scope: SCOPE,
    audit: ({ params }: { params: unknown }) => ({ act: 'forensics.read', target: params as Record<string, unknown> }),
  } as const;
  app.get('/api/v1/forensics/:id', { schema: oneSchema, config }, async (request) => {
    const found = await forensics.find(request.params.id);
    if (found !== null) return found;
    throw new ProdlensError('PRODLENS_ERR_SNAPSHOT_UNKNOWN', `No snapshot has the id ${quoted(request.params.id)}`);
  });
}
