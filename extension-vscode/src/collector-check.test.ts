// Against real HTTP servers on loopback; nothing is replaced.

import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { addressProblem, checkCollector } from './collector-check.js';

async function serve<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const answer =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

async function problem(listener: RequestListener, token = ''): Promise<string> {
  return serve(listener, async (url) => {
    const check = await checkCollector(url, token);
    assert.equal(check.ok, false);
    return check.ok ? '' : check.problem.replaceAll(url, 'URL');
  });
}

test('a collector: the path and the token that it is asked with, and the number of services', async () => {
  const seen: string[] = [];
  await serve(
    (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.end(JSON.stringify({ services: [{}, {}] }));
    },
    async (url) => {
      assert.deepEqual(await checkCollector(`${url}/`, 'secret'), { ok: true, services: 2 });
      assert.deepEqual(await checkCollector(url, ''), { ok: true, services: 2 });
    },
  );
  assert.deepEqual(seen, ['GET /api/v1/services Bearer secret', 'GET /api/v1/services undefined']);
});

test('each way in which it can be wrong has its own sentence', async () => {
  assert.equal(await problem(answer(401, '{}')), 'URL asks for a token.');
  assert.equal(await problem(answer(401, '{}'), 'secret'), 'URL does not accept this token.');
  assert.equal(await problem(answer(403, '{}'), 'secret'), 'URL refuses: a token with the scope read is needed.');
  const scope = JSON.stringify({ error: { code: 'X', message: 'The token is for ingest; this needs read' } });
  assert.equal(await problem(answer(403, scope), 'secret'), 'URL refuses: The token is for ingest; this needs read.');
  assert.equal(
    await problem(answer(302, '', { location: 'https://login.example/' })),
    'URL redirects to https://login.example/. Enter the address of the collector itself.',
  );
  assert.equal(await problem(answer(503, '{}')), 'The collector at URL answered with an error (HTTP 503).');
  for (const [status, body] of [
    [200, '<html>'],
    [200, '{"services":1}'],
    [404, '{}'],
  ] as const) {
    assert.equal(
      await problem(answer(status, body)),
      `URL answers, but not as a Prodlens collector does (HTTP ${status}).`,
    );
  }
});

test('what is no token is not sent', async () => {
  const asked: unknown[] = [];
  for (const token of ['“secret”', 'prodlens_abc…', 'se\ncret']) {
    const said = await problem((request) => void asked.push(request.url), token);
    assert.equal(said, 'This is not a token: it has characters that no token has. Copy all of it again.');
  }
  assert.deepEqual(asked, []);
});

test('nothing listens', async () => {
  const url = await serve(answer(200, ''), async (at) => at);
  assert.deepEqual(await checkCollector(url, ''), {
    ok: false,
    problem: `Nothing answers at ${url}. Is the collector running there? It is started with “prodlens up”.`,
  });
});

test('addresses', () => {
  assert.equal(addressProblem('http://127.0.0.1:4790'), undefined);
  assert.equal(addressProblem(' https://prodlens.example/base '), undefined);
  assert.match(addressProblem('localhost') ?? '', /is needed/);
  assert.match(addressProblem('ftp://host') ?? '', /http:\/\/ or https:\/\//);
  assert.match(addressProblem('http://me:word@host') ?? '', /Leave user name and password out/);
});
