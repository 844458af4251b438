// An application with a large tree of dependencies, or with --empty one that has no function of its own: what the
// sensor needs by itself. Tells when it listens, and then what memory it holds. Needs --expose-gc.

const { createServer } = require('node:http');
const { setTimeout: wait } = require('node:timers/promises');

const PACKAGES = [
  'express',
  'fastify',
  'reflect-metadata',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  'typeorm',
  'mongoose',
  'graphql',
  'date-fns',
  'rxjs',
  'lodash',
  'zod',
  'winston',
  'axios',
  'knex',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-dynamodb',
];
const SETTLE_MS = 400;

const isEmpty = process.argv[2] === '--empty';
if (!isEmpty) for (const name of PACKAGES) require(name);

const server = createServer().listen(0, '127.0.0.1', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, modules: Object.keys(require.cache).length });
});

process.once('message', async () => {
  for (let i = 0; i < 2; i++) {
    await wait(SETTLE_MS);
    global.gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  // Last, since to report takes memory: how many functions that was.
  if (process.env.BENCH_SENSOR) await require(process.env.BENCH_SENSOR).flush();
  process.send({ rss, heap: heapUsed + external }, () => process.disconnect());
  server.close();
});
