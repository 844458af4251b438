// What an editor is told about the connection to the collector: by status, in the log, in hovers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../testing/deadline.js';
import { startEditor } from '../testing/editor.js';
import { scriptedCollector } from '../testing/scripted-collector.js';
import { ADD, CART, cart, FUNCTIONS, lensTitles, PRICE, SHOP, session, titles } from '../testing/session.js';

test('a collector that goes away and comes back', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    await lensTitles(editor);
    const status = await editor.status('connected');
    const { message: _, ...rest } = status;
    assert.deepEqual(rest, {
      state: 'connected',
      services: 1,
      url: collector.url,
      environment: 'production',
      window: '1h',
    });
    const asked = collector.subscriptions.length;
    const refreshes = editor.received('workspace/codeLens/refresh').length;

    await collector.stop();
    const away = await editor.status('unreachable');
    assert.match(String(away.message), /^(The collector at \S+ went away|No collector at)/);
    assert.equal((await titles(editor))[0], 'p95 42 ms · 1.2k/min');
    assert.match((await editor.hover(cart, 2, 4)) ?? '', /These numbers are from 20\d\d-\d\d-\d\d /);

    collector.tell([SHOP], [{ ...ADD, p95Ns: 1e6 }, PRICE]);
    await collector.start();
    await editor.status('connected');
    assert.deepEqual((await collector.subscribed(asked + 1)).files, [{ service: 'shop', file: 'src/cart.ts' }]);
    await eventually('new numbers', () =>
      editor.received('workspace/codeLens/refresh').length > refreshes ? true : undefined,
    );
    assert.equal((await titles(editor))[0], 'p95 1.0 ms · 1.2k/min');
  }));

test('nobody there: the reason is told, and only to those who asked', async () => {
  const collector = await scriptedCollector();
  await collector.stop();
  const editor = await startEditor({ url: collector.url });
  const { message } = await editor.status('unreachable');
  assert.match(String(message), /^No collector at http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  assert.deepEqual(await editor.lenses(cart), []);
  assert.equal(await editor.end(), 0);

  await session(
    async ({ editor: quiet }) => {
      await quiet.open(cart, CART);
      await lensTitles(quiet);
      assert.deepEqual(quiet.received('prodlens/statusChanged'), []);
    },
    { initializationOptions: {} },
  );
});

test('a client that shows no status has each change of it in its log, and none twice', () =>
  session(
    async ({ editor, collector }) => {
      const logged = () => editor.received('window/logMessage').map(({ message }) => String(message));
      await editor.open(cart, CART);
      await lensTitles(editor);
      assert.deepEqual(
        logged().map((message) => message.replace(collector.url, 'URL')),
        ['Connecting to the collector at URL.', 'Connected to the collector at URL.'],
      );
      await collector.stop();
      await eventually('the reason', () => logged().find((message) => message.includes('ECONNREFUSED')));
      // Asks anew, which is refused for the same reason.
      await editor.request('workspace/executeCommand', { command: 'prodlens.refresh' });
      await collector.start();
      await eventually('the return', () => (logged().at(-1)?.startsWith('Connected') ? true : undefined));
      assert.equal(new Set(logged().slice(2)).size, logged().length - 2);
    },
    { initializationOptions: {} },
  ));

test('the token of the environment is not sent to an address that is in the settings', async () => {
  const elsewhere = await scriptedCollector({ token: 'secret' });
  const editor = await startEditor({
    url: 'http://127.0.0.1:1',
    token: 'secret',
    configuration: { url: elsewhere.url },
  });
  const { message } = await editor.status('unauthorised');
  assert.equal(message, `The collector at ${elsewhere.url} asks for a token.`);
  await editor.setConfiguration({ url: elsewhere.url, token: '“secret”' });
  await eventually('the fault', async () =>
    String((await editor.status('unauthorised')).message).includes('cannot be sent') ? true : undefined,
  );
  await editor.setConfiguration({ url: elsewhere.url, token: 'secret' });
  await editor.status('connected');
  assert.equal(await editor.end(), 0);
  await elsewhere.stop();
});

test('a token that the client chose for the address that is in the settings', async () => {
  const collector = await scriptedCollector({ token: 'secret' });
  const editor = await startEditor({
    url: 'http://127.0.0.1:1',
    configuration: { url: collector.url },
    initializationOptions: { statusNotifications: true, token: 'secret' },
  });
  await editor.status('connected');
  assert.equal(await editor.end(), 0);
  await collector.stop();
});

test('a token that is not accepted, then one that is', async () => {
  const collector = await scriptedCollector({ token: 'secret' });
  collector.tell([SHOP], FUNCTIONS);
  const options = { statusNotifications: true, token: 'wrong' };
  const editor = await startEditor({ url: collector.url, initializationOptions: options });
  await editor.open(cart, CART);
  const { message } = await editor.status('unauthorised');
  assert.match(String(message), /does not accept the token \(HTTP 401\)/);
  await editor.notify('workspace/didChangeConfiguration', { settings: { prodlens: { token: 'secret' } } });
  await editor.status('connected');
  assert.equal((await lensTitles(editor)).length, 2);
  assert.equal(await editor.end(), 0);
  await collector.stop();
});
