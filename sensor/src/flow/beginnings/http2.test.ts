// Requests over HTTP/2, plain and encrypted, as streams, in HTTP/1's shape, and through frameworks.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CERTIFICATE } from '../../testing/certificate.js';
import { flowPrograms, type ShownFlow } from '../../testing/flow-programs.js';
import { NODES } from '../../testing/nodes.js';

const programs = flowPrograms();
after(programs.remove);

/** Asks a server over one session, all at once, then ends the process. */
programs.write(
  'ask2.cjs',
  `const http2 = require('node:http2');
  exports.ask = (origin, requests) => {
    const session = http2.connect(origin, { rejectUnauthorized: false });
    const one = ([method, path, body, leaves]) => new Promise((resolve, reject) => {
      const stream = session.request({ ':method': method, ':path': path, 'content-type': 'application/json', 'x-tenant': 'gold' });
      if (leaves) stream.once('response', () => stream.close(http2.constants.NGHTTP2_CANCEL));
      stream.once('error', reject).once('close', resolve).resume().end(body && JSON.stringify(body));
    });
    Promise.all(requests.map(one)).then(() => { session.close(() => setImmediate(() => process.exit())); });
  };`,
);

const shown = ({ method, route, status, failed, errors, request }: ShownFlow) =>
  `${method} ${request!.url} ${route} ${status}${failed ? ` failed: ${errors}` : ''}`;

