import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createToken } from '../http/access/authorize.js';
import { createAllowances } from '../rate.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { connectSensor, fakeFunction, fakeHello } from '../testing/fake-sensor.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';

test('what one token may name is limited, with a clear error; another token has its own limits', async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const [one, other, read] = await Promise.all([
    createToken(store, 'ingest', 0),
    createToken(store, 'ingest', 1),
    createToken(store, 'read', 2),
  ]);
  await store.close();
  const limits = { services: 2, functions: 5, instancesPerHour: 4 };
  const start = () => testCollector(t, dataDir, undefined, { limits });
  let { url, close } = await start();
  let instance = 0;
  const hello = async (token: string, service: string, named = `${instance++}`) => {
    const sensor = await connectSensor(url, token);
    sensor.say(fakeHello({ service, instance: named }));
    const said = await sensor.next();
    return { sensor, said: said.type === 'error' ? `${said.code}: ${said.message}` : said.type };
  };
  const { sensor: first } = await hello(one, 'a');
  assert.equal((await hello(one, 'b')).said, 'welcome');
  const refused = 'PRODLENS_ERR_TOO_MANY_SERVICES: This token has named 2 services already, and c would be one more';
  assert.equal((await hello(one, 'c')).said, refused);
  assert.equal((await hello(other, 'c')).said, 'welcome');

  await first.next();
  const name = (sensor: typeof first, from: number, to: number) =>
    sensor.say({
      type: 'functions',
      functions: Array.from({ length: to - from + 1 }, (_, i) => fakeFunction(from + i)),
    });
  name(first, 1, 3);
  name(first, 1, 2);
  name(first, 4, 5);
  first.say({ type: 'window' });
  const malformed = await first.next();
  assert.equal(
    malformed.type === 'error' && malformed.code,
    'PRODLENS_ERR_MESSAGE',
    'five functions are enough for all',
  );
  const again = await hello(one, 'b');
  await again.sensor.next();
  name(again.sensor, 6, 6);
  const tooMany = await again.sensor.next();
  assert.deepEqual(tooMany.type === 'error' && [tooMany.code, tooMany.message], [
    'PRODLENS_ERR_TOO_MANY_FUNCTIONS',
    'The services of this token have 5 functions, and no more than 5 are kept',
  ]);

  assert.equal((await hello(one, 'a')).said, 'welcome');
  const instances = 'PRODLENS_ERR_TOO_MANY_INSTANCES: More than 4 new instances within an hour by this token';
  assert.equal((await hello(one, 'a')).said, instances);
  assert.equal((await hello(one, 'a', '0')).said, 'welcome', 'one that is known is not new');

  // What was named stays counted over a restart.
  await close();
  ({ url, close } = await start());
  assert.equal((await hello(one, 'c')).said, 'welcome', 'c is known by now');
  assert.equal((await hello(one, 'd')).said, refused.replace('and c', 'and d'));
  const { body } = await get(`${url}/api/v1/services`, { authorization: `Bearer ${read}` });
  assert.deepEqual(
    body.services.map(({ service }: { service: string }) => service),
    ['a', 'b', 'c'],
  );
});

test('requests and sockets of one token are limited; the next one waits and passes', async (t) => {
  const { url } = await testCollector(t, undefined, undefined, { limits: { requestsPerSecond: 2, sockets: 3 } });
  const answers = await Promise.all(Array.from({ length: 30 }, () => fetch(`${url}/api/v1/services`)));
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 15 && refused.length <= 20, `${refused.length}`);
  assert.equal(refused[0]!.headers.get('retry-after'), '1');
  assert.equal(JSON.parse(await refused[0]!.text()).error.code, 'PRODLENS_ERR_TOO_MANY_REQUESTS');
  assert.equal((await fetch(`${url}/healthz`)).status, 200);

  const { url: other } = await testCollector(t, undefined, undefined, { limits: { sockets: 3 } });
  const [first] = await Promise.all([1, 2, 3].map(() => connectSensor(other)));
  await assert.rejects(connectSensor(other), { status: 429 });
  first!.socket.close();
  await first!.closed;
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !(await connectSensor(other).catch(() => null))) {}
  assert.ok(Date.now() < deadline);
});

test('an allowance fills steadily up to what may come at once', () => {
  let nowMs = 0;
  const of = createAllowances({ perSecond: 10, burst: 20 }, () => nowMs);
  const taken = (n: number) => Array.from({ length: n }, () => of('a').take()).filter(Boolean).length;
  assert.deepEqual([taken(30), taken(5)], [20, 0]);
  nowMs += 500;
  assert.equal(taken(30), 5);
  nowMs += 60_000;
  assert.equal(taken(30), 20);
  assert.equal(of('b').spend(15), 0);
  assert.equal(of('b').spend(15), 1_000);
  nowMs += 1_000;
  assert.equal(of('b').spend(5), 500);
});
