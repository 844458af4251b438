// Against a collector over a real socket, with nothing kept on a disk.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productionNumbers } from './production-numbers.js';
import { scriptedCollector } from './testing/scripted-collector.js';
import { cart, FUNCTIONS, root, SHOP } from './testing/session.js';

test('numbers of a collector stand while its token changes, and go when the address does', async () => {
  const collector = await scriptedCollector();
  collector.tell([SHOP], FUNCTIONS);
  const settings = {
    url: collector.url,
    token: '',
    environment: '',
    services: [],
    windowSeconds: 3_600,
    pathMappings: [],
  };
  const numbers = productionNumbers(settings, () => {});
  const shown = () => numbers.deployed(cart).map((file) => file?.functions.length);
  try {
    numbers.follow([{ path: cart, packageRoots: [{ folder: root, name: '@acme/shop' }] }]);
    await numbers.settled(cart, 60_000);
    assert.deepEqual(shown(), [2]);
    assert.equal(numbers.asOfUnixMs(cart), null);

    numbers.configure({ ...settings, token: 'another' });
    assert.deepEqual(shown(), [2]);
    assert.ok(numbers.asOfUnixMs(cart) !== null, 'nobody says any more when they change');

    numbers.configure({ ...settings, url: 'http://127.0.0.1:1' });
    assert.deepEqual(shown(), []);
  } finally {
    await numbers.close();
    await collector.stop();
  }
});