test('streams: each in a flow of its own, through what is read of its body; what fails, and a client that leaves', async () => {
  programs.write(
    'streams.cjs',
    `const http2 = require('node:http2');
    const { currentFlow } = require(process.env.SENSOR);
    const own = (value) => Object.getOwnPropertyNames(value);
    const server = http2.createServer();
    console.log('SEEN', own(server).includes('emit'), String(server.emit).slice(0, 40), server.emit.name, server.emit.length);
    server.on('stream', (stream, headers) => {
      const path = headers[':path'];
      const seen = [];
      const look = () => seen.push(currentFlow()?.request.url);
      look();
      stream.on('data', look).on('end', () => {
        look();
        setTimeout(() => {
          look();
          if (seen.some((url) => url !== path)) console.log('LOST ' + path + ': ' + seen);
          stream.respond({ ':status': path === '/fails' ? 503 : 200 });
          if (path !== '/leaves') stream.end('ok');
        }, 5);
      });
    });
    server.listen(0, '127.0.0.1', () => {
      console.log('AFTER', server.emit.name, server.emit.length, Object.keys(Object.getPrototypeOf(server)));
      require('./ask2.cjs').ask('http://127.0.0.1:' + server.address().port,
        [['POST', '/one', { n: 1 }], ['POST', '/two', { n: 2 }], ['GET', '/fails'], ['GET', '/leaves', null, true]]);
    });`,
  );
  const { flows, output } = await programs.run('streams.cjs', { SENSOR: programs.sensor });
  assert.doesNotMatch(output, /LOST/);
  assert.match(output, /SEEN false function emit\(type, \.\.\.args\) \{.* emit 1/s);
  assert.match(output, /AFTER emit 1 \[\]/);
  assert.deepEqual(flows.map(shown).sort(), [
    'GET /fails null 503 failed: ',
    'GET /leaves null 200',
    'POST /one null 200',
    'POST /two null 200',
  ]);
});

const REQUESTS = `[['GET', '/users/42?full=1'], ['POST', '/orders', { item: 'lamp' }], ['GET', '/fails'], ['GET', '/nowhere']]`;
const EXPECTED = [
  'GET /fails /fails 500 failed: broken',
  'GET /nowhere null 404',
  'GET /users/42?full=1 /users/:id 200',
  'POST /orders /orders 201',
];

test('Fastify over HTTP/2, encrypted, beside HTTP/1 on the same port', async () => {
  programs.write(
    'fastify2.cjs',
    `const https = require('node:https');
    const { key, cert } = require('./certificate.cjs');
    const app = require('fastify')({ http2: true, https: { allowHTTP1: true, key, cert } });
    app.get('/users/:id', async () => 'ok');
    app.post('/orders', async (request, reply) => reply.code(201).send(request.body));
    app.get('/fails', async () => { throw new Error('broken'); });
    app.listen({ port: 0, host: '127.0.0.1' }).then(() => {
      const { port } = app.server.address();
      https.get({ port, host: '127.0.0.1', path: '/users/7', rejectUnauthorized: false, agent: false }, (response) =>
        response.resume().once('end', () => require('./ask2.cjs').ask('https://127.0.0.1:' + port, ${REQUESTS})));
    });`,
  );
  programs.write('certificate.cjs', `module.exports = ${JSON.stringify(CERTIFICATE)};`);
  const { flows } = await programs.run('fastify2.cjs');
  assert.deepEqual(flows.map(shown).sort(), [...EXPECTED, 'GET /users/7 /users/:id 200'].sort());
  const of = (url: string) => flows.find(({ request }) => request!.url === url)!.request!;
  assert.deepEqual(
    { ...of('/users/42?full=1') },
    { url: '/users/42?full=1', params: { id: '42' }, query: { full: '1' } },
  );
  assert.deepEqual(of('/orders').body, { item: 'lamp' });
});

test('Koa over plain HTTP/2, in the shape of HTTP/1', async () => {
  programs.write(
    'koa2.cjs',
    `const Koa = require('koa');
    const { Router } = require('@koa/router');
    const app = new Koa();
    app.silent = true;
    const router = new Router();
    router.get('/users/:id', (ctx) => { ctx.body = 'ok'; });
    router.post('/orders', (ctx) => { ctx.status = 201; });
    router.get('/fails', () => { throw new Error('broken'); });
    app.use(router.routes());
    const server = require('node:http2').createServer(app.callback());
    server.listen(0, '127.0.0.1', () => require('./ask2.cjs').ask('http://127.0.0.1:' + server.address().port, ${REQUESTS}));`,
  );
  const { flows } = await programs.run('koa2.cjs');
  assert.deepEqual(flows.map(shown).sort(), EXPECTED);
});

test('requests to others by HTTP/2: one that errors says why, and undici’s are told of once', async () => {
  programs.write(
    'client2.cjs',
    `const http = require('node:http'), http2 = require('node:http2');
    const { request, Agent } = require('undici');
    const { key, cert } = require('./certificate.cjs');
    const other = http2.createSecureServer({ key, cert });
    other.on('stream', (stream, headers) => {
      if (headers[':path'] === '/broken') { stream.on('error', () => {}).close(http2.constants.NGHTTP2_INTERNAL_ERROR); return; }
      stream.respond({ ':status': 200, 'x-version': '2' });
      stream.end('ok');
    });
    const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
    let to;
    const server = http.createServer(async (asked, response) => {
      if (asked.url === '/undici') {
        const { headers, body } = await request(to + '/prices', { dispatcher });
        console.log('VERSION ' + headers['x-version'] + ' ' + (await body.text()));
      } else {
        const session = http2.connect(to, { rejectUnauthorized: false });
        await new Promise((resolve) => session.request({ ':path': '/broken' }).on('error', () => {}).on('close', resolve).resume());
        session.close();
      }
      response.end();
    });
    other.listen(0, '127.0.0.1', () => server.listen(0, '127.0.0.1', async () => {
      to = 'https://127.0.0.1:' + other.address().port;
      console.log('TO ' + to);
      for (const path of ['/undici', '/http2']) await new Promise((resolve) =>
        http.get({ path, port: server.address().port, agent: false }, (response) => response.resume().once('end', resolve)));
      setImmediate(() => process.exit());
    }));`,
  );
  programs.write('certificate.cjs', `module.exports = ${JSON.stringify(CERTIFICATE)};`);
  const nodes = [process.execPath, ...Object.values(NODES)].filter((node) => node !== null);
  for (const node of nodes) {
    const { flows, output } = await programs.run('client2.cjs', {}, node);
    assert.match(output, /^VERSION 2 ok$/m);
    const to = /TO (\S+)/.exec(output)![1];
    const of = (url: string) => flows.find(({ request }) => request?.url === url)!.events;
    const event = { type: 'outbound', method: 'GET', ended: true };
    assert.deepEqual(of('/undici'), [{ ...event, url: `${to}/prices`, status: 200, error: null }], node);
    const broken = of('/http2');
    // Node 20 does not tell of what its client of HTTP/2 asks for.
    if (broken.length === 0 && node === process.execPath && process.versions.node.startsWith('20.')) continue;
    const [{ error, ...failed }] = broken;
    assert.deepEqual([failed], [{ ...event, url: `${to}/broken`, status: null }], node);
    assert.match(error, /NGHTTP2_INTERNAL_ERROR/);
  }
});
