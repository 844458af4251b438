// What the disk remembers: of one collector, of one window, within bounds, and what the program shows of it.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lastKnown } from './last-known.js';
import { startEditor } from './testing/editor.js';
import { scriptedCollector } from './testing/scripted-collector.js';
import { CART, cart, FUNCTIONS, lensTitles, SHOP, titles } from './testing/session.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-last-known-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('what was kept is read again, of the same collector alone, and a broken file is none', async () => {
  const kept = lastKnown(folder, 'http://one');
  kept.keep('key', ['{"a":1}', '{"a":2}']);
  kept.keep('other', ['{"b":1}']);
  await kept.flush();
  const read = await lastKnown(folder, 'http://one').read('key');
  assert.deepEqual(read?.messages, [{ a: 1 }, { a: 2 }]);
  assert.equal(await lastKnown(folder, 'http://two').read('key'), null);
  const [own] = readdirSync(folder);
  for (const name of readdirSync(join(folder, own!))) {
    assert.equal(statSync(join(folder, own!, name)).mode & 0o77, 0, 'nobody else reads it');
    writeFileSync(join(folder, own!, name), '{');
  }
  assert.equal(await lastKnown(folder, 'http://one').read('key'), null);
});

test('a server that starts while the collector is away shows the last known numbers', async () => {
  const collector = await scriptedCollector();
  collector.tell([SHOP], FUNCTIONS);
  const cache = mkdtempSync(join(folder, 'cache-'));
  const before = await startEditor({ url: collector.url, cache });
  await before.open(cart, CART);
  const shown = await lensTitles(before);
  assert.equal(await before.end(), 0);
  await collector.stop();

  const offline = await startEditor({ url: collector.url, cache });
  await offline.open(cart, CART);
  // At the first time of asking: nothing moves afterwards.
  assert.deepEqual(await titles(offline), shown);
  await offline.status('unreachable');
  assert.match((await offline.hover(cart, 2, 4)) ?? '', /These numbers are from 20/);
  assert.equal(await offline.end(), 0);

  const elsewhere = await startEditor({ url: 'http://127.0.0.1:1', cache });
  await elsewhere.open(cart, CART);
  assert.deepEqual(await titles(elsewhere), []);
  assert.equal(await elsewhere.end(), 0);
});
