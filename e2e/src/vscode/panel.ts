// The function panel in the real workbench: opened by a lens and by an alert, held against the collector's answers, looked
// at in three themes, and left by the lines of a stack.

import assert from 'node:assert/strict';
import { type FunctionStats, formatDuration } from '@prodlens/protocol';
import type { FrameLocator, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { functionStats, SLOWED } from '../running-example.js';
import {
  alertRows,
  chooseTheme,
  cursor,
  hotRows,
  openAlertsView,
  orderHotFunctions,
  panelFrame,
  runCommand,
  screenshot,
} from './workbench.js';

/** Fails in 2.0.0 for what is out of stock. */
const FAILING = 'reserveStock';

const THEMES = [
  ['Dark Modern', 'dark'],
  ['Light Modern', 'light'],
  ['Dark High Contrast', 'high-contrast'],
] as const;

/** After the lens of the slowed function was clicked. */
export async function showsFunction(page: Page, collectorUrl: string): Promise<void> {
  const panel = panelFrame(page);
  await panel.locator('h1', { hasText: SLOWED.name }).waitFor();
  await eventually('the p95 that the collector answers', async () => {
    const stats = await functionStats(collectorUrl, SLOWED);
    assert.equal(await figure(panel, 'p95'), formatDuration(stats!.p95Ns!));
    return true;
  });
  await panel.locator('select[aria-label="Window"]').selectOption('15m');
  const heat = panel.locator('.card', { hasText: 'Latency over time' });
  await heat.locator('.deployment line').nth(1).waitFor({ state: 'attached' });
  const cells = await heat.locator('svg rect').count();
  assert.ok(cells > 10, `${cells} cells in the heat map`);
  await panel.locator('.card', { hasText: 'Before and after' }).locator('.legend', { hasText: '1.0.0' }).waitFor();
  await panel.locator('.card', { hasText: 'Rate and errors' }).locator('path.line').first().waitFor();
  await panel.locator('.card', { hasText: 'Where the time goes' }).locator('svg .label').first().waitFor();
  assert.ok(!(await panel.locator('html').innerHTML()).includes(collectorUrl), 'the page knows the address');
  await neighbourAndBack(panel, collectorUrl);
  await keysReachMarks(page, panel);
}

export async function looksLikeItsTheme(page: Page): Promise<void> {
  await runCommand(page, 'View: Maximize Editor Group');
  for (const [theme, name] of THEMES) {
    await chooseTheme(page, theme);
    const panel = panelFrame(page);
    await eventually(`the ground of ${theme}`, async () => {
      const colours = await panel.locator('body').evaluate((body) => {
        const of = getComputedStyle(body);
        return [of.backgroundColor, of.color].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
      });
      const [ground, text] = colours.map((rgb) => rgb.reduce((sum, part) => sum + part, 0));
      assert.ok(name === 'light' ? ground! > 700 && text! < 300 : ground! < 120 && text! > 500, `${colours}`);
      return true;
    });
    await screenshot(page, `vscode-panel-${name}.png`);
  }
  await chooseTheme(page, 'Dark Modern');
  await runCommand(page, 'View: Reset Editor Group Sizes');
}

/** From an alert to the captures of what it is about. */
export async function opensForensicsOfAlert(page: Page): Promise<void> {
  await openAlertsView(page);
  const row = alertRows(page)
    .filter({ hasText: `${SLOWED.name} is` })
    .first();
  await row.hover();
  await row.locator('[aria-label="Open Forensics"]').click();
  const panel = panelFrame(page);
  await panel.locator('h1', { hasText: SLOWED.name }).waitFor();
  await panel.locator('#forensics:focus').waitFor();
}

/** From the list of what fails to its captures, and by a frame of the stack to the line that threw. */
export async function opensLineOfStack(page: Page): Promise<void> {
  await runCommand(page, 'Prodlens: Hot Functions of the Workspace');
  await orderHotFunctions(page, 'by errors');
  const row = hotRows(page).filter({ hasText: FAILING }).first();
  await row.hover();
  await row.locator('[aria-label="Show Story"]').click();
  const panel = panelFrame(page);
  await panel.locator('h1', { hasText: FAILING }).waitFor();
  const capture = panel.locator('.capture', { hasText: 'OutOfStockError' }).first();
  await capture.locator('> summary').click();
  await capture.locator('h3', { hasText: 'Request POST /orders' }).waitFor();
  await capture.locator('h3', { hasText: 'Call path' }).waitFor();
  await capture.locator('h3', { hasText: 'Queries' }).waitFor();
  await capture.locator('> summary').evaluate((summary) => summary.scrollIntoView());
  await screenshot(page, 'vscode-forensics.png');
  const frame = capture.locator('.frames .link').first();
  const [, line] = /:(\d+):\d+$/.exec((await frame.textContent()) ?? '') ?? [];
  assert.ok(line);
  await frame.click();
  await eventually(`the cursor at line ${line}`, async () =>
    (await cursor(page)).startsWith(`Ln ${line},`) ? true : undefined,
  );
  // The line stands beside the panel, not over it.
  assert.ok(await panel.locator('h1', { hasText: FAILING }).isVisible());
}

async function neighbourAndBack(panel: FrameLocator, collectorUrl: string): Promise<void> {
  const stats = await functionStats(collectorUrl, SLOWED);
  const { functions } = await answer<{ functions: FunctionStats[] }>(collectorUrl, `functions/${stats!.id}`);
  const caller = functions[0]?.callers?.[0];
  assert.ok(caller, 'it has a caller');
  await panel.locator('.card', { hasText: 'Callers' }).locator('.link', { hasText: caller.name }).first().click();
  await panel.locator('h1', { hasText: caller.name }).waitFor();
  await panel.locator('button[title^="Back"]').click();
  await panel.locator('h1', { hasText: SLOWED.name }).waitFor();
}

async function keysReachMarks(page: Page, panel: FrameLocator): Promise<void> {
  const heat = panel.locator('.card', { hasText: 'Latency over time' });
  await heat.locator('.plot').focus();
  await page.keyboard.press('ArrowRight');
  await heat.locator('.tip', { hasText: 'timed calls' }).waitFor();
}

function figure(panel: FrameLocator, name: string): Promise<string | null> {
  return panel
    .locator('.figures > div')
    .filter({ has: panel.locator(`dt:text-is("${name}")`) })
    .locator('dd')
    .first()
    .textContent();
}

async function answer<T>(collectorUrl: string, path: string): Promise<T> {
  const response = await fetch(`${collectorUrl}/api/v1/${path}`);
  assert.equal(response.status, 200);
  return (await response.json()) as T;
}
