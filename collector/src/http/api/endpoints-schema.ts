// What the API shows of endpoints.

import type {
  EndpointBreakdown,
  EndpointDetail,
  EndpointFunction,
  EndpointStats,
  FunctionEndpoint,
} from '@prodlens/protocol';
import { Type } from 'typebox';
import { describing, integer, nullable, number, object, oneOf, text } from './schema.js';

const place = {
  kind: oneOf(['http', 'job', 'timer']),
  method: Type.String({ description: 'GET, POST …; of a job its system, of a timer what runs it' }),
  route: Type.String({ description: "The framework's pattern, or the name of the queue or schedule" }),
};
const times = {
  calls: integer,
  totalNs: number,
  selfNs: number,
  share: nullable(Type.Number({ description: 'Of the totalNs of the endpoint; above 1 where calls ran side by side' })),
};
const durationNs = nullable(Type.Number({ description: 'null where none ended in the window' }));

const stats = {
  id: Type.String({ description: 'Stable identity of (service, kind, method, route)' }),
  service: text,
  environment: text,
  ...place,
  calls: Type.Integer({ description: 'Requests, jobs or runs that ended in the window' }),
  errors: integer,
  callsPerMinute: nullable(number),
  errorRate: nullable(number),
  p50Ns: durationNs,
  p95Ns: durationNs,
  p99Ns: durationNs,
  maxNs: durationNs,
  totalNs: durationNs,
  databaseNs: Type.Number({ description: 'Of totalNs: time in which a query was under way' }),
  outboundNs: Type.Number({ description: 'Of totalNs: time in which a request to another service was under way' }),
};

const breakdown = describing<EndpointBreakdown>()(
  object(
    {
      ownNs: Type.Number({ description: "Running code of the service's own" }),
      packagesNs: Type.Number({ description: 'Running code of packages' }),
      databaseNs: number,
      outboundNs: number,
      waitingNs: Type.Number({ description: 'What is left' }),
    },
    { title: 'EndpointBreakdown' },
  ),
);

const endpointFunction = describing<EndpointFunction>()(
  object(
    {
      id: Type.String({ description: 'Of the function' }),
      file: text,
      name: text,
      line: integer,
      package: nullable(text),
      ...times,
      busyNs: Type.Number({ description: 'Of selfNs, what is thought to be running code' }),
    },
    { title: 'EndpointFunction' },
  ),
);

export const functionEndpoint = describing<FunctionEndpoint>()(
  object({ id: Type.String({ description: 'Of the endpoint' }), ...place, ...times }, { title: 'FunctionEndpoint' }),
);

export const endpointStats = describing<EndpointStats>()(object(stats, { title: 'EndpointStats' }));

export const endpointDetail = describing<EndpointDetail>()(
  object({ ...stats, breakdown, functions: Type.Array(endpointFunction) }, { title: 'EndpointDetail' }),
);
