// Queries of real drivers on real servers: text, parameters, answer, errors, each in the flow that asked. Where a server
// is not installed, its test says so and is skipped.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms } from '../testing/flow-programs.js';
import { type Server, startMariaDb, startPostgres, startRedis } from '../testing/servers.js';

const programs = flowPrograms();
after(programs.remove);

/** A server whose every request runs `handle` (which may throw), then asks once for each path. */
programs.write(
  'serve.cjs',
  `const http = require('node:http');
  exports.serve = async (handle, paths = ['/']) => {
    const server = http.createServer((request, response) =>
      Promise.resolve(handle(request.url)).then((x) => response.end(String(x)), () => { response.statusCode = 500; response.end(); }));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await Promise.all(paths.map((path) => new Promise((resolve) =>
      http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (r) => r.resume().once('end', resolve)))));
    setImmediate(() => process.exit());
  };`,
);

const queries = (flow: { events: { type: string }[] }) => flow.events.filter(({ type }) => type === 'query');

/** A test that is given a running server. */
function onServer(name: string, starting: () => Promise<Server | null>, run: (port: string) => Promise<void>) {
  test(name, async (t) => {
    const server = await starting();
    if (server === null) return t.skip('its server is not installed');
    try {
      await run(String(server.port));
    } finally {
      await server.stop();
    }
  });
}

onServer(
  'pg: a pool, parameters, rows, errors, callbacks, and queries of several requests on one connection',
  startPostgres,
  async (port) => {
    programs.write(
      'pg.cjs',
      `const { Client, Pool } = require('pg');
    const { serve } = require('./serve.cjs');
    const { currentFlow } = require(process.env.SENSOR);
    const options = { host: '127.0.0.1', port: ${port}, user: 'test', database: 'postgres' };
    const pool = new Pool(options);
    const client = new Client(options);
    (async () => {
      await client.connect();
      await serve(async (path) => {
        if (path === '/pool') return (await pool.query('SELECT n, $1::text AS t FROM generate_series(1, 30) n', ['x'])).rowCount;
        if (path === '/fails') return pool.query('SELECT nothing FROM nowhere');
        const before = currentFlow();
        return new Promise((resolve) => client.query('SELECT $1::text AS path, pg_sleep(0.01)', [path], () => {
          if (currentFlow() !== before) console.log('LOST');
          resolve('ok');
        }));
      }, ['/pool', '/fails', '/one', '/two', '/three']);
    })();`,
    );
    const { flows, output } = await programs.run('pg.cjs', { SENSOR: programs.sensor });
    assert.doesNotMatch(output, /LOST/);
    const of = (url: string) => queries(flows.find(({ request }) => request?.url === url)!);
    const rows = Array.from({ length: 10 }, (_, i) => ({ n: i + 1, t: 'x' }));
    const query = { type: 'query', system: 'postgresql', ended: true, error: null };
    const text = 'SELECT n, $1::text AS t FROM generate_series(1, 30) n';
    assert.deepEqual(of('/pool'), [{ ...query, text, parameters: ['x'], rowCount: 30, rows }]);
    const [failed] = of('/fails') as unknown as [{ error: string }];
    assert.match(failed.error, /relation "nowhere" does not exist/);
    for (const path of ['/one', '/two', '/three']) {
      assert.deepEqual(of(path), [
        {
          ...query,
          text: 'SELECT $1::text AS path, pg_sleep(0.01)',
          parameters: [path],
          rowCount: 1,
          rows: [{ path, pg_sleep: '' }],
        },
      ]);
    }
  },
);

onServer('mysql2: a pool by promises, prepared statements, errors', startMariaDb, async (port) => {
  programs.write(
    'mysql.cjs',
    `const mysql = require('mysql2/promise');
    const { serve } = require('./serve.cjs');
    const pool = mysql.createPool({ host: '127.0.0.1', port: ${port}, user: 'test' });
    serve(async (path) => {
      if (path === '/fails') return pool.query('SELECT nothing FROM nowhere.nothing');
      await pool.execute('SELECT ? AS x', ['prepared']);
      const [rows] = await pool.query('SELECT ? AS x UNION SELECT 2', [1]);
      return rows.length;
    }, ['/both', '/fails']);`,
  );
  const { flows } = await programs.run('mysql.cjs');
  const of = (url: string) => queries(flows.find(({ request }) => request?.url === url)!);
  const query = { type: 'query', system: 'mysql', ended: true, error: null };
  assert.deepEqual(of('/both'), [
    { ...query, text: 'SELECT ? AS x', parameters: ['prepared'], rowCount: 1, rows: [{ x: 'prepared' }] },
    { ...query, text: 'SELECT 1 AS x UNION SELECT 2', parameters: [1], rowCount: 2, rows: [{ x: 1 }, { x: 2 }] },
  ]);
  assert.match((of('/fails') as unknown as [{ error: string }])[0].error, /nowhere|denied|exist/i);
});

