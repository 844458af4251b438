// Begins to follow requests, jobs and timers: what Node tells of itself, and what libraries tell by their probes.

import type { PutSample } from '../measure/sample-ring.js';
import { mysqlProbes } from './databases/mysql.js';
import { postgresProbes } from './databases/postgres.js';
import { redisProbes } from './databases/redis.js';
import { sqliteProbes } from './databases/sqlite.js';
import { countFlows, type Endpoint } from './endpoints.js';
import { expressProbes } from './frameworks/express.js';
import { fastifyProbes } from './frameworks/fastify.js';
import { honoProbes, koaProbes } from './frameworks/koa-and-hono.js';
import { followRequests } from './http-server.js';
import { jobProbes } from './jobs.js';
import { followLogs } from './logs.js';
import { followOutbound } from './outbound.js';
import { handleProbes } from './probes.js';

/** Once in a thread. `tell` is told of each endpoint; `logs`: whether a flow keeps its log lines. */
export function startFlows(put: PutSample, tell: (endpoint: Endpoint) => void, { logs }: { logs: boolean }): void {
  const endpoints = countFlows(put, tell);
  handleProbes({
    ...expressProbes(endpoints),
    ...fastifyProbes(endpoints),
    ...koaProbes(),
    ...honoProbes(),
    ...postgresProbes(),
    ...mysqlProbes(),
    ...redisProbes(),
    ...sqliteProbes(),
    ...jobProbes(),
  });
  followRequests();
  followOutbound();
  if (logs) followLogs();
}
