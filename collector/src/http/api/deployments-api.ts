// Deployments over HTTP: what ran when, what a pipeline adds to it, and two versions held side by side.

import { Type } from 'typebox';
import { CHANGE_LIMITS } from '../../alerts/life/alert-book.js';
import {
  COMPARED_ORDERS,
  type ComparedFunction,
  countVerdicts,
  VERDICTS,
  type VerdictCounts,
} from '../../query/deployments/compare.js';
import type { DeploymentSummary } from '../../query/deployments/deployment-notes.js';
import type { Query } from '../../query/query.js';
import type { AlertParts } from './alerts-api.js';
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

const deployment = describing<DeploymentSummary>()(
  object(
    {
      service: text,
      environment: text,
      version: text,
      revision: text,
      firstSeenUnixMs: unixMs,
      currentSinceUnixMs: Type.Integer({ description: 'When it last became the current one, ms since the Unix epoch' }),
      lastSeenUnixMs: unixMs,
      author: Type.String({ description: "In the pipeline's words; empty when it said nothing" }),
      link: text,
    },
    { title: 'Deployment' },
  ),
);
const listSchema = {
  summary: 'Deployments; the one that became current last comes first',
  querystring: object({
    service: Type.Optional(name),
    environment: Type.Optional(name),
    limit: { ...limit, maximum: 10_000 },
  }),
  response: { 200: object({ deployments: Type.Array(deployment), truncated }) },
};
const words = Type.String({ maxLength: 4_096, default: '' });
const line = Type.String({ maxLength: CHANGE_LIMITS.text, default: '' });
/** Of a deployment of hundreds of commits. */
const NOTE_BYTES = 4 * 1024 * 1024;
const noteSchema = {
  summary: 'What a pipeline knows of a deployment, before or after the sensors see it',
  body: object({
    service: name,
    environment: Type.String({ minLength: 1, maxLength: 4_096, default: 'production' }),
    version: name,
    revision: words,
    author: words,
    link: words,
    commits: Type.Optional(
      Type.Array(
        object({
          revision: name,
          author: line,
          subject: line,
          link: words,
          files: Type.Array(
            object({ file: name, functions: Type.Array(name, { maxItems: CHANGE_LIMITS.functionsOfFile }) }),
            { maxItems: CHANGE_LIMITS.filesOfCommit },
          ),
        }),
        {
          maxItems: CHANGE_LIMITS.commits,
          description:
            'Commits of the deployment, oldest first, with the functions that each touched, as sensors name them',
        },
      ),
    ),
  }),
  response: {
    200: object({
      ...{ service: text, environment: text, version: text, revision: text, author: text, link: text },
      commits: integer,
    }),
  },
};
const side = nullable(
  object({
    calls: integer,
    errors: integer,
    errorRate: nullable(number),
    p50Ns: nullable(number),
    p95Ns: nullable(number),
    totalNs: nullable(number),
  }),
);
const compared = describing<ComparedFunction>()(
  object(
    {
      id: text,
      file: text,
      name: text,
      line: integer,
      before: side,
      after: side,
      p50Ratio: nullable(Type.Number({ description: 'after / before' })),
      p95Change: nullable(
        object({
          ratio: Type.Number({ description: 'after / before' }),
          low: Type.Number({ description: 'Lower end of its confidence interval' }),
          high: number,
          confidence: Type.Number({ description: '0 to 1' }),
        }),
      ),
      verdict: oneOf(VERDICTS),
      alertIds: Type.Array(Type.String({ description: 'Alerts of the function that began with the later version' })),
    },
    { title: 'ComparedFunction' },
  ),
);
const verdictCounts = Type.Unsafe<VerdictCounts>(
  Type.Object(Object.fromEntries(VERDICTS.map((verdict) => [verdict, integer])), {
    additionalProperties: false,
    description: 'Of all functions, also of those left off',
  }),
);
const compareSchema = {
  summary: 'Two versions of a service side by side, each over the last hour in which it ran',
  querystring: object({
    service: name,
    environment: Type.Optional(name),
    from: name,
    to: name,
    sort: oneOf(COMPARED_ORDERS, { default: 'slower' }),
    limit,
  }),
  response: {
    200: object({
      functions: Type.Array(compared),
      counts: verdictCounts,
      truncated,
    }),
  },
};

export function serveDeployments(app: Api, query: Query, { book, desk, now }: AlertParts): void {
  app.get('/api/v1/deployments', { schema: listSchema }, async (request) => {
    const { limit, service, environment } = request.query;
    const found = (await query.deployments(book.notes())).filter(
      (d) => (service ?? d.service) === d.service && (environment ?? d.environment) === d.environment,
    );
    return { deployments: found.slice(0, limit), truncated: found.length > limit };
  });

  const config = {
    scope: 'admin',
    audit: ({ body }: { body: unknown }) => {
      const { commits: _, ...target } = body as Record<string, unknown>;
      return { act: 'deployment.note', target };
    },
  } as const;
  app.post('/api/v1/deployments', { schema: noteSchema, config, bodyLimit: NOTE_BYTES }, async ({ body }) => {
    const { commits = null, ...note } = body;
    book.note({ ...note, commits, notedUnixMs: now() });
    return { ...note, commits: commits?.length ?? 0 };
  });

  app.get('/api/v1/compare', { schema: compareSchema }, async (request) => {
    const { limit, sort, ...asked } = request.query;
    const alerts = desk.list({ service: asked.service, parts: true }).filter(({ state }) => state !== 'closed');
    const found = await query.compare(asked, sort, alerts);
    return { functions: found.slice(0, limit), counts: countVerdicts(found), truncated: found.length > limit };
  });
}
