import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { CollectorToIde, IdeSubscribe, SensorHello } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { pino } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { createQuery } from '../query/query.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import {
  connectSensor,
  fakeFunction,
  fakeHello,
  fakeRow,
  fakeWindow,
  report,
  startSensor,
} from '../testing/fake-sensor.js';
import { openMessageSocket } from '../testing/message-socket.js';
import { temporaryFolder, testCollector } from '../testing/test-collector.js';
import { createIdeFeed } from './ide-feed.js';

async function connectIde(url: string) {
  const ide = await openMessageSocket<CollectorToIde>(`${url}/v1/ide`, (data) => JSON.parse(String(data)));
  async function next<T extends CollectorToIde['type']>(type: T): Promise<Extract<CollectorToIde, { type: T }>> {
    const message = await ide.next();
    assert.equal(message.type, type, JSON.stringify(message));
    return message as Extract<CollectorToIde, { type: T }>;
  }
  const subscribe = (...files: IdeSubscribe['files']) =>
    ide.socket.send(JSON.stringify({ type: 'subscribe', windowSeconds: 3_600, files }));
  return { ...ide, next, subscribe };
}

const CART = { service: 'orders', file: 'src/cart.ts' };
const PAY = { service: 'orders', file: 'src/pay.ts' };

test('welcome and catalog, the subscribed files at once, then only what changed', async (t) => {
  const { url } = await testCollector(t);
  const functions = [fakeFunction(1), fakeFunction(2), fakeFunction(3, { file: 'src/pay.ts' })];
  const sensor = await startSensor(url, {}, functions);
  await report(sensor, fakeWindow(1, [fakeRow(1, [1_000])]));

  const ide = await connectIde(url);
  assert.equal((await ide.next('welcome')).protocol, 1);
  assert.deepEqual((await ide.next('catalog')).services[0]?.files, ['src/cart.ts', 'src/pay.ts']);

  ide.subscribe(CART, PAY, { service: 'orders', file: 'src/none.ts' });
  const cart = await ide.next('functions');
  assert.deepEqual([cart.file, cart.windowSeconds], ['src/cart.ts', 3_600]);
  assert.deepEqual(
    cart.functions.map((f) => `${f.name} ${f.calls}`),
    ['f1 1', 'f2 0'],
  );
  assert.deepEqual(
    (await ide.next('functions')).functions.map((f) => f.calls),
    [0],
  );
  assert.deepEqual((await ide.next('functions')).functions, []);

  // Each commit changes one of the files; had another been told again, it would be heard here.
  for (const calls of [2, 3]) {
    await report(sensor, fakeWindow(calls, [fakeRow(1, [1_000])]));
    const pushed = await ide.next('functions');
    assert.deepEqual([pushed.file, pushed.functions[0]?.calls], ['src/cart.ts', calls]);
  }
});

test('the same number is not pushed twice; a new file brings the catalog again', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url);
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  ide.subscribe(CART);
  await ide.next('functions');

  // Commits that change nothing for this file, then one that does: the next thing heard is the latter.
  await report(sensor, fakeWindow(1, []));
  sensor.say({ type: 'functions', functions: [fakeFunction(1)] });
  await report(sensor, fakeWindow(2, []));
  const reporting = await ide.next('functions');
  assert.equal(reporting.functions[0]?.callsPerMinute, 0);
  await report(sensor, fakeWindow(3, []));
  await report(sensor, fakeWindow(3, []));
  sensor.say({ type: 'functions', functions: [fakeFunction(2, { file: 'src/new.ts' })] });
  assert.deepEqual((await ide.next('catalog')).services[0]?.files, ['src/cart.ts', 'src/new.ts']);
  await report(sensor, fakeWindow(4, [fakeRow(1, [1_000])]));
  assert.equal((await ide.next('functions')).functions[0]?.calls, 1);
  assert.equal(ide.unread(), 0);
});

test('a subscribe replaces the one before', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url, {}, [fakeFunction(1), fakeFunction(2, { file: 'src/pay.ts' })]);
  await report(sensor, fakeWindow(1, []));
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  ide.subscribe(CART);
  assert.equal((await ide.next('functions')).file, 'src/cart.ts');
  ide.subscribe(PAY);
  assert.equal((await ide.next('functions')).file, 'src/pay.ts');
  await report(sensor, fakeWindow(2, [fakeRow(1, [1_000]), fakeRow(2, [1_000])]));
  assert.equal((await ide.next('functions')).file, 'src/pay.ts');
});

