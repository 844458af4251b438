// One program on each Node that the sensor is for: requests of HTTP/1 and HTTP/2 with their bodies, a timer, requests to
// others by HTTP/1 and HTTP/2, statements of a database, errors that nobody handles, with the library imported and required.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms } from '../testing/flow-programs.js';
import { NODES } from '../testing/nodes.js';

const programs = flowPrograms();
after(programs.remove);

const HEAD = {
  cjs: `const http = require('node:http'), http2 = require('node:http2'), { DatabaseSync } = require('@photostructure/sqlite'),
    express = require('express'), { currentFlow } = require(process.env.SENSOR);`,
  mjs: `import http from 'node:http'; import http2 from 'node:http2'; import { DatabaseSync } from '@photostructure/sqlite';
    import express from 'express'; import { createRequire } from 'node:module'; import { setInterval } from 'node:timers';
    const { currentFlow } = createRequire(import.meta.url)(process.env.SENSOR);`,
};

const BODY = `
  process.on('uncaughtException', () => {}).on('unhandledRejection', () => {});
  const pause = () => new Promise((resolve) => setTimeout(resolve, 3));
  const database = new DatabaseSync(':memory:');
  const app = express();
  app.use(express.json());
  app.post('/orders/:id', async (request, response) => {
    await pause();
    database.prepare('SELECT ? AS sku').all(request.body.sku);
    await fetch('http://127.0.0.1:' + plain.address().port + '/stock').then((answer) => answer.text());
    const session = http2.connect('http://127.0.0.1:' + second.address().port);
    await new Promise((resolve) => session.request({ ':path': '/prices' }).on('close', resolve).resume());
    session.close();
    response.send('ok');
  });
  app.get('/stock', (request, response) => { response.send('1'); });
  const second = http2.createServer();
  second.on('stream', async (stream, headers) => {
    let body = '';
    for await (const chunk of stream) body += chunk;
    if (currentFlow()?.request.url !== headers[':path']) console.log('LOST');
    stream.respond({ ':status': 200 });
    stream.end(body);
  });
  const plain = http.createServer(app).listen(0, '127.0.0.1', () => second.listen(0, '127.0.0.1', async () => {
    const post = (path, body) => new Promise((resolve) => http.request({ method: 'POST', path, port: plain.address().port, agent: false,
      headers: { 'content-type': 'application/json' } }, (response) => response.resume().once('end', resolve)).end(body));
    await Promise.all([post('/orders/1', '{"sku":"lamp"}'), post('/orders/2', '{"sku":"kettle"}')]);
    const session = http2.connect('http://127.0.0.1:' + second.address().port);
    await new Promise((resolve) => session.request({ ':method': 'POST', ':path': '/streams' }).on('close', resolve).resume().end('x'));
    session.close();
    let turns = 0;
    const timer = setInterval(async function turn() {
      if (++turns === 3) { clearInterval(timer); setImmediate(() => process.exit()); return; }
      await pause();
      if (turns === 1) throw new RangeError('once');
    }, 30);
  }));`;

for (const [major, node] of [['20', process.execPath], ...Object.entries(NODES)] as [string, string | null][]) {
  for (const format of ['cjs', 'mjs'] as const) {
    const running = process.versions.node.split('.')[0];
    test(`Node ${major === '20' ? running : major}, ${format === 'cjs' ? 'required' : 'imported'}`, async (t) => {
      if (node === null) return t.skip(`Node ${major} is not installed`);
      programs.write(`all.${format}`, HEAD[format] + BODY);
      const { flows, output } = await programs.run(`all.${format}`, { SENSOR: programs.sensor }, node);
      assert.doesNotMatch(output, /LOST/);
      const shown = flows.map(({ kind, method, route, failed, events }) => {
        const did = events.map((event) =>
          event.type === 'query' ? `${event.text} ${event.parameters}` : `${event.method} ${event.status}`,
        );
        return [`${kind} ${method} ${kind === 'timer' ? '' : route}${failed ? ' failed' : ''}`, ...did];
      });
      // Node 20 does not tell of what its client of HTTP/2 asks for.
      const secondCall = major === '20' && running === '20' ? [] : ['GET 200'];
      assert.deepEqual(shown.sort(), [
        ['http GET /stock'],
        ['http GET /stock'],
        ['http GET null'],
        ['http GET null'],
        ['http POST /orders/:id', 'SELECT ? AS sku kettle', 'GET 200', ...secondCall],
        ['http POST /orders/:id', 'SELECT ? AS sku lamp', 'GET 200', ...secondCall],
        ['http POST null'],
        ['timer setInterval '],
        ['timer setInterval '],
        ['timer setInterval  failed'],
      ]);
    });
  }
}
