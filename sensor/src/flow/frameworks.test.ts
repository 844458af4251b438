// Routes of real frameworks, as each of them names them, and what a flow has of the request and of what went wrong.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms, type ShownFlow } from '../testing/flow-programs.js';

const programs = flowPrograms();
after(programs.remove);

/** Asks a server, one request after the other, then ends the process. */
programs.write(
  'ask.cjs',
  `const http = require('node:http');
  exports.ask = async (port, requests) => {
    const agent = new http.Agent({ keepAlive: true });
    for (const [method, path, body] of requests) {
      await new Promise((resolve, reject) => {
        const headers = body ? { 'content-type': 'application/json' } : {};
        const request = http.request({ port, host: '127.0.0.1', method, path, agent, headers }, (response) =>
          response.resume().once('end', resolve));
        request.once('error', reject).end(body && JSON.stringify(body));
      });
    }
    setImmediate(() => process.exit());
  };`,
);

const REQUESTS = `[
  ['GET', '/'],
  ['GET', '/users/42?full=1'],
  ['POST', '/orders', { item: 'lamp' }],
  ['GET', '/fails'],
  ['GET', '/shop/42/items/7'],
  ['GET', '/nowhere'],
]`;
const EXPECTED = [
  'GET / 200',
  'GET /users/:id 200',
  'POST /orders 201',
  'GET /fails 500 failed: broken',
  'GET /shop/:shop/items/:item 200',
  'GET null 404',
];

const shown = ({ method, route, status, failed, errors }: ShownFlow) =>
  `${method} ${route} ${status}${failed ? ` failed: ${errors}` : ''}`;

/** Express in versions 4 and 5. */
const EXPRESS = (module: string) => `
  process.env.NODE_ENV = 'test';
  const express = require('${module}');
  const app = express();
  app.use(express.json());
  app.get('/', (request, response) => { response.send('ok'); });
  app.get('/users/:id', async (request, response) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    response.send('ok');
  });
  app.post('/orders', (request, response) => { response.status(201).send(request.body); });
  app.get('/fails', (request, response, next) => next(new Error('broken')));
  const items = express.Router({ mergeParams: true });
  items.get('/:item', (request, response) => { response.send('ok'); });
  const shop = express.Router({ mergeParams: true });
  shop.use('/items', items);
  app.use('/shop/:shop', shop);
  const server = app.listen(0, '127.0.0.1', () => require('./ask.cjs').ask(server.address().port, ${REQUESTS}));`;

for (const version of [4, 5]) {
  test(`Express ${version}`, async () => {
    if (version === 4) programs.copy('express4', 'four/node_modules/express');
    const name = `${version === 4 ? 'four/' : ''}express.cjs`;
    programs.write(name, EXPRESS('express').replace("'./ask.cjs'", version === 4 ? "'../ask.cjs'" : "'./ask.cjs'"));
    const { flows } = await programs.run(name);
    assert.deepEqual(flows.map(shown), EXPECTED);
    assert.deepEqual(flows[1]!.request, {
      url: '/users/42?full=1',
      params: { id: '42' },
      ...(version === 4 && { query: { full: '1' }, body: {} }),
    });
    assert.deepEqual(flows[2]!.request!.body, { item: 'lamp' });
  });
}

test('Fastify', async () => {
  programs.write(
    'fastify.cjs',
    `const app = require('fastify')();
    app.get('/', async () => 'ok');
    app.get('/users/:id', async () => 'ok');
    app.post('/orders', async (request, reply) => reply.code(201).send(request.body));
    app.get('/fails', async () => { throw new Error('broken'); });
    app.register(async (shop) => { shop.get('/items/:item', async () => 'ok'); }, { prefix: '/shop/:shop' });
    app.listen({ port: 0, host: '127.0.0.1' }).then(() => require('./ask.cjs').ask(app.server.address().port, ${REQUESTS}));`,
  );
  const { flows } = await programs.run('fastify.cjs');
  assert.deepEqual(flows.map(shown), EXPECTED);
  assert.deepEqual(
    { ...(flows[1]!.request as object) },
    { url: '/users/42?full=1', params: { id: '42' }, query: { full: '1' } },
  );
  assert.deepEqual(flows[2]!.request!.body, { item: 'lamp' });
});

