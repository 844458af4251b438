// An alert as the API shows it.

import { ALERT_KINDS, ALERT_MEASURES, ALERT_STATES, type Alert, type AlertPlace } from '@prodlens/protocol';
import { Type } from 'typebox';
import type { Delivery } from '../../alerts/life/alert-book.js';
import { describing, integer, nullable, number, object, oneOf, text, unixMs } from './schema.js';

const functionId = Type.String({ description: 'Of the function, as in /api/v1/functions' });
const FUNCTION_KINDS = ['function', 'arrow', 'method', 'getter', 'setter', 'constructor'] as const;

const place = Type.Unsafe<AlertPlace | null>({
  type: ['object', 'null'],
  description: 'A function or an endpoint; null where the alert is about all of the service',
  additionalProperties: true,
  properties: {
    type: oneOf(['function', 'endpoint']),
    functionId,
    file: text,
    name: text,
    ordinal: integer,
    kind: oneOf([...FUNCTION_KINDS, 'http', 'job', 'timer'] as const),
    line: integer,
    column: integer,
    package: nullable(text),
    endpointId: text,
    method: text,
    route: text,
  },
});
const side = object({
  value: Type.Number({ description: 'In the unit of the measure' }),
  p95Ns: nullable(number),
  calls: Type.Number({ description: 'Timed calls where the measure is a time' }),
  fromUnixMs: unixMs,
  toUnixMs: unixMs,
});
const evidence = object({
  detector: text,
  detail: text,
  measure: oneOf(ALERT_MEASURES),
  before: side,
  after: side,
  change: nullable(
    object({
      ratio: Type.Number({ description: 'after / before' }),
      low: number,
      high: number,
      confidence: Type.Number({ description: 'That the interval holds the ratio, 0 to 1' }),
    }),
  ),
  extraMsPerSecond: nullable(Type.Number({ description: 'Added time in all calls together' })),
});

export const alert = describing<Alert>()(
  object(
    {
      id: text,
      kind: oneOf(ALERT_KINDS),
      severity: oneOf(['critical', 'warning', 'info']),
      state: oneOf(ALERT_STATES),
      title: text,
      service: text,
      environment: text,
      place,
      cause: nullable(
        object({
          type: oneOf(['throwing-line', 'callee', 'own-time']),
          functionId,
          file: text,
          name: text,
          line: integer,
          share: nullable(Type.Number({ description: 'Of the change, 0 to 1' })),
        }),
      ),
      carriers: Type.Optional(
        Type.Array(
          object({
            functionId,
            file: text,
            name: text,
            line: integer,
            version: Type.String({ description: 'In which it grew; empty where there was no deployment' }),
            addedNs: Type.Number({ description: 'Growth of each call of the whole' }),
            share: Type.Number({ description: "Of the whole's growth" }),
            isNew: Type.Boolean({ description: 'Took no time in the whole before' }),
          }),
          { description: 'Where the added time is spent, the largest part first' },
        ),
      ),
      error: Type.Optional(
        object({
          type: text,
          fingerprint: text,
          file: nullable(text),
          line: nullable(integer),
          snapshotId: Type.String({ description: 'As in /api/v1/forensics' }),
        }),
      ),
      suspects: Type.Optional(
        Type.Array(
          object({
            revision: text,
            author: text,
            subject: Type.String({ description: 'First line of the commit' }),
            link: text,
            file: text,
            function: nullable(text),
          }),
          { description: 'Commits of the deployment that touched the cause or the place, the most likely first' },
        ),
      ),
      reached: Type.Optional(
        Type.Array(object({ alertId: text, kind: oneOf(ALERT_KINDS), title: text, place }), {
          description: 'Where else the same cause shows, what costs most first; these alerts are in no list',
        }),
      ),
      partOf: Type.Optional(Type.String({ description: 'Id of the alert that tells of its cause' })),
      sinceUnixMs: unixMs,
      openedUnixMs: unixMs,
      updatedUnixMs: unixMs,
      closedUnixMs: nullable(unixMs),
      deployment: nullable(
        object({
          version: text,
          revision: text,
          previousVersion: text,
          previousRevision: text,
          startedUnixMs: unixMs,
          author: text,
          link: text,
        }),
      ),
      evidence,
      closesWhen: text,
      group: object({ id: text, title: text, size: integer, rank: integer }),
      silence: nullable(object({ untilUnixMs: nullable(unixMs), reason: text, by: text })),
      assignee: nullable(text),
      history: Type.Array(
        object({
          atUnixMs: unixMs,
          type: oneOf([
            'opened',
            'updated',
            'closed',
            'reopened',
            'muted',
            'expected',
            'unsilenced',
            'assigned',
            'commented',
          ]),
          by: text,
          text,
        }),
      ),
    },
    { title: 'Alert' },
  ),
);

export const deadLetter = describing<Omit<Delivery, 'body'>>()(
  object(
    { id: integer, channel: text, attempts: integer, nextUnixMs: unixMs, createdUnixMs: unixMs, failure: text },
    { title: 'DeadLetter' },
  ),
);
