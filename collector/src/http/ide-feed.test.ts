import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectorToIde, IdeSubscribe } from '@prodlens/protocol';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { openMessageSocket } from '../testing/message-socket.js';
import { testCollector } from '../testing/test-collector.js';

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
