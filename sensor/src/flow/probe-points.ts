// Where libraries tell of requests, queries, jobs and log lines: by package and file, the functions that are probed. Plain
// data, which the loader's thread has too; what is done when such a function runs is in the files beside. A file that has
// no such function is measured like any other, and counted.

import type { Probe } from '../instrument/probe.js';
import type { ModulePath } from '../load/module-path.js';

interface Points {
  package: string;
  /** Of the path inside the package. */
  file: RegExp;
  /** By qualified name; "*.name" is one of that name inside of anything. */
  functions: Record<string, string>;
}

/** Probes of which the end of the call is wanted too. */
const AROUND = new Set([
  ...['koa.context', 'pg.end', 'pg.error', 'sqlite.open', 'bullmq.process'],
  ...['mongodb.command', 'mongodb.document', 'cursor.rows', 'cursor.end', 'cursor.error', 'better-sqlite3.prepare'],
  ...['amqplib.register', 'amqplib.publish', 'kafkajs.produce'],
]);

const POINTS: Points[] = [
  {
    package: 'express',
    file: /^lib\/router\/layer\.js$/,
    functions: {
      Layer: 'express.layer',
      handle: 'express.handle',
      handle_error: 'express.error',
    },
  },
  { package: 'express', file: /^lib\/router\/route\.js$/, functions: { dispatch: 'express.route' } },
  { package: 'finalhandler', file: /^index\.js$/, functions: { '*.(return)': 'express.unhandled' } },
  {
    package: 'router',
    file: /^lib\/layer\.js$/,
    functions: {
      Layer: 'express.layer',
      handleRequest: 'express.handle',
      handleError: 'express.error',
    },
  },
  { package: 'router', file: /^lib\/route\.js$/, functions: { dispatch: 'express.route' } },
  { package: 'fastify', file: /^lib\/handle-?[rR]equest\.js$/, functions: { handleRequest: 'fastify.request' } },
  { package: 'fastify', file: /^lib\/error-handler\.js$/, functions: { handleError: 'fastify.error' } },
  { package: 'koa', file: /^lib\/application\.js$/, functions: { '*.createContext': 'koa.context' } },
  { package: 'koa', file: /^lib\/context\.js$/, functions: { '*.onerror': 'koa.error' } },
  { package: 'hono', file: /^dist\/(cjs\/)?context\.js$/, functions: { '*.constructor': 'hono.context' } },
  { package: 'hono', file: /^dist\/(cjs\/)?compose\.js$/, functions: { '*.dispatch': 'hono.dispatch' } },
  { package: 'hono', file: /^dist\/(cjs\/)?hono-base\.js$/, functions: { '*.#handleError': 'hono.error' } },
  {
    package: '@nestjs/core',
    file: /^(dist\/)?exceptions\/exceptions-handler\.js$/,
    functions: { 'ExceptionsHandler.next': 'nest.error' },
  },
  {
    package: 'next',
    file: /^dist\/server\/base-server\.js$/,
    functions: { '*.renderToResponseWithComponentsImpl': 'next.render', '*.logError': 'next.logged' },
  },
  {
    package: 'next',
    file: /^dist\/server\/next-server\.js$/,
    functions: { '*.handleApiRequest': 'next.api' },
  },
  {
    package: 'next',
    file: /^dist\/server\/lib\/router-utils\/instrumentation-globals\.external\.js$/,
    functions: { instrumentationOnRequestError: 'next.error' },
  },
  { package: 'pg', file: /^lib\/client\.js$/, functions: { 'Client._pulseQueryQueue': 'pg.queue' } },
  {
    package: 'pg',
    file: /^lib\/query\.js$/,
    functions: { 'Query.handleReadyForQuery': 'pg.end', 'Query.handleError': 'pg.error' },
  },
  {
    package: 'pg-cursor',
    file: /^index\.js$/,
    functions: {
      'Cursor._sendRows': 'cursor.rows',
      'Cursor.handleReadyForQuery': 'cursor.end',
      'Cursor.handleError': 'cursor.error',
    },
  },
  { package: 'mongodb', file: /^lib\/cmap\/connection\.js$/, functions: { 'Connection.command': 'mongodb.command' } },
  {
    package: 'mongodb',
    file: /^lib\/cmap\/wire_protocol\/responses\.js$/,
    functions: { 'CursorResponse.shift': 'mongodb.document' },
  },
  {
    package: 'mysql2',
    file: /^lib\/(base\/)?connection\.js$/,
    functions: { '*.addCommand': 'mysql2.command' },
  },
  { package: 'ioredis', file: /^built\/Redis\.js$/, functions: { '*.sendCommand': 'ioredis.command' } },
  {
    package: '@redis/client',
    file: /^dist\/lib\/client\/linked-list\.js$/,
    functions: { 'DoublyLinkedList.push': 'redis.push', 'DoublyLinkedList.add': 'redis.add' },
  },
  {
    package: '@photostructure/sqlite',
    file: /^dist\/index\.[cm]js$/,
    functions: { DatabaseSync2: 'sqlite.open' },
  },
  { package: 'better-sqlite3', file: /^lib\/database\.js$/, functions: { '*.Database': 'better-sqlite3.open' } },
  {
    package: 'better-sqlite3',
    file: /^lib\/methods\/wrappers\.js$/,
    functions: { prepare: 'better-sqlite3.prepare' },
  },
  {
    package: 'bullmq',
    file: /^dist\/(cjs|esm)\/classes\/worker\.js$/,
    functions: { 'Worker.callProcessJob': 'bullmq.process' },
  },
  {
    package: 'amqplib',
    file: /^lib\/(channel|callback)_model\.js$/,
    functions: {
      'Channel.consume': 'amqplib.consume',
      'Channel.publish': 'amqplib.publish',
      'Channel.ack': 'amqplib.ack',
      'Channel.ackAll': 'amqplib.ackAll',
      'Channel.nack': 'amqplib.nack',
      'Channel.nackAll': 'amqplib.nackAll',
      'Channel.reject': 'amqplib.reject',
    },
  },
  {
    package: 'amqplib',
    file: /^lib\/channel\.js$/,
    functions: { 'BaseChannel.registerConsumer': 'amqplib.register', 'Channel.toClosed': 'amqplib.closed' },
  },
  {
    package: 'kafkajs',
    file: /^src\/consumer\/runner\.js$/,
    functions: { 'Runner.processEachMessage': 'kafkajs.messages', 'Runner.processEachBatch': 'kafkajs.batches' },
  },
  { package: 'kafkajs', file: /^src\/broker\/index\.js$/, functions: { 'Broker.produce': 'kafkajs.produce' } },
  {
    package: 'node-cron',
    file: /^dist\/_shared\.c?js$/,
    functions: { 'InlineScheduledTask.start': 'cron.task', 'InlineScheduledTask.execute': 'cron.task' },
  },
  { package: 'croner', file: /^dist\/croner\.(c?js|mjs)$/, functions: { '*._trigger': 'croner.trigger' } },
  { package: 'pino', file: /^lib\/proto\.js$/, functions: { write: 'pino.write' } },
  { package: 'winston', file: /^lib\/winston\/logger\.js$/, functions: { '*._transform': 'winston.write' } },
];

const NONE: readonly Probe[] = [];

/** The probes of a file; none for nearly all. */
export function probesOf({ package: name, file }: ModulePath): readonly Probe[] {
  if (name === null) return NONE;
  const inside = file.slice(`node_modules/${name}/`.length);
  const found = POINTS.filter((point) => point.package === name && point.file.test(inside));
  if (found.length === 0) return NONE;
  return found.flatMap(({ functions }) =>
    Object.entries(functions).map(([of, id]) => ({ id, name: of, around: AROUND.has(id) })),
  );
}
