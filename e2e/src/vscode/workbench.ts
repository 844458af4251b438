// The workbench as a person sees it: lines of the editor, the lens over a line, hovers, the Problems panel, the
// status bar. The class names are VS Code's own and are written nowhere else.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { REPOSITORY } from '../program.js';
import { runCommand } from './palette.js';
import { untilShown } from './until-shown.js';

const VIEWPORT = { width: 1400, height: 900 };
/** Size of a picture of one place. */
const DETAIL = { width: 640, height: 190 };
/** One action, which is tried again where that matters; what has to come by itself is waited for longer. */
const ACTION_MS = 10_000;
const APPEAR_MS = 90_000;

/** Opens a folder or a .code-workspace, and a file in it (absolute paths), and waits until the workbench is there. */
export async function openWorkbench(browser: Browser, url: string, folder: string, file: string): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  context.setDefaultNavigationTimeout(120_000);
  context.setDefaultTimeout(ACTION_MS);
  const page = await context.newPage();
  const payload = JSON.stringify([['openFile', `vscode-remote://${new URL(url).host}${file}`]]);
  const place = folder.endsWith('.code-workspace') ? { workspace: folder } : { folder };
  await page.goto(`${url}/?${new URLSearchParams({ ...place, payload })}`, { waitUntil: 'domcontentloaded' });
  await appears(page.locator('.monaco-workbench'));
  await appears(page.locator('.monaco-editor .view-line'));
  return page;
}

/** Waits for what has to come by itself. */
export async function appears(locator: Locator): Promise<void> {
  await locator.first().waitFor({ timeout: APPEAR_MS });
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
  return (await (await lensAt(page, line))?.textContent()) ?? undefined;
}

async function lensAt(page: Page, line: Locator): Promise<Locator | undefined> {
  const { y } = await boxOf(line);
  for (const lens of await page.locator('.codelens-decoration', { has: page.locator('a') }).all()) {
    const [box, id] = [await lens.boundingBox(), await lens.getAttribute('widgetid')];
    if (box === null || Math.abs(box.y + box.height - y) >= box.height / 2) continue;
    return page.locator(`.codelens-decoration[widgetid="${id}"]`);
  }
  return undefined;
}

/** Hovers the word in the line, and gives the cell below a column's title in the hover's table, once it is there. */
export async function hoverCell(page: Page, line: Locator, word: string, title: string): Promise<string> {
  const table = page.locator('.monaco-hover:not(.hidden) table').first();
  return eventually(`a hover with a column ${title}`, async () => {
    await page.mouse.move(5, 5);
    await line.locator('span > span', { hasText: word }).first().hover();
    await table.waitFor();
    const titles = await table.locator('th').allTextContents();
    const cells = await table.locator('td').allTextContents();
    return cells[titles.indexOf(title)];
  });
}

/** Opens the Problems panel and gives the row that the pattern matches, once it is there. */
export async function problem(page: Page, pattern: RegExp): Promise<Locator> {
  const panel = page.locator('.markers-panel');
  await untilShown(
    'the Problems panel',
    () => panel.isVisible(),
    () => runCommand(page, 'Problems: Focus on Problems View'),
  );
  const row = panel.locator('.monaco-list-row', { hasText: pattern }).first();
  await appears(row);
  return row;
}

/** Makes the panel below the editor as high as given, in CSS pixels, so that the editor has the room. */
export async function resizePanel(page: Page, height: number): Promise<void> {
  const panel = page.locator('.part.panel');
  await untilShown(
    `a panel of ${height} pixels`,
    async () => Math.abs((await boxOf(panel)).height - height) < 20,
    async () => {
      const { x, y, width, height: now } = await boxOf(panel);
      const [at, gap] = [x + width / 3, 3];
      await page.mouse.move(at, y - gap);
      await page.mouse.down();
      await page.mouse.move(at, y - gap + now - height, { steps: 5 });
      await page.mouse.up();
    },
  );
}

/** Resolves when it is gone. */
export async function hidePanel(page: Page): Promise<void> {
  await untilShown(
    'no panel below the editor',
    async () => !(await page.locator('.part.panel').isVisible()),
    () => runCommand(page, 'View: Hide Panel'),
  );
}

/** Clicks the lens that stands directly over the line, until its effect shows. */
export async function clickLens(page: Page, line: RegExp, shows: () => Promise<unknown>): Promise<void> {
  await untilShown('what the lens opens', shows, async () => {
    const lens = await lensAt(page, await reveal(page, line));
    if (lens === undefined) throw new Error('there is no lens over the line');
    await lens.locator('a').first().click({ timeout: 3_000 });
  });
}

/** The extension's item in the status bar. */
export function statusItem(page: Page): Locator {
  return page.locator('.statusbar-item[id$="prodlens.status"]');
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

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not visible');
  return box;
}

/** Resolves when no tab is left. */
export async function closeEditors(page: Page): Promise<void> {
  await untilShown(
    'no editor',
    async () => (await page.locator('.editor-group-container .tab').count()) === 0,
    () => runCommand(page, 'View: Close All Editors'),
  );
}

/** The page of the function panel. */
export function panelFrame(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
}

/** What runs in them ends with them. */
export async function closeTerminals(page: Page): Promise<void> {
  await runCommand(page, 'Terminal: Kill All Terminals');
}

/** Pages of the editor's own that lie over everything, where no command is heard. */
export async function closeModal(page: Page): Promise<void> {
  const modal = page.locator('.monaco-modal-editor-block');
  await untilShown(
    'the editor behind the page',
    async () => !(await modal.isVisible()),
    () => page.keyboard.press('Escape'),
  );
}

/** Milliseconds of the activation, as the editor itself measured them, and whether that was where the files are. */
export async function activation(page: Page): Promise<{ ms: number; isRemote: boolean }> {
  const row = (await runningExtensions(page)).filter({ hasText: 'Prodlens' }).first();
  await appears(row);
  const ms = await eventually('the time of activation', async () => {
    const time = /(\d+)ms/.exec((await row.locator('.activation-time').textContent()) ?? '');
    return time?.[1] === undefined ? undefined : Number(time[1]);
  });
  const isRemote = (await row.locator('.msg .codicon-remote').count()) > 0;
  await closeModal(page);
  return { ms, isRemote };
}

/** Names of the extensions that the editor has loaded: some start with the window. */
export async function loadedExtensions(page: Page): Promise<string[]> {
  const rows = await runningExtensions(page);
  await appears(rows);
  const names = await rows.locator('.name').allTextContents();
  await closeModal(page);
  return names;
}

async function runningExtensions(page: Page): Promise<Locator> {
  await runCommand(page, 'Developer: Show Running Extensions');
  return page.locator('.runtime-extensions-editor .monaco-list-row');
}

/** For a person to look at, among the artefacts of the run. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const artefacts = fileURLToPath(new URL('artefacts', REPOSITORY));
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, name), timeout: APPEAR_MS });
}

/** A picture of the documentation, by its path in the repository: taken anew with UPDATE_PICTURES=1 alone. */
export async function picture(page: Page, path: string, around?: Locator): Promise<void> {
  if (process.env.UPDATE_PICTURES !== '1') return;
  await page.mouse.move(5, 5);
  const box = around && (await boxOf(around));
  const clip = box && { x: box.x - 80, y: box.y - 70, ...DETAIL };
  const file = fileURLToPath(new URL(path, REPOSITORY));
  await page.screenshot({ path: file, timeout: APPEAR_MS, ...(clip && { clip }) });
}
