// Routes of Next.js, of both of its routers, from an application that scripts/installs/test-packages.mjs has built. Where that is not
// there, the test is skipped.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms, heavyPackages } from '../testing/flow-programs.js';

const programs = flowPrograms();
after(programs.remove);

test('Next.js: pages and handlers of the app router and the pages router, parameters, errors', async (t) => {
  const heavy = heavyPackages();
  if (heavy === null) return t.skip('Next.js is not installed');
  programs.write(
    'next.cjs',
    `process.env.NODE_ENV = 'production';
    process.env.NEXT_TELEMETRY_DISABLED = '1';
    const http = require('node:http');
    const app = require('next')({ dev: false, dir: ${JSON.stringify(`${heavy}next`)} });
    const ask = (port, [method, path, body]) => new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/json' } : {};
      http.request({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => response.resume().once('end', resolve))
        .once('error', reject).end(body && JSON.stringify(body));
    });
    app.prepare().then(() => {
      const handle = app.getRequestHandler();
      const server = http.createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1', async () => {
        const { port } = server.address();
        for (const one of [
          ['GET', '/users/42?full=1'], ['POST', '/api/orders', { item: 'lamp' }], ['GET', '/fails'], ['GET', '/old/lamp'],
          ['GET', '/api/items/7'], ['GET', '/api/items/0'], ['GET', '/nowhere'],
        ]) await ask(port, one);
        setImmediate(() => process.exit());
      });
    });`,
  );
  const { flows } = await programs.run('next.cjs');
  assert.deepEqual(
    flows.map(({ method, route, status, failed, errors }) => [
      `${method} ${route} ${status}${failed ? ' failed' : ''}`,
      ...errors,
    ]),
    [
      ['GET /users/[id] 200'],
      ['POST /api/orders 201'],
      ['GET /fails 500 failed', 'broken'],
      ['GET /old/[slug] 200'],
      ['GET /api/items/[id] 200'],
      ['GET /api/items/[id] 500 failed', 'broken'],
      ['GET null 404'],
    ],
  );
  assert.deepEqual([flows[0]!.request!.params, flows[4]!.request!.params], [{ id: '42' }, { id: '7' }]);
});
