// What a flow did, of what needs no server of others: requests to other services, log lines.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms, type ShownFlow } from '../testing/flow-programs.js';

const programs = flowPrograms();
after(programs.remove);

/** A server whose every request runs `handle` (which may throw), then asks once for each path, one after the other. */
programs.write(
  'serve.cjs',
  `const http = require('node:http');
  exports.serve = async (handle, paths) => {
    const server = http.createServer((request, response) =>
      Promise.resolve(request.url).then(handle).then((x) => response.end(String(x)), () => { response.statusCode = 500; response.end(); }));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (const path of paths) await new Promise((resolve) =>
      http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (r) => r.resume().once('end', resolve)));
    setImmediate(() => process.exit());
  };`,
);

const eventsOf = (flows: ShownFlow[], url: string) => flows.find(({ request }) => request?.url === url)!.events;

test('requests to other services, by fetch, undici and node:http: address, status, errors; of nobody else', async () => {
  programs.write(
    'outbound.cjs',
    `const http = require('node:http');
    const { request } = require('undici');
    const { serve } = require('./serve.cjs');
    const other = http.createServer((request, response) => { response.statusCode = request.url === '/no' ? 404 : 200; response.end('ok'); });
    other.listen(0, '127.0.0.1', async () => {
      const { port } = other.address();
      const to = 'http://127.0.0.1:' + port;
      console.log('PORT ' + port);
      const get = (url) => new Promise((resolve, reject) =>
        http.get(url, (response) => response.resume().once('end', resolve)).once('error', reject));
      await fetch(to + '/outside');
      await serve(async (path) => {
        if (path === '/fetch') return (await fetch(to + '/a?b=1', { method: 'POST', body: 'x' })).text();
        if (path === '/undici') return (await request(to + '/no')).body.text();
        if (path === '/http') return get(to + '/c');
        if (path === '/refused') return get('http://127.0.0.1:1/d');
        if (path === '/unfetched') return fetch('http://127.0.0.1:9/e');
        return Promise.all([get(to + '/f'), get(to + '/g')]);
      }, ['/fetch', '/undici', '/http', '/refused', '/unfetched', '/both']);
    });`,
  );
  const { flows, output } = await programs.run('outbound.cjs');
  const to = `http://127.0.0.1:${/PORT (\d+)/.exec(output)![1]}`;
  const call = { type: 'outbound', method: 'GET', ended: true, error: null };
  assert.deepEqual(eventsOf(flows, '/fetch'), [{ ...call, method: 'POST', url: `${to}/a?b=1`, status: 200 }]);
  assert.deepEqual(eventsOf(flows, '/undici'), [{ ...call, url: `${to}/no`, status: 404 }]);
  assert.deepEqual(eventsOf(flows, '/http'), [{ ...call, url: `${to}/c`, status: 200 }]);
  const [refused] = eventsOf(flows, '/refused');
  assert.match(refused.error, /ECONNREFUSED/);
  assert.deepEqual({ ...refused, error: null }, { ...call, url: 'http://127.0.0.1:1/d', status: null });
  assert.deepEqual(
    eventsOf(flows, '/both').map(({ url, status }) => [url, status]),
    [
      [`${to}/f`, 200],
      [`${to}/g`, 200],
    ],
  );
});

const LOGGING = `
  const pino = require('pino')({ level: 'info' }, { write: () => {} });
  const winston = require('winston');
  const { Writable } = require('node:stream');
  const stream = new Writable({ write: (chunk, encoding, done) => done() });
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
  console.info('outside');
  require('./serve.cjs').serve((path) => {
    console.warn('careful', { id: 7 });
    pino.info({ id: 8 }, 'from pino');
    pino.debug('too low');
    logger.error('from winston', { id: 9 });
  }, ['/']);`;

test('log lines of console, pino and winston where they are asked for, and only those that are written', async () => {
  programs.write('logs.cjs', LOGGING);
  const { flows, output } = await programs.run('logs.cjs', { PRODLENS_LOGS: 'on' });
  const line = { type: 'log', ended: true, error: null };
  assert.deepEqual(eventsOf(flows, '/'), [
    { ...line, logger: 'console', level: 'warn', values: ['careful', { id: 7 }] },
    { ...line, logger: 'pino', level: 'info', values: [{ id: 8 }, 'from pino'] },
    { ...line, logger: 'winston', level: 'error', values: [{ id: 9, level: 'error', message: 'from winston' }] },
  ]);
  assert.match(output, /^outside$/m);
  assert.match(output, /^careful \{ id: 7 \}$/m);
});

test('no log lines where they are not asked for; no flows with PRODLENS_FLOWS=off', async () => {
  programs.write('logs.cjs', LOGGING);
  assert.deepEqual(eventsOf((await programs.run('logs.cjs')).flows, '/'), []);
  const { flows, output } = await programs.run('logs.cjs', { PRODLENS_FLOWS: 'off' });
  assert.deepEqual(flows, []);
  assert.match(output, /^careful/m);
});

test('Node’s class of requests looks as it did before the first request', async () => {
  programs.write(
    'looks.cjs',
    `const { IncomingMessage } = require('node:http');
    const { getOwnPropertyDescriptor } = Object;
    const look = () => {
      const { value, ...flags } = getOwnPropertyDescriptor(IncomingMessage.prototype, '_destroy');
      const enumerable = [];
      for (const name in IncomingMessage.prototype) enumerable.push(name);
      return JSON.stringify([flags, value.name, value.length, String(value), enumerable]);
    };
    const { _destroy } = IncomingMessage.prototype;
    const before = look();
    require('./serve.cjs').serve(() => {
      console.log(IncomingMessage.prototype._destroy === _destroy ? 'NOT FOLLOWED' : before === look() ? 'SAME' : before + look());
    }, ['/']);`,
  );
  assert.match((await programs.run('looks.cjs')).output, /^SAME$/m);
});