onServer('redis and ioredis; jobs of BullMQ, well and not', startRedis, async (port) => {
  programs.write(
    'redis.cjs',
    `const Redis = require('ioredis').default;
    const { createClient } = require('redis');
    const { Queue, Worker } = require('bullmq');
    const { serve } = require('./serve.cjs');
    (async () => {
      const io = new Redis({ host: '127.0.0.1', port: ${port} });
      const client = await createClient({ url: 'redis://127.0.0.1:${port}' }).connect();
      const connection = { host: '127.0.0.1', port: ${port} };
      const queue = new Queue('mails', { connection });
      await queue.add('welcome', { to: 'a' });
      await queue.add('welcome', { to: 'nobody' });
      const worker = new Worker('mails', async (job) => {
        await io.get('key');
        if (job.data.to === 'nobody') throw new Error('no address');
      }, { connection });
      let left = 2;
      await new Promise((resolve) => {
        const done = () => { if (--left === 0) resolve(); };
        worker.on('completed', done).on('failed', done);
      });
      await serve(async (path) => {
        if (path === '/io') await io.set('key', 'value');
        else if (path === '/redis') await client.hSet('hash', 'field', '1');
        else await client.hGetAll('key');
      }, ['/io', '/redis', '/fails']);
    })();`,
  );
  const { flows } = await programs.run('redis.cjs');
  const jobs = flows.filter(({ kind }) => kind === 'job');
  assert.deepEqual(
    jobs.map(({ method, route, failed, errors, request }) => ({ method, route, failed, errors, body: request!.body })),
    [
      { method: 'bullmq', route: 'mails', failed: false, errors: [], body: { to: 'a' } },
      { method: 'bullmq', route: 'mails', failed: true, errors: ['no address'], body: { to: 'nobody' } },
    ],
  );
  assert.deepEqual(
    jobs.map((job) => queries(job).map((q) => (q as unknown as { text: string }).text)),
    [['GET'], ['GET']],
  );
  const of = (url: string) =>
    queries(flows.find(({ request }) => request?.url === url)!) as never as [
      { text: string; parameters: unknown; error: unknown; ended: boolean },
    ];
  assert.deepEqual(
    of('/io').map(({ text, parameters, ended }) => [text, parameters, ended]),
    [['SET', ['key', 'value'], true]],
  );
  assert.deepEqual(
    of('/redis').map(({ text, parameters, ended }) => [text, parameters, ended]),
    [['HSET', ['hash', 'field', '1'], true]],
  );
  assert.match(String(of('/fails')[0].error), /WRONGTYPE/);
});

test('@photostructure/sqlite, whose prototypes cannot be changed: text, parameters, rows, errors, and what the program sees', async () => {
  programs.write(
    'photostructure.cjs',
    `const { DatabaseSync } = require('@photostructure/sqlite');
    const { serve } = require('./serve.cjs');
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE shelf (sku TEXT, n INTEGER) STRICT');
    const statement = database.prepare('SELECT n FROM shelf WHERE sku = ?');
    console.log('SEEN', Object.keys(database), Object.keys(statement), String(statement.all), statement.all.length,
      database instanceof DatabaseSync, new (class extends DatabaseSync { prepare() { return 7 } })(':memory:').prepare());
    serve(async (path) => {
      if (path === '/fails') return database.exec('NOT A STATEMENT');
      database.prepare('INSERT INTO shelf VALUES (?, ?)').run('kettle', 3);
      return JSON.stringify([statement.all('kettle'), statement.get('none')]);
    }, ['/', '/fails']);`,
  );
  const { flows, output } = await programs.run('photostructure.cjs');
  assert.match(output, /SEEN \[\] \[\] function all\(\) \{ \[native code\] \} 0 true 7/);
  const of = (url: string) =>
    queries(flows.find(({ request }) => request?.url === url)!) as never as Record<string, unknown>[];
  assert.deepEqual(
    of('/').map(({ system, text, parameters, rows, rowCount }) => ({ system, text, parameters, rows, rowCount })),
    [
      { text: 'INSERT INTO shelf VALUES (?, ?)', parameters: ['kettle', 3], rows: null, rowCount: 1 },
      { text: 'SELECT n FROM shelf WHERE sku = ?', parameters: ['kettle'], rows: [{ n: 3 }], rowCount: 1 },
      { text: 'SELECT n FROM shelf WHERE sku = ?', parameters: ['none'], rows: [], rowCount: 0 },
    ].map((query) => ({ system: 'sqlite', ...query })),
  );
  assert.match(String(of('/fails')[0]!.error), /NOT/);
});
