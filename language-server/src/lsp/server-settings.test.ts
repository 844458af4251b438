// Settings as an editor gives them to the running server, and what the server does by them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IdeSubscribe } from '@prodlens/protocol';
import { eventually } from '../testing/deadline.js';
import { CART, cart, lensTitles, session, titles } from '../testing/session.js';

test('settings are taken from the configuration, and again when it changes', () =>
  session(
    async ({ editor, collector }) => {
      await editor.open(cart, CART);
      assert.deepEqual(await lensTitles(editor), ['42 of p95 42 ms', '42 of p95 58 ms']);
      assert.equal(collector.subscriptions.at(-1)?.windowSeconds, 900);

      await editor.setConfiguration({ diagnostics: { enabled: false }, codeLens: { enabled: false } });
      await editor.diagnostics(cart, (found) => found.length === 0);
      assert.deepEqual(await editor.lenses(cart), []);

      const nowAsked = (what: string, check: (asked: IdeSubscribe) => boolean) =>
        eventually(what, () => {
          const latest = collector.subscriptions.at(-1);
          return latest && check(latest) ? latest : undefined;
        });
      await editor.setConfiguration({ services: ['another'] });
      await nowAsked('no file', ({ files }) => files.length === 0);
      await editor.setConfiguration({ environment: 'staging', window: '99d' });
      await nowAsked('90 days', ({ files, windowSeconds }) => files.length === 1 && windowSeconds === 7_776_000);
      await eventually(
        'a status of 90 days',
        async () => (await editor.status('connected')).window === '90d' || undefined,
      );
      const absent = 'no data: shop does not run in staging';
      const refreshed = () => editor.received('workspace/codeLens/refresh').length > 0;
      await eventually('a refresh', () => (refreshed() ? true : undefined));
      assert.deepEqual(await titles(editor), [absent, absent]);
    },
    { configuration: { window: '15m', codeLens: { template: '42 of {p95}' } } },
  ));

test('didChangeConfiguration alone is enough', () =>
  session(async ({ editor }) => {
    await editor.open(cart, CART);
    await lensTitles(editor);
    const settings = { prodlens: { codeLens: { template: '{calls}' }, diagnostics: { enabled: false } } };
    await editor.notify('workspace/didChangeConfiguration', { settings });
    await editor.diagnostics(cart, (found) => found.length === 0);
    assert.deepEqual(await titles(editor), ['72,000 calls', '300 calls']);
  }));