test('Koa with @koa/router', async () => {
  programs.write(
    'koa.cjs',
    `const Koa = require('koa');
    const { Router } = require('@koa/router');
    const app = new Koa();
    app.silent = true;
    const router = new Router();
    router.get('/', (ctx) => { ctx.body = 'ok'; });
    router.get('/users/:id', async (ctx) => { ctx.body = 'ok'; });
    router.post('/orders', (ctx) => { ctx.status = 201; });
    router.get('/fails', () => { throw new Error('broken'); });
    const items = new Router();
    items.get('/:item', (ctx) => { ctx.body = 'ok'; });
    router.use('/shop/:shop/items', items.routes());
    app.use(router.routes());
    const server = app.listen(0, '127.0.0.1', () => require('./ask.cjs').ask(server.address().port, ${REQUESTS}));`,
  );
  const { flows } = await programs.run('koa.cjs');
  assert.deepEqual(flows.map(shown), EXPECTED);
  assert.deepEqual(flows[1]!.request!.params, { id: '42' });
});

test('Hono, as an ES module', async () => {
  programs.write(
    'hono.mjs',
    `import { serve } from '@hono/node-server';
    import { Hono } from 'hono';
    import { ask } from './ask.cjs';
    const app = new Hono();
    app.use('*', async (c, next) => { await next(); });
    app.get('/', (c) => c.text('ok'));
    app.get('/users/:id', async (c) => c.text('ok'));
    app.post('/orders', async (c) => c.json(await c.req.json(), 201));
    app.get('/fails', () => { throw new Error('broken'); });
    app.onError((error, c) => c.text('broken', 500));
    const items = new Hono();
    items.get('/:item', (c) => c.text('ok'));
    app.route('/shop/:shop/items', items);
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => ask(port, ${REQUESTS}));`,
  );
  const { flows } = await programs.run('hono.mjs');
  // Hono's middleware answers what nothing else does.
  const expected = EXPECTED.map((line) => line.replace('null', '/*'));
  assert.deepEqual(flows.map(shown), expected);
});

test('Hono without middleware: an error that the handler for errors has answered, and one of no importance', async () => {
  programs.write(
    'hono-bare.mjs',
    `import { serve } from '@hono/node-server';
    import { Hono } from 'hono';
    import { HTTPException } from 'hono/http-exception';
    import { ask } from './ask.cjs';
    const app = new Hono();
    app.get('/fails', async () => { throw new Error('broken'); });
    app.get('/secret', () => { throw new HTTPException(401, { message: 'who are you' }); });
    app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('sorry', 503)));
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      ask(port, [['GET', '/fails'], ['GET', '/secret']]));`,
  );
  const { flows } = await programs.run('hono-bare.mjs');
  assert.deepEqual(
    flows.map(({ route, status, failed, errors }) => [route, status, failed, ...errors]),
    [
      ['/fails', 503, true, 'broken'],
      ['/secret', 401, false, 'who are you'],
    ],
  );
});

test('NestJS', async () => {
  programs.write(
    'nest.mjs',
    `import 'reflect-metadata';
    import { Controller, Get, Module, Post } from '@nestjs/common';
    import { NestFactory } from '@nestjs/core';
    import { ask } from './ask.cjs';
    const decorate = (prototype, name, decorator) =>
      decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
    class Everything {
      root() { return 'ok'; }
      user() { return 'ok'; }
      order() { return 'ok'; }
      fails() { throw new Error('broken'); }
      item() { return 'ok'; }
    }
    const p = Everything.prototype;
    decorate(p, 'root', Get('/'));
    decorate(p, 'user', Get('/users/:id'));
    decorate(p, 'order', Post('/orders'));
    decorate(p, 'fails', Get('/fails'));
    decorate(p, 'item', Get('/shop/:shop/items/:item'));
    Controller()(Everything);
    class App {}
    Module({ controllers: [Everything] })(App);
    NestFactory.create(App, { logger: false }).then(async (app) => {
      await app.listen(0, '127.0.0.1');
      ask(app.getHttpServer().address().port, ${REQUESTS});
    });`,
  );
  const { flows } = await programs.run('nest.mjs');
  assert.deepEqual(flows.map(shown), EXPECTED);
});
