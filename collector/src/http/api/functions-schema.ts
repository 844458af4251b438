// FunctionStats as the API shows it.

import type { FunctionCall, FunctionStats, FunctionTrend, Regression, VersionStats } from '@prodlens/protocol';
import { Type } from 'typebox';
import type { FoundFunction } from '../../query/query.js';
import { functionEndpoint } from './endpoints-schema.js';
import { describing, integer, nullable, number, object, oneOf, text } from './schema.js';

const NONE_TIMED = 'null without a timed call';
const durationNs = (what: string) => nullable(Type.Number({ description: `${what}; ${NONE_TIMED}` }));

const functionCall = describing<FunctionCall>()(
  object(
    {
      id: Type.String({ description: 'Of the function at the other end' }),
      file: text,
      name: text,
      line: integer,
      calls: integer,
      callsPerMinute: nullable(number),
      totalNs: nullable(
        Type.Number({ description: 'Sum of the durations of those calls; null where they are not timed' }),
      ),
      share: nullable(Type.Number({ description: 'Of the totalNs of the function asked for' })),
    },
    { title: 'FunctionCall' },
  ),
);

const regression = describing<Regression>()(
  object(
    {
      version: text,
      previousVersion: text,
      slowdown: Type.Number({ description: 'Rise of the median: 0.38 is 38 % slower' }),
      beforeP50Ns: number,
      afterP50Ns: number,
      beforeP95Ns: number,
      afterP95Ns: number,
      beforeCalls: integer,
      afterCalls: integer,
    },
    { title: 'Regression' },
  ),
);

const place = {
  id: Type.String({ description: 'Stable identity of (service, file, name, ordinal)' }),
  service: text,
  environment: text,
  file: Type.String({ description: "Original file, relative to the service's root, with /" }),
  name: Type.String({ description: 'Qualified name' }),
  ordinal: Type.Integer({ description: '0-based position among the functions of that name in the file' }),
  kind: oneOf(['function', 'arrow', 'method', 'getter', 'setter', 'constructor']),
  line: Type.Integer({ description: '1-based' }),
  column: Type.Integer({ description: '1-based UTF-16 units' }),
  package: nullable(Type.String({ description: "Underlying package; null for the service's own" })),
  timed: Type.Boolean({ description: 'False where only calls are counted' }),
};

/** A function without its numbers. */
export const foundFunction = describing<FoundFunction>()(object(place, { title: 'FoundFunction' }));
const trend = describing<FunctionTrend>()(
  object(
    {
      partSeconds: Type.Number({ description: 'Length of a part of the window; the columns have one entry a part' }),
      startUnixMs: Type.Optional(Type.Number({ description: 'When the first part begins, in ms since 1970' })),
      calls: Type.Array(integer),
      errors: Type.Array(integer),
      p95Ns: Type.Array(nullable(number)),
    },
    { title: 'FunctionTrend' },
  ),
);

const versionStats = describing<VersionStats>()(
  object(
    {
      version: text,
      revision: text,
      calls: integer,
      errors: integer,
      p50Ns: nullable(number),
      p95Ns: nullable(number),
    },
    { title: 'VersionStats' },
  ),
);

export const functionStats = describing<FunctionStats>()(
  object(
    {
      ...place,
      calls: integer,
      errors: integer,
      callsPerMinute: nullable(
        Type.Number({ description: 'Over the part of the window in which the service reported; null when in none' }),
      ),
      errorRate: nullable(Type.Number({ description: 'errors / calls, 0 to 1; null without calls' })),
      p50Ns: durationNs('Median'),
      p95Ns: durationNs('95th percentile'),
      p99Ns: durationNs('99th percentile'),
      maxNs: durationNs('Longest'),
      totalNs: durationNs('Sum'),
      selfNs: nullable(Type.Number({ description: 'Of totalNs, what was not spent in other timed functions' })),
      cpuNs: nullable(Type.Number({ description: 'Processor time; null where no profiler ran' })),
      version: Type.String({ description: 'Of the latest deployment that has the function' }),
      revision: Type.String({ description: 'Of the same deployment; empty when unknown' }),
      regression: nullable(regression),
      fingerprint: Type.Optional(Type.String({ description: 'What its text was; only where a file is asked for' })),
      callers: Type.Optional(Type.Array(functionCall)),
      callees: Type.Optional(Type.Array(functionCall)),
      endpoints: Type.Optional(Type.Array(functionEndpoint)),
      endpointCount: Type.Optional(Type.Integer({ description: 'Of which `endpoints` are those with most time' })),
      trend: Type.Optional(trend),
      versions: Type.Optional(Type.Array(versionStats)),
      uncalledSeconds: Type.Optional(Type.Number({ description: 'Of a function without a call in the window' })),
    },
    { title: 'FunctionStats' },
  ),
);
