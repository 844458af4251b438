// The view of hot functions in the real workbench, held against the collector's order.

import assert from 'node:assert/strict';
import type { FunctionStats } from '@prodlens/protocol';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { SLOWED } from '../running-example.js';
import { choice, runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { clickRow, hotRows, openAlertsView } from './views.js';
import { closeEditors, cursor, screenshot } from './workbench.js';

/** Of the workspace and of a file, by more than one order. */
export async function listsHotFunctions(page: Page, collectorUrl: string): Promise<void> {
  await openAlertsView(page);
  await runCommand(page, 'Prodlens: Hot Functions of the Workspace');
  await eventually('the functions in the order of the collector', async () => {
    const response = await fetch(`${collectorUrl}/api/v1/functions?sort=totalNs&limit=1000`);
    const { functions } = (await response.json()) as { functions: FunctionStats[] };
    const [first, second] = functions.filter((one) => one.package === null && one.file.startsWith('src/'));
    const rows = await hotRows(page).allTextContents();
    for (const [i, { name }] of [first!, second!].entries()) {
      const [number, rest] = (rows[i] ?? '').split(` ${name}p95 `);
      assert.ok(rest && /^[\d.]+ (ms|s|min)$/.test(number ?? ''), String(rows.slice(0, 3)));
    }
    return true;
  });

  await orderHotFunctions(page, 'by p95');
  await eventually('p95 first', async () => {
    const first = (await hotRows(page).first().textContent()) ?? '';
    assert.match(first, /^[\d.]+ (ms|s|min) /);
    assert.doesNotMatch(first, /p95/);
    return true;
  });
  await screenshot(page, 'vscode-hot-functions.png');

  await closeEditors(page);
  const row = () => hotRows(page).filter({ hasText: SLOWED.name }).first();
  await clickRow(row, 'a line in the editor', () => cursor(page));

  await runCommand(page, 'Prodlens: Hot Functions of the File');
  await eventually('only functions of the file', async () => {
    const rows = await hotRows(page).allTextContents();
    assert.ok(rows.length > 0);
    assert.deepEqual(
      rows.filter((text) => !/Pricing|pric|discount/i.test(text)),
      [],
    );
    return true;
  });
}

/** By the command; the list's title says what it goes by. */
export async function orderHotFunctions(page: Page, label: string): Promise<void> {
  const header = page.locator('.sidebar .pane-header', { hasText: 'Hot Functions' });
  await untilShown(
    `hot functions ${label}`,
    async () => ((await header.textContent()) ?? '').includes(label),
    async () => {
      await runCommand(page, 'Prodlens: Choose Order of Hot Functions');
      await choice(page, label).click();
    },
  );
}