test('a subscribe with one more file sends that one alone; with another window, all', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url, {}, [fakeFunction(1), fakeFunction(2, { file: 'src/pay.ts' })]);
  await report(sensor, fakeWindow(1, []));
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  ide.subscribe(CART);
  assert.equal((await ide.next('functions')).file, 'src/cart.ts');
  ide.subscribe(CART, PAY);
  assert.equal((await ide.next('functions')).file, 'src/pay.ts');
  // Nor is the other sent again with the next change of the service.
  await report(sensor, fakeWindow(2, [fakeRow(2, [1_000])]));
  assert.equal((await ide.next('functions')).file, 'src/pay.ts');
  // What was dropped and comes again was forgotten at the other end.
  ide.subscribe(PAY);
  ide.subscribe(PAY, CART);
  assert.equal((await ide.next('functions')).file, 'src/cart.ts');
  ide.socket.send(JSON.stringify({ type: 'subscribe', windowSeconds: 60, files: [CART, PAY] }));
  const told = [await ide.next('functions'), await ide.next('functions')];
  assert.deepEqual(
    told.map(({ file, windowSeconds }) => `${file} ${windowSeconds}`),
    ['src/cart.ts 60', 'src/pay.ts 60'],
  );
  // Numbers of a window were forgotten at the other end when it asked for another one.
  for (const windowSeconds of [300, 60]) {
    ide.socket.send(JSON.stringify({ type: 'subscribe', windowSeconds, files: [CART] }));
  }
  while ((await ide.next('functions')).windowSeconds !== 60);
});

/** A feed of its own, with a clock that can be turned and a short period; `accepted` are the collector's ends. */
async function feedFixture(t: TestContext) {
  const store = openSqliteStore(temporaryFolder(t));
  let nowMs = Date.now();
  const query = createQuery(store, () => nowMs);
  let looks = 0;
  const functions: typeof query.functions = (...asked) => {
    looks++;
    return query.functions(...asked);
  };
  const feed = createIdeFeed({ ...query, functions }, pino({ level: 'silent' }), { slideMs: 20 });
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/v1/ide' });
  const accepted: WebSocket[] = [];
  server.on('connection', (socket) => {
    accepted.push(socket);
    feed.accept(socket);
  });
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await feed.close();
    await store.close();
  });
  const { deploymentId } = await store.openInstance(fakeHello(), nowMs);
  const [ids] = await store.defineFunctions(deploymentId, [fakeFunction(1)]);
  let sequence = 0;
  const commit = () => {
    const { id: _, ...totals } = fakeRow(1, [1_000]);
    const { facts, process } = fakeWindow(1, []);
    const times = { startUnixMs: nowMs - 10_000, endUnixMs: nowMs, receivedUnixMs: nowMs };
    const rows = [{ ...ids!, totals }];
    const window = { instance: 'instance-1', deploymentId, sequence: ++sequence, rows, edges: [], facts, process };
    return store.commit([{ ...window, ...times }]);
  };
  const subscribed = async () => {
    const ide = await connectIde(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await ide.next('welcome');
    await ide.next('catalog');
    ide.subscribe(CART);
    assert.equal((await ide.next('functions')).functions[0]?.calls, sequence);
    return ide;
  };
  const turn = (ms: number) => {
    nowMs += ms;
  };
  return { feed, accepted, commit, subscribed, turn, looked: () => looks };
}

test('what slides out of the window is told without a commit', async (t) => {
  const { commit, subscribed, turn } = await feedFixture(t);
  await commit();
  const ide = await subscribed();
  turn(2 * 3_600_000);
  assert.equal((await ide.next('functions')).functions[0]?.calls, 0);
});

