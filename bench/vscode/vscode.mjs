// What the VS Code extension costs the editor, in a real VS Code: the time of its activation as the editor itself takes it,
// that of its server until it says something, the size of what people download, and what is loaded before it is needed.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../../e2e/dist/browser.js';
import { installVSCode, startCodeServer } from '../../e2e/dist/vscode/code-server.js';
import { activation, appears, loadedExtensions, openWorkbench, statusItem } from '../../e2e/dist/vscode/workbench.js';
import { packageVsix } from '../../extension-vscode/build.mjs';
import { findChromium } from '../../scripts/installs/chromium.mjs';
import { ROOT } from '../../scripts/setup.mjs';
import { median } from '../statistics.mjs';

export const HELP = `vscode: the extension in a real VS Code: its activation by the editor's own clock, the time until the status bar says
  something, the size of the .vsix, and whether anything of it is loaded before a supported file is open.`;

const ROUNDS = 5;
const ACTIVATION_LIMIT_MS = 100;
const SIZE_LIMIT_BYTES = 3_000_000;
const WORKSPACE = join(ROOT, 'examples/order-service');

export async function run({ note, options }) {
  const rounds = Number(options.rounds ?? ROUNDS);
  const rows = [];
  const add = (metric, unit, value, goal) =>
    rows.push({
      ...{ case: 'extension', subject: 'prodlens', metric, unit, node: process.versions.node, value },
      ...(goal === undefined ? {} : { goal, met: value <= goal }),
    });
  const temporary = await mkdtemp(join(tmpdir(), 'prodlens-bench-'));
  const vsix = join(temporary, 'prodlens.vsix');
  await packageVsixQuietly(vsix);
  add('size of the .vsix', 'B', (await stat(vsix)).size, SIZE_LIMIT_BYTES);

  const vscode = await installVSCode({ log: note });
  const server = await startCodeServer(vscode, { vsix, settings: { 'prodlens.url': 'http://127.0.0.1:9' } });
  const browser = await launchChromium(await findChromium({ install: true, log: note }));
  try {
    note('a file that it does not support');
    const other = await openWorkbench(browser, server.url, WORKSPACE, join(WORKSPACE, 'README.md'));
    const loaded = (await loadedExtensions(other)).filter((name) => name === 'Prodlens');
    add('loaded before a supported file is open', 'extensions', loaded.length, 0);
    await other.context().close();

    const [activations, words] = [[], []];
    for (let round = 0; round < rounds; round++) {
      note(`activation ${round + 1} of ${rounds}`);
      const page = await openWorkbench(browser, server.url, WORKSPACE, join(WORKSPACE, 'src/pricing.ts'));
      const start = performance.now();
      await appears(statusItem(page).filter({ hasText: 'not connected' }));
      words.push(performance.now() - start);
      activations.push((await activation(page)).ms);
      await page.context().close();
    }
    add(`activation, median of ${rounds} windows`, 'ms', median(activations), ACTIVATION_LIMIT_MS);
    add('slowest of them', 'ms', Math.max(...activations));
    add('from the first line in the editor to the word of the server', 'ms', median(words));
  } finally {
    await browser.close();
    await server.stop();
    await rm(temporary, { recursive: true, force: true });
  }
  return rows;
}

/** It tells of each file on stdout, which is for the figures. */
async function packageVsixQuietly(file) {
  const { log } = console;
  console.log = () => {};
  try {
    await packageVsix(file);
  } finally {
    console.log = log;
  }
}
