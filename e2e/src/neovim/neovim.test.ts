// Any editor that speaks LSP: Neovim's own client, without a screen, with the lines of docs/language-server.md as its
// init.lua, over a real collector. Lens, hover, diagnostic and quick fixes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { REPOSITORY, startCollector } from '../program.js';
import { reportCart, writeCart } from '../reported-cart.js';

const { findNeovim } = (await import(new URL('scripts/installs/neovim.mjs', REPOSITORY).href)) as {
  findNeovim(options: { log(text: string): void }): Promise<string | null>;
};
const CLIENT = fileURLToPath(new URL('e2e/src/neovim/client.lua', REPOSITORY));
const PROGRAMS = fileURLToPath(new URL('node_modules/.bin', REPOSITORY));
/** For Debian's 0.7: what the page's lines take from 0.8. */
const START =
  'lua vim.lsp.start = vim.lsp.start or function(c) vim.lsp.buf_attach_client(0, vim.lsp.start_client(c)) end';

interface Seen {
  failure?: string;
  lenses: { line: number; title: string }[];
  diagnostics: { line: number; message: string; source: string }[];
  hover: string;
  actions: number;
  messages: string[];
}

test('Neovim shows lenses, a hover, a diagnostic and its quick fixes', { timeout: 300_000 }, async (t) => {
  const nvim = await findNeovim({ log: (text) => t.diagnostic(text) });
  if (nvim === null) {
    if (process.env.CI === 'true') assert.fail('there is no Neovim');
    t.skip('there is no Neovim');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-neovim-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const collector = await startCollector(join(folder, 'data'));
  t.after(() => collector.stop());
  const { path } = await writeCart(folder);
  await reportCart(collector.url, folder);

  const page = await readFile(new URL('docs/language-server.md', REPOSITORY), 'utf8');
  const [, lines = ''] = /```lua\n([\s\S]+?)```/.exec(page) ?? [];
  const init = join(folder, 'init.lua');
  await writeFile(init, lines.replace('http://127.0.0.1:4790', collector.url));
  const out = join(folder, 'seen.json');
  const env = {
    ...process.env,
    OUT: out,
    PATH: [PROGRAMS, dirname(process.execPath), process.env.PATH].join(delimiter),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'share'),
  };
  const args = ['--headless', '--cmd', START, '-u', init, '-i', 'NONE', '-n', path, '-c', `luafile ${CLIENT}`];
  await promisify(execFile)(nvim, args, { cwd: folder, env, timeout: 120_000 });
  const seen = JSON.parse(await readFile(out, 'utf8')) as Seen;

  assert.equal(seen.failure, undefined);
  assert.deepEqual(
    seen.lenses.map(({ line }) => line),
    [1, 2],
  );
  assert.match(seen.lenses[1]?.title ?? '', /^▲ .+ slower since 2\.0\.0 · p95 \d+ ms/);
  const [slower] = seen.diagnostics;
  assert.deepEqual([slower?.line, slower?.source], [2, 'Prodlens']);
  assert.match(slower?.message ?? '', /Cart\.price is .+ slower since 2\.0\.0/);
  assert.match(seen.hover, /\*\*Prodlens\*\* `Cart\.price`[\s\S]+\| p50 \| p95 \|[\s\S]+\| 2\.0\.0 \(abc\) \|/);
  assert.ok(seen.actions >= 4, `${seen.actions} quick fixes`);
  assert.deepEqual(seen.messages, []);
});
