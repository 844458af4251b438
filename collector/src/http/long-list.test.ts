import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import fastify from 'fastify';
import { Type } from 'typebox';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { get, testCollector } from '../testing/test-collector.js';
import { ITEMS_AT_ONCE, sendList } from './long-list.js';

interface Item {
  name: string;
  count: number | null;
}

const listSchema = Type.Array(
  Type.Object(
    { name: Type.String(), count: Type.Union([Type.Number(), Type.Null()]) },
    { additionalProperties: false },
  ),
);
const schema = { response: { 200: Type.Object({ items: listSchema, isCut: Type.Boolean() }) } };

/** Serves the same items at once and in pieces; `sent`: the streams of those that were begun. */
async function serve(t: TestContext, items: Item[]): Promise<{ url: string; sent: Readable[] }> {
  const app = fastify({ forceCloseConnections: true });
  t.after(() => app.close());
  const sent: Readable[] = [];
  app.get('/at-once', { schema }, async () => ({ items, isCut: false }));
  app.get('/in-pieces', { schema }, async (_request, reply) => {
    const send = reply.send.bind(reply);
    reply.send = (stream) => {
      sent.push(stream as Readable);
      return send(stream as never);
    };
    sendList(reply, { name: 'items', items, listSchema }, { isCut: false });
    return reply;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, sent };
}

/** With what no schema names, which must not be sent either way. */
const someItems = (count: number): Item[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ name: `"${i}" \u2028 ünï`, count: i % 3 === 0 ? null : i / 7 },
    ...{ secret: 'not in the schema' },
  }));

/** An item that fails, or says so, when it is written. */
function itemThat(written: () => string): Item {
  return Object.defineProperty({ name: '', count: 0 }, 'name', { enumerable: true, get: written });
}

const read = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
};

test('a list in pieces is byte for byte the list at once, of whatever length', async (t) => {
  for (const count of [1, ITEMS_AT_ONCE, ITEMS_AT_ONCE + 1, 3 * ITEMS_AT_ONCE, 1_000]) {
    const { url } = await serve(t, someItems(count));
    const atOnce = await read(`${url}/at-once`);
    assert.equal(JSON.parse(atOnce.body).items.length, count);
    assert.deepEqual(await read(`${url}/in-pieces`), atOnce, `${count} items`);
  }
});

test('HEAD is answered without a body', async (t) => {
  const { url, sent } = await serve(t, someItems(10 * ITEMS_AT_ONCE));
  const { status, type, body } = await read(`${url}/in-pieces`, { method: 'HEAD' });
  assert.deepEqual([status, type, body], [200, 'application/json; charset=utf-8', '']);
  if (!sent[0]!.closed) await once(sent[0]!, 'close');
});

test('an error in the middle of the list breaks the answer off: no end of it that could be taken for the whole', async (t) => {
  const items = someItems(200 * ITEMS_AT_ONCE);
  items[150 * ITEMS_AT_ONCE] = itemThat(() => {
    throw new Error('cannot be written');
  });
  const { url, sent } = await serve(t, items);
  const [response] = (await once(httpGet(`${url}/in-pieces`), 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  let body = '';
  response.on('data', (bytes) => {
    body += bytes;
  });
  await assert.rejects(once(response, 'end'), { code: 'ECONNRESET' });
  assert.throws(() => JSON.parse(body));
  assert.ok(sent[0]!.destroyed);
});

test('where the client goes away, the rest is not written', async (t) => {
  let written = 0;
  const long = 'x'.repeat(1_000);
  const items = Array.from({ length: 100_000 }, () =>
    itemThat(() => {
      written++;
      return long;
    }),
  );
  const { url, sent } = await serve(t, items);
  const asking = request(`${url}/in-pieces`).end();
  asking.on('error', () => {});
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  await once(response, 'readable');
  asking.destroy();
  if (!sent[0]!.closed) await once(sent[0]!, 'close');
  assert.ok(written > 0 && written < items.length, `${written} of ${items.length}`);
  assert.equal((await read(`${url}/at-once`, { method: 'HEAD' })).status, 200);
});

test('the functions of a service are the same whether they fill one piece or several', async (t) => {
  const { url } = await testCollector(t);
  const count = 2 * ITEMS_AT_ONCE + 3;
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const sensor = await startSensor(
    url,
    {},
    ids.map((id) => fakeFunction(id)),
  );
  await report(
    sensor,
    fakeWindow(
      1,
      ids.map((id) => fakeRow(id, [1_000 * id])),
    ),
  );
  const of = async (limit: number) => (await get(`${url}/api/v1/functions?sort=maxNs&limit=${limit}`)).body;
  const [all, first] = [await of(1_000), await of(ITEMS_AT_ONCE)];
  assert.deepEqual([all.functions.length, all.truncated, all.window], [count, false, '1h']);
  assert.deepEqual([first.functions, first.truncated], [all.functions.slice(0, ITEMS_AT_ONCE), true]);
});
