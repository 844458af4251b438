// A workspace of several folders, and a collector that goes away and comes back, in the real workbench.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { REPOSITORY } from '../program.js';
import { SLOWED } from '../running-example.js';
import { runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { alertRows, clickRow, openAlertsView } from './views.js';
import {
  appears,
  closeEditors,
  cursor,
  lensOver,
  loadedExtensions,
  openWorkbench,
  panelFrame,
  reveal,
  screenshot,
  statusItem,
} from './workbench.js';

/** Within this a window is back, or the command was not heard. */
const RELOAD_MS = 45_000;

/** A workspace without a supported file open costs nothing: the extension is installed, and not loaded. */
export async function sleepsWithoutSource(browser: Browser, url: string, folder: string): Promise<void> {
  const page = await openWorkbench(browser, url, folder, join(folder, 'README.md'));
  try {
    const loaded = await loadedExtensions(page);
    assert.ok(loaded.length > 0 && !loaded.includes('Prodlens'), `loaded are ${loaded}`);
    assert.equal(await statusItem(page).count(), 0);
  } finally {
    await page.context().close();
  }
}

/** The service is the second of two folders: its lens is there, and an alert opens its line. */
export async function showsAWorkspaceOfFolders(browser: Browser, url: string, temporary: string): Promise<void> {
  const service = fileURLToPath(new URL('examples/order-service', REPOSITORY));
  const other = join(temporary, 'notes');
  await mkdir(other);
  await writeFile(join(other, 'package.json'), '{ "name": "notes" }');
  const workspace = join(temporary, 'both.code-workspace');
  await writeFile(workspace, JSON.stringify({ folders: [{ path: other }, { path: service }] }));
  const page = await openWorkbench(browser, url, workspace, join(service, SLOWED.file));
  try {
    const line = await reveal(page, /^\s*applyDiscounts\(customer:\sstring,/);
    await eventually('the lens', async () => /p95 [\d.]+ ms/.test((await lensOver(page, line)) ?? '') || undefined);
    await openAlertsView(page);
    await closeEditors(page);
    const row = () => alertRows(page).filter({ hasText: SLOWED.name }).first();
    await clickRow(row, 'the line', () => cursor(page));
  } catch (error) {
    await screenshot(page, 'vscode-failed-folders.png');
    throw error;
  } finally {
    await page.context().close();
  }
}

/** The panel comes back with the window, and with the function that it showed. */
export async function restoresThePanel(page: Page, name: string): Promise<void> {
  const panel = panelFrame(page);
  const heading = panel.locator('h1', { hasText: name });
  await appears(heading);
  await page.evaluate(() => {
    document.body.classList.add('before');
    // With a file to open in its address, a window does not open what it had before.
    const address = new URL(location.href);
    address.searchParams.delete('payload');
    history.replaceState(null, '', address);
  });
  await untilShown(
    'the window anew',
    async () =>
      (await page.locator('body.before').count()) === 0 && (await page.locator('.monaco-workbench').isVisible()),
    () => runCommand(page, 'Developer: Reload Window'),
    RELOAD_MS,
  );
  await appears(heading);
  await appears(panel.locator('.card', { hasText: 'Latency over time' }).locator('svg rect'));
}

/** What was known stays and says that it is old; with the collector the connection is back, without a word from anybody. */
export async function survivesARestart(page: Page, endCollector: () => Promise<() => Promise<void>>): Promise<void> {
  const status = async () => (await statusItem(page).textContent()) ?? '';
  const start = await endCollector();
  await eventually('not connected', async () => {
    assert.match(await status(), /not connected$/);
    return true;
  });
  await openAlertsView(page);
  await appears(page.locator('.sidebar .message', { hasText: 'alerts as last known' }));
  assert.ok((await alertRows(page).count()) > 0, 'alerts are still there');
  await start();
  await eventually('connected again', async () => {
    assert.match(await status(), /production · 1h$/);
    return true;
  });
}
