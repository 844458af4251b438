// The language server while its collector, the real program, is stopped, started again and asks for a token: the lenses
// stand, the state is said once, and nothing pops up.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { REPOSITORY, startCollector } from './program.js';
import { CART, reportCart, writeCart } from './reported-cart.js';

interface Editor {
  received(method: string): Record<string, unknown>[];
  open(path: string, text: string): Promise<void>;
  lenses(path: string): Promise<{ command?: { title: string } }[]>;
  request<T>(method: string, params: unknown): Promise<T>;
  status(state: string): Promise<Record<string, unknown>>;
  notify(method: string, params: unknown): Promise<void>;
  end(): Promise<number | null>;
}
const { startEditor } = (await import(new URL('language-server/dist/testing/editor.js', REPOSITORY).href)) as {
  startEditor(options: { url: string }): Promise<Editor>;
};
const COLLECTOR = fileURLToPath(new URL('collector/dist/cli.js', REPOSITORY));

test('a collector that goes, comes back, and asks for a token', { timeout: 300_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-away-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const data = join(folder, 'data');
  const { path } = await writeCart(folder);
  let collector = await startCollector(data);
  t.after(() => collector.stop());
  const port = Number(new URL(collector.url).port);
  await reportCart(collector.url, folder);

  const editor = await startEditor({ url: collector.url });
  await editor.open(path, CART);
  const titles = async () => (await editor.lenses(path)).map(({ command }) => command?.title);
  // The alert is the last that there is to be told: what comes later is news of the collector alone.
  await eventually('the alert', async () => {
    const { alerts } = await editor.request<{ alerts: unknown[] | null }>('prodlens/alerts', {});
    return alerts?.length === 1 ? true : undefined;
  });
  const withNumbers = await eventually('lenses with the alert', async () => {
    const found = await titles();
    return found.length === 2 && /^▲ .+ slower since 2\.0\.0 · p95 \d+ ms/.test(found[1] ?? '') ? found : undefined;
  });

  await collector.stop();
  await editor.status('unreachable');
  assert.deepEqual(await titles(), withNumbers);
  const refreshes = editor.received('workspace/codeLens/refresh').length;

  collector = await startCollector(data, port);
  await editor.status('connected');
  assert.deepEqual(await titles(), withNumbers);

  const { stdout } = await promisify(execFile)(process.execPath, [
    COLLECTOR,
    'token',
    'create',
    '--scope',
    'read',
    '--data',
    data,
  ]);
  const token = /\S+/.exec(stdout.trim().split('\n').at(-1) ?? '')?.[0];
  await collector.stop();
  collector = await startCollector(data, port);
  const { message } = await editor.status('unauthorised');
  assert.match(String(message), /asks for a token/);
  assert.deepEqual(await titles(), withNumbers);
  await editor.notify('workspace/didChangeConfiguration', { settings: { prodlens: { token } } });
  await editor.status('connected');
  assert.deepEqual(
    await eventually('numbers again', async () => {
      const found = await titles();
      return found.length === 2 ? found : undefined;
    }),
    withNumbers,
  );

  // Not once did a lens change its words, so not once was the editor asked to take them again.
  assert.equal(editor.received('workspace/codeLens/refresh').length, refreshes);
  const states = editor.received('prodlens/statusChanged').map(({ state }) => state);
  assert.ok(states.length <= 14, `the state was told ${states.length} times: ${states}`);
  // end() checks that nothing was shown as a message, and that the log has no fault.
  assert.equal(await editor.end(), 0);
});
