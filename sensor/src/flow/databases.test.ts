// Queries of real drivers on real servers: text, parameters, answer, errors, each in the flow that asked. Where a server
// is not installed, its test says so and is skipped.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms } from '../testing/flow-programs.js';
import { onServer } from '../testing/on-server.js';
import { SERVE } from '../testing/serve.js';
import { startMariaDb, startPostgres, startRedis } from '../testing/servers.js';

const programs = flowPrograms();
after(programs.remove);

programs.write('serve.cjs', SERVE);

const queries = (flow: { events: { type: string }[] }) => flow.events.filter(({ type }) => type === 'query');

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

onServer('pg-cursor: rows that are read bit by bit, and errors', startPostgres, async (port) => {
  programs.write(
    'cursor.cjs',
    `const { Client } = require('pg');
    const Cursor = require('pg-cursor');
    const { serve } = require('./serve.cjs');
    const client = new Client({ host: '127.0.0.1', port: ${port}, user: 'test', database: 'postgres' });
    client.connect().then(() => serve(async (path) => {
      const text = path === '/fails' ? 'SELECT nothing FROM nowhere' : 'SELECT n FROM generate_series(1, $1::int) n';
      const cursor = client.query(new Cursor(text, path === '/fails' ? [] : [25]));
      let count = 0;
      for (let rows = await cursor.read(6); rows.length > 0; rows = await cursor.read(6)) count += rows.length;
      await cursor.close();
      return count;
    }, ['/reads', '/fails']));`,
  );
  const { flows } = await programs.run('cursor.cjs');
  const of = (url: string) => queries(flows.find(({ request }) => request?.url === url)!);
  const rows = Array.from({ length: 10 }, (_, i) => ({ n: i + 1 }));
  const text = 'SELECT n FROM generate_series(1, $1::int) n';
  const event = { type: 'query', system: 'postgresql', text, parameters: ['25'], rowCount: 25, rows, ended: true };
  assert.deepEqual(of('/reads'), [{ ...event, error: null }]);
  assert.match((of('/fails') as unknown as [{ error: string }])[0].error, /relation "nowhere" does not exist/);
});

onServer(
  'mysql2 with callbacks, on a connection and a pool; the answer comes in the flow that asked',
  startMariaDb,
  async (port) => {
    programs.write(
      'mysql-callbacks.cjs',
      `const mysql = require('mysql2');
    const { serve } = require('./serve.cjs');
    const { currentFlow } = require(process.env.SENSOR);
    const options = { host: '127.0.0.1', port: ${port}, user: 'test' };
    const connection = mysql.createConnection(options);
    const pool = mysql.createPool(options);
    serve((path) => new Promise((resolve, reject) => {
      const before = currentFlow();
      const done = (error, rows) => {
        if (currentFlow() !== before) console.log('LOST ' + path);
        if (error) reject(error); else resolve(rows.length);
      };
      if (path === '/pool') pool.query('SELECT ? AS x', ['pool'], done);
      else if (path === '/fails') connection.query('SELECT nothing FROM nowhere.nothing', done);
      else connection.execute('SELECT ? AS x', [path], done);
    }), ['/pool', '/one', '/two', '/fails']);`,
    );
    const { flows, output } = await programs.run('mysql-callbacks.cjs', { SENSOR: programs.sensor });
    assert.doesNotMatch(output, /LOST/);
    const of = (url: string) =>
      queries(flows.find(({ request }) => request?.url === url)!) as never as Record<string, unknown>[];
    const asked = (url: string) => of(url).map(({ text, parameters, rows, ended }) => [text, parameters, rows, ended]);
    assert.deepEqual(asked('/pool'), [["SELECT 'pool' AS x", ['pool'], [{ x: 'pool' }], true]]);
    assert.deepEqual(asked('/one'), [['SELECT ? AS x', ['/one'], [{ x: '/one' }], true]]);
    assert.deepEqual(asked('/two'), [['SELECT ? AS x', ['/two'], [{ x: '/two' }], true]]);
    assert.match(String(of('/fails')[0]!.error), /nowhere|denied|exist/i);
  },
);
