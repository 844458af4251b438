// Begins to follow requests, jobs and timers: what Node tells of itself, and what libraries tell by their probes.

import type { PutSample } from '../measure/sample-ring.js';
import { followRequests } from './beginnings/http-server.js';
import { followHttp2Requests } from './beginnings/http2-server.js';
import { jobProbes } from './beginnings/jobs.js';
import { followTimers } from './beginnings/timers.js';
import { mongoProbes } from './databases/mongodb.js';
import { mysqlProbes } from './databases/mysql.js';
import { postgresProbes } from './databases/postgres.js';
import { redisProbes } from './databases/redis.js';
import { sqliteProbes } from './databases/sqlite.js';
import { countFlows, type Endpoint } from './endpoints.js';
import { expressProbes } from './frameworks/express.js';
import { fastifyProbes } from './frameworks/fastify.js';
import { honoProbes, koaProbes } from './frameworks/koa-and-hono.js';
import { nextProbes } from './frameworks/next.js';
import { followLogs } from './logs.js';
import { followOutbound } from './outbound.js';
import { handleProbes } from './probes.js';
import { amqpProbes } from './queues/amqplib.js';
import { kafkaProbes } from './queues/kafkajs.js';

export interface FlowOptions {
  /** Whether a flow keeps its log lines. */
  logs: boolean;
  /** Whether a function is the service's own, by its number. */
  isOwn(id: number): boolean;
}

/** Once in a thread. `tell` is told of each endpoint. */
export function startFlows(put: PutSample, tell: (endpoint: Endpoint) => void, { logs, isOwn }: FlowOptions): void {
  const endpoints = countFlows(put, tell);
  handleProbes({
    ...expressProbes(endpoints),
    ...fastifyProbes(endpoints),
    ...koaProbes(),
    ...honoProbes(),
    ...nextProbes(endpoints),
    ...postgresProbes(),
    ...mysqlProbes(),
    ...mongoProbes(),
    ...redisProbes(),
    ...sqliteProbes(),
    ...jobProbes(),
    ...amqpProbes(),
    ...kafkaProbes(),
  });
  followRequests();
  followHttp2Requests();
  followOutbound();
  followTimers(isOwn);
  if (logs) followLogs();
}
