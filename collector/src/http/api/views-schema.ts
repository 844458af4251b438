// What the API shows for charts: latency over time, trees of where time goes, days of services.

import type {
  CallTreeNode,
  DayFigures,
  LatencyFigures,
  LatencyOverTime,
  LatencyVersion,
  ServiceDay,
} from '@prodlens/protocol';
import { Type } from 'typebox';
import { describing, integer, nullable, number, object, text, unixMs } from './schema.js';

const durationNs = nullable(Type.Number({ description: 'null without a timed call' }));
const figures = {
  calls: integer,
  errors: integer,
  p50Ns: durationNs,
  p95Ns: durationNs,
  p99Ns: durationNs,
  buckets: Type.Array(integer, {
    description: 'Timed calls: [index, count, …]; index i is for durations above 2^(i/8) up to 2^((i+1)/8) ns',
  }),
};
const latencyFigures = describing<LatencyFigures>()(object(figures, { title: 'LatencyFigures' }));
const latencyVersion = describing<LatencyVersion>()(
  object(
    {
      version: text,
      revision: text,
      currentSinceUnixMs: unixMs,
      fromUnixMs: unixMs,
      toUnixMs: unixMs,
      ...figures,
    },
    { title: 'LatencyVersion' },
  ),
);
export const latencyOverTime = describing<LatencyOverTime>()(
  object(
    {
      service: text,
      environment: text,
      startUnixMs: unixMs,
      partSeconds: Type.Number({ description: 'Length of a part' }),
      parts: Type.Array(latencyFigures, { description: 'Oldest first; the last one is not over' }),
      versions: Type.Array(latencyVersion, {
        description: 'Latest first; one that did nothing in the window with the last hour in which it ran',
      }),
    },
    { title: 'LatencyOverTime' },
  ),
);

/** Refers to itself, which a schema that is written inline cannot: what is below the root is not looked into. */
export const callTree = Type.Unsafe<CallTreeNode | null>({
  type: ['object', 'null'],
  description: 'id, name, file, line, package, totalNs, calls, children: those with most time first. null: no time',
  additionalProperties: true,
});

const day = describing<DayFigures>()(
  object(
    { calls: integer, errors: integer, errorRate: nullable(number), p50Ns: durationNs, p95Ns: durationNs },
    { title: 'DayFigures' },
  ),
);
export const serviceDay = describing<ServiceDay>()(
  object(
    {
      service: text,
      environment: text,
      version: text,
      lastSeenUnixMs: unixMs,
      today: nullable(day),
      yesterday: nullable(day),
      startUnixMs: Type.Integer({ description: 'Start of the first hour, ms since the Unix epoch' }),
      calls: Type.Array(integer, { description: 'An entry an hour, oldest first' }),
      errors: Type.Array(integer),
      p95Ns: Type.Array(nullable(number)),
    },
    { title: 'ServiceDay' },
  ),
);
