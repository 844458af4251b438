// The function panel in the real workbench: opened by a lens and by an alert, held against the collector's answers, looked
// at in three themes, and left by the lines of a stack.

import assert from 'node:assert/strict';
import { type FunctionStats, formatDuration } from '@prodlens/protocol';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { functionStats, SLOWED } from '../running-example.js';
import { orderHotFunctions } from './hot-functions.js';
import { chooseTheme, runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { alertRows, clickIconOfRow, hotRows, openAlertsView } from './views.js';
import { appears, clickLens, cursor, hidePanel, panelFrame, picture, reveal, screenshot } from './workbench.js';

/** Fails in 2.0.0 for what is out of stock. */
export const FAILING = 'reserveStock';

const THEMES = [
  ['Dark Modern', 'dark'],
  ['Light Modern', 'light'],
  ['Dark High Contrast', 'high-contrast'],
] as const;

/** By the lens over the line where the slowed function begins. */
export async function showsFunction(page: Page, collectorUrl: string, slowedLine: RegExp): Promise<void> {
  const panel = panelFrame(page);
  await clickLens(page, slowedLine, () => heading(panel, SLOWED.name).isVisible());
  await eventually('the p95 that the collector answers', async () => {
    const stats = await functionStats(collectorUrl, SLOWED);
    assert.equal(await figure(panel, 'p95'), formatDuration(stats!.p95Ns!));
    return true;
  });
  await panel.locator('select[aria-label="Window"]').selectOption('15m');
  const heat = panel.locator('.card', { hasText: 'Latency over time' });
  await eventually('both deployments', async () => (await heat.locator('.deployment line').count()) > 1 || undefined);
  const cells = await heat.locator('svg rect').count();
  assert.ok(cells > 10, `${cells} cells in the heat map`);
  await appears(panel.locator('.card', { hasText: 'Before and after' }).locator('.legend', { hasText: '1.0.0' }));
  await appears(panel.locator('.card', { hasText: 'Rate and errors' }).locator('path.line'));
  await appears(panel.locator('.card', { hasText: 'Where the time goes' }).locator('svg .label'));
  assert.ok(!(await panel.locator('html').innerHTML()).includes(collectorUrl), 'the page knows the address');
  await neighbourAndBack(panel, collectorUrl);
  await keysReachMarks(page, panel);
}

/** By the light bulb's list at the problem. */
export async function opensByQuickFix(page: Page, slowedLine: RegExp): Promise<void> {
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Prodlens: Show what happened' }).first();
  const word = (await reveal(page, slowedLine)).locator('span > span', { hasText: 'applyDiscounts' }).first();
  await untilShown(
    'what the quick fix opens',
    () => heading(panelFrame(page), SLOWED.name).isVisible(),
    async () => {
      await page.keyboard.press('Escape');
      await word.click();
      await page.keyboard.press('Control+.');
      await fix.click();
    },
  );
}

/** In dark, light and high contrast, with a picture of each. Leaves the dark theme. */
export async function looksLikeItsTheme(page: Page): Promise<void> {
  await hidePanel(page);
  await runCommand(page, 'View: Maximize Editor Group and Hide Side Bars');
  for (const [theme, name] of THEMES) {
    const panel = panelFrame(page);
    await chooseTheme(page, theme, async () => {
      const colours = await panel.locator('body').evaluate((body) => {
        const of = getComputedStyle(body);
        return [of.backgroundColor, of.color].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
      });
      const [ground, text] = colours.map((rgb) => rgb.reduce((sum, part) => sum + part, 0));
      return name === 'light' ? ground! > 700 && text! < 300 : ground! < 120 && text! > 500;
    });
    await screenshot(page, `vscode-panel-${name}.png`);
    await picture(page, `extension-vscode/media/panel-${name}.png`);
  }
  const isDark = () => page.locator('.monaco-workbench.vs-dark').isVisible();
  await chooseTheme(page, 'Dark Modern', isDark);
  await runCommand(page, 'View: Reset Editor Group Sizes');
}

/** From an alert to the captures of what it is about. */
export async function opensForensicsOfAlert(page: Page): Promise<void> {
  await openAlertsView(page);
  const panel = panelFrame(page);
  const row = alertRows(page)
    .filter({ hasText: new RegExp(`slower: ${SLOWED.name}src/`) })
    .first();
  await clickIconOfRow(row, 'Open Forensics', async () => {
    return (await heading(panel, SLOWED.name).isVisible()) && (await panel.locator('#forensics:focus').isVisible());
  });
}

/** From the list of what fails to its captures, and by a frame of the stack to the line that threw. */
export async function opensLineOfStack(page: Page): Promise<void> {
  await runCommand(page, 'Prodlens: Hot Functions of the Workspace');
  await orderHotFunctions(page, 'by errors');
  const row = hotRows(page).filter({ hasText: FAILING }).first();
  const panel = panelFrame(page);
  await clickIconOfRow(row, 'Show Story', () => heading(panel, FAILING).isVisible());
  const capture = panel.locator('.capture', { hasText: 'OutOfStockError' }).first();
  const request = capture.locator('h3', { hasText: 'Request POST /orders' });
  await appears(capture);
  await untilShown(
    'the capture',
    () => request.isVisible(),
    () => capture.locator('> summary').click(),
  );
  await appears(capture.locator('h3', { hasText: 'Call path' }));
  await appears(capture.locator('h3', { hasText: 'Queries' }));
  await capture.locator('> summary').evaluate((summary) => summary.scrollIntoView());
  await screenshot(page, 'vscode-forensics.png');
  await picture(page, 'extension-vscode/media/forensics.png');
  const frame = capture.locator('.frames .link').first();
  const [, line] = /:(\d+):\d+$/.exec((await frame.textContent()) ?? '') ?? [];
  assert.ok(line);
  await untilShown(
    `the cursor at line ${line}`,
    async () => (await cursor(page)).startsWith(`Ln ${line},`),
    () => frame.click(),
  );
  // The line stands beside the panel, not over it.
  assert.ok(await heading(panel, FAILING).isVisible());
}

async function neighbourAndBack(panel: FrameLocator, collectorUrl: string): Promise<void> {
  const stats = await functionStats(collectorUrl, SLOWED);
  const { functions } = await answer<{ functions: FunctionStats[] }>(collectorUrl, `functions/${stats!.id}`);
  const caller = functions[0]?.callers?.[0];
  assert.ok(caller, 'it has a caller');
  await untilShown(
    'the caller',
    () => heading(panel, caller.name).isVisible(),
    () => panel.locator('.card', { hasText: 'Callers' }).locator('.link', { hasText: caller.name }).first().click(),
  );
  await untilShown(
    'the function again',
    () => heading(panel, SLOWED.name).isVisible(),
    () => panel.locator('button[title^="Back"]').click(),
  );
}

async function keysReachMarks(page: Page, panel: FrameLocator): Promise<void> {
  const heat = panel.locator('.card', { hasText: 'Latency over time' });
  await untilShown(
    'what the keys point at',
    () => heat.locator('.tip', { hasText: 'timed calls' }).isVisible(),
    async () => {
      await heat.locator('.plot').focus();
      await page.keyboard.press('ArrowRight');
    },
  );
}

function heading(panel: FrameLocator, name: string): Locator {
  return panel.locator('h1', { hasText: name });
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
