// The workbench as a person sees it: lines of the editor, the lens over a line, hovers, the Problems panel, the
// status bar. The class names are VS Code's own and are written nowhere else.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { REPOSITORY } from '../program.js';

const VIEWPORT = { width: 1400, height: 900 };

/** Opens a folder or a .code-workspace, and a file in it (absolute paths), and waits until the workbench is there. */
export async function openWorkbench(browser: Browser, url: string, folder: string, file: string): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  context.setDefaultNavigationTimeout(120_000);
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const payload = JSON.stringify([['openFile', `vscode-remote://${new URL(url).host}${file}`]]);
  const place = folder.endsWith('.code-workspace') ? { workspace: folder } : { folder };
  await page.goto(`${url}/?${new URLSearchParams({ ...place, payload })}`, { waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench').waitFor();
  await page.locator('.monaco-editor .view-line').first().waitFor();
  return page;
}

/** The visible line of the editor that the pattern matches. Spaces in the editor are no-break spaces: use \s. */
export function editorLine(page: Page, pattern: RegExp): Locator {
  return page.locator('.monaco-editor .view-line', { hasText: pattern }).first();
}

/** Scrolls until the line is well inside the editor, which draws only the lines that are in view. */
export async function reveal(page: Page, pattern: RegExp): Promise<Locator> {
  const line = editorLine(page, pattern);
  const editor = await boxOf(page.locator('.editor-instance .monaco-editor').first());
  const [top, bottom] = [editor.y + 80, editor.y + editor.height / 2];
  await page.mouse.move(editor.x + editor.width / 2, editor.y + editor.height / 2);
  await eventually(`a line like ${pattern} in view`, async () => {
    const y = (await line.count()) > 0 ? (await boxOf(line)).y : Number.POSITIVE_INFINITY;
    if (y > top && y < bottom) return true;
    await page.mouse.wheel(0, y <= top ? -120 : 120);
    return undefined;
  });
  return line;
}

/** Text of the lens that stands directly over the line; undefined when there is none. */
export async function lensOver(page: Page, line: Locator): Promise<string | undefined> {
  const { y } = await boxOf(line);
  for (const lens of await page.locator('.codelens-decoration').all()) {
    const box = await lens.boundingBox();
    if (box !== null && Math.abs(box.y + box.height - y) < box.height / 2) return (await lens.textContent()) ?? '';
  }
  return undefined;
}

/** Hovers the word in the line, and gives the cell below a column's title in the hover's table, once it is there. */
export async function hoverCell(page: Page, line: Locator, word: string, title: string): Promise<string> {
  const table = page.locator('.monaco-hover:not(.hidden) table').first();
  return eventually(`a hover with a column ${title}`, async () => {
    await page.mouse.move(5, 5);
    await line.locator('span > span', { hasText: word }).first().hover();
    await table.waitFor({ timeout: 10_000 });
    const titles = await table.locator('th').allTextContents();
    const cells = await table.locator('td').allTextContents();
    return cells[titles.indexOf(title)];
  });
}

/** Opens the Problems panel and gives the row that the pattern matches, once it is there. */
export async function problem(page: Page, pattern: RegExp): Promise<Locator> {
  await page.keyboard.press('Control+Shift+M');
  const row = page.locator('.markers-panel .monaco-list-row', { hasText: pattern }).first();
  await row.waitFor();
  return row;
}

/** Makes the panel below the editor as high as given, in CSS pixels, so that the editor has the room. */
export async function resizePanel(page: Page, height: number): Promise<void> {
  const panel = await boxOf(page.locator('.part.panel'));
  const x = panel.x + panel.width / 3;
  const gap = 3;
  await page.mouse.move(x, panel.y - gap);
  await page.mouse.down();
  await page.mouse.move(x, panel.y - gap + panel.height - height, { steps: 5 });
  await page.mouse.up();
}

/** Runs a command by its title in the command palette; again where the palette closed because something took the focus. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const timeout = 5_000;
  await eventually(`the command ${title}`, async () => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget .quick-input-box input').fill(`>${title}`, { timeout });
    await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click({ timeout });
    return true;
  });
}

/** Answers the input box whose prompt contains the text, once it is asked; undefined takes what is in it. */
export async function answer(page: Page, prompt: string, value: string | undefined): Promise<void> {
  const box = page.locator('.quick-input-widget', { hasText: prompt });
  const input = box.locator('.quick-input-box input');
  await input.waitFor();
  if (value !== undefined) await input.fill(value);
  await input.press('Enter');
}

/** The extension's item in the status bar. */
export function statusItem(page: Page): Locator {
  return page.locator('.statusbar-item[id$="prodlens.status"]');
}

/** What pops up as notifications. */
export function notifications(page: Page): Locator {
  return page.locator('.notification-toast .notification-list-item-message');
}

/** The extension's container, by its icon in the activity bar. */
export async function openAlertsView(page: Page): Promise<void> {
  const header = page.locator('.sidebar .pane-header', { hasText: 'Alerts' });
  // The badge lies over the icon.
  if (!(await header.isVisible())) await alertsIcon(page).click({ force: true });
  await header.waitFor();
}

/** What the view says where it has no rows. */
export function viewWelcome(page: Page): Locator {
  return page.locator('.sidebar .welcome-view-content', { hasText: 'ollector' }).first();
}

/** Rows of the alerts view that are drawn, of every level. */
export function alertRows(page: Page): Locator {
  return page.locator('.sidebar .pane', { hasText: 'Alerts' }).locator('.customview-tree .monaco-list-row');
}

/** The number on the icon in the activity bar. */
export function alertsBadge(page: Page): Locator {
  return alertsIcon(page).locator('xpath=..').locator('.badge-content');
}

/** The number of alerts in the status bar. */
export function alertsItem(page: Page): Locator {
  return page.locator('.statusbar-item[id$="prodlens.alerts"]');
}

/** "Ln 48, Col 3", and what is selected; '' without an editor. */
export async function cursor(page: Page): Promise<string> {
  const item = page.locator('.statusbar-item[id="status.editor.selection"]');
  return (await item.count()) > 0 ? ((await item.textContent()) ?? '').trim() : '';
}

/** As a click on it outside the editor does, with the editor's question answered. */
export async function openLink(page: Page, link: string): Promise<void> {
  await runCommand(page, 'Developer: Open URL');
  const input = page.locator('.quick-input-widget .quick-input-box input');
  await page.locator('.quick-input-widget', { hasText: 'URL to open' }).waitFor();
  await input.fill(link);
  await input.press('Enter');
  await page.locator('.monaco-dialog-box .monaco-button', { hasText: /^Open$/ }).click();
}

function alertsIcon(page: Page): Locator {
  return page.locator('.activitybar .action-label[aria-label^="Prodlens"]');
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not visible');
  return box;
}

/** The page of the function panel. */
export function panelFrame(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
}

/** Clicks the lens that stands directly over the line, once it is there. */
export async function clickLens(page: Page, line: Locator): Promise<void> {
  await eventually('a lens over the line', async () => {
    const { y } = await boxOf(line);
    for (const lens of await page.locator('.codelens-decoration').all()) {
      const box = await lens.boundingBox();
      if (box === null || Math.abs(box.y + box.height - y) >= box.height / 2) continue;
      await lens.locator('a').first().click({ timeout: 5_000 });
      return true;
    }
    return undefined;
  });
}

export async function chooseTheme(page: Page, name: string): Promise<void> {
  const timeout = 5_000;
  await eventually(`the theme ${name}`, async () => {
    await runCommand(page, 'Preferences: Color Theme');
    await page.locator('.quick-input-widget .quick-input-box input').fill(name, { timeout });
    await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click({ timeout });
    return true;
  });
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** By the command; again where the list of orders closed because something else took the focus. */
export async function orderHotFunctions(page: Page, label: string): Promise<void> {
  await eventually(`hot functions ${label}`, async () => {
    await runCommand(page, 'Prodlens: Choose Order of Hot Functions');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click({ timeout: 5_000 });
    return true;
  });
}

/** Rows of the hot functions. */
export function hotRows(page: Page): Locator {
  return page.locator('.sidebar .pane', { hasText: 'Hot Functions' }).locator('.monaco-list-row');
}

/** Of the menu that is open. */
export function menuItem(page: Page, title: string): Locator {
  return page.locator('.monaco-menu .action-menu-item', { hasText: title }).first();
}

export async function closeTerminals(page: Page): Promise<void> {
  await runCommand(page, 'Terminal: Kill All Terminals');
}

/** Milliseconds of the activation, as the editor itself measured them. */
export async function activationMs(page: Page): Promise<number> {
  await runCommand(page, 'Developer: Show Running Extensions');
  const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Prodlens' }).first();
  await row.waitFor();
  return eventually('the time of activation', async () => {
    const time = /(\d+)ms/.exec((await row.locator('.activation-time').textContent()) ?? '');
    return time?.[1] === undefined ? undefined : Number(time[1]);
  });
}

export async function screenshot(page: Page, name: string): Promise<void> {
  const artefacts = fileURLToPath(new URL('artefacts', REPOSITORY));
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, name) });
}