test('a window that only slides over what is in it tells nothing; the next call does', async (t) => {
  const { feed, commit, subscribed, turn, looked } = await feedFixture(t);
  await commit();
  const ide = await subscribed();
  // More than a part of the trend each; had one been told, it would be heard before the second call.
  for (let i = 0; i < 3; i++) {
    turn(5 * 60_000);
    const before = looked();
    while (looked() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await commit();
  feed.changed('orders', 'numbers');
  const pushed = await ide.next('functions');
  assert.equal(pushed.functions[0]?.calls, 2);
});

test('a client that does not keep up is left out until it has caught up, and then told the newest', async (t) => {
  const { feed, accepted, commit, subscribed } = await feedFixture(t);
  const slow = await subscribed();
  const quick = await subscribed();
  Object.defineProperty(accepted[0], 'bufferedAmount', { value: 5 * 1024 * 1024, configurable: true });
  for (const calls of [1, 2]) {
    await commit();
    feed.changed('orders', 'numbers');
    // What was asked before the window was there may come first.
    while ((await quick.next('functions')).functions[0]?.calls !== calls);
  }
  assert.equal(slow.unread(), 0);
  Object.defineProperty(accepted[0], 'bufferedAmount', { value: 0 });
  assert.equal((await slow.next('functions')).functions[0]?.calls, 2);
  assert.equal(slow.unread(), 0);
});

test('a bad message is answered with a code, and the socket stays', async (t) => {
  const { url } = await testCollector(t);
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  for (const bad of ['{', '7', '{"type":"bye"}', '{"type":"subscribe","windowSeconds":1,"files":[]}']) {
    ide.socket.send(bad);
    assert.equal((await ide.next('error')).code, 'PRODLENS_ERR_MESSAGE', bad);
  }
  ide.subscribe(CART);
  assert.deepEqual((await ide.next('functions')).functions, []);
});

test("a file's functions come with the first of their endpoints and how many there are", async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url, {}, [fakeFunction(1), fakeFunction(2)]);
  const routes = [1, 2, 3, 4].map((id) => ({ id, kind: 'http', method: 'GET', route: `/${id}` }));
  sensor.say({ type: 'endpoints', endpoints: routes });
  const totals = { calls: 1, errors: 0, sumNs: 90, maxNs: 90, buckets: [1, 1], databaseNs: 0, outboundNs: 0 };
  const endpoints = routes.map(({ id }) => ({ id, ...totals }));
  const endpointFunctions = routes.map(({ id }) => {
    return { endpoint: id, function: 1, calls: id, sumNs: 10 * id, selfNs: 8, busyNs: 8 };
  });
  await report(sensor, fakeWindow(1, [fakeRow(1, [1_000])], { endpoints, endpointFunctions }));
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  ide.subscribe(CART);
  const [one, two] = (await ide.next('functions')).functions;
  assert.deepEqual(
    one?.endpoints?.map(({ route, calls }) => `${route} ${calls}`),
    ['/4 4', '/3 3', '/2 2'],
  );
  assert.deepEqual([one?.endpointCount, two?.endpointCount, two?.endpoints], [4, 0, []]);
});

test('the last errors of functions come as they are captured, without messages and values', async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url);
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  const snapshot = fakeSnapshot();
  for (const id of [snapshot.id, snapshot.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
    sensor.say({ type: 'snapshot', ageMs: 0, snapshot: { ...snapshot, id } });
    await sensor.next();
  }
  let told = await ide.next('lastErrors');
  // What went wrong in the same way is one: the newer.
  if (told.errors[0]?.snapshotId === snapshot.id) told = await ide.next('lastErrors');
  assert.equal(told.errors.length, 1);
  const { snapshotId, takenUnixMs, functionId, ...rest } = told.errors[0]!;
  assert.notEqual(snapshotId, snapshot.id);
  const endpoint = `${snapshot.flow?.method} ${snapshot.flow?.route}`;
  assert.deepEqual(rest, { service: 'orders', environment: 'production', type: snapshot.error?.type, endpoint });
});

test('the first instance of a version is asked for fingerprints, and they come with the functions of a file', async (t) => {
  const { url } = await testCollector(t);
  const asked = async (hello: Partial<SensorHello>) => {
    const sensor = await connectSensor(url);
    sensor.say(fakeHello(hello));
    assert.equal((await sensor.next()).type, 'welcome');
    const configure = await sensor.next();
    return { sensor, wanted: configure.type === 'configure' && configure.fingerprints === true };
  };
  const first = await asked({});
  assert.equal(first.wanted, true);
  first.sensor.say({ type: 'functions', functions: [fakeFunction(1), fakeFunction(2)] });
  first.sensor.say({ type: 'functions', functions: [{ ...fakeFunction(1), fingerprint: '1abc' }] });
  const ide = await connectIde(url);
  await ide.next('welcome');
  await ide.next('catalog');
  await report(first.sensor, fakeWindow(1, [fakeRow(1, [1_000])]));
  ide.subscribe(CART);
  assert.deepEqual(
    (await ide.next('functions')).functions.map(({ fingerprint }) => fingerprint),
    ['1abc', undefined],
  );
  assert.equal((await asked({ instance: 'instance-2' })).wanted, false);
  assert.equal((await asked({ instance: 'instance-3', version: '2.0.0' })).wanted, true);
});
