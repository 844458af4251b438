// The first minute: the walkthrough in the real workbench, whose steps complete by what really happens. Its button starts
// a collector in the editor's own terminal.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { SLOWED } from '../running-example.js';
import { notifications, runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { appears, closeTerminals, lensOver, openWorkbench, reveal, screenshot } from './workbench.js';

/** Within this a collector has started, or its button was not heard. */
const START_MS = 30_000;

/** Of the demo, which may have to build first. */
const DEMO_MS = 180_000;

/** At which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** The collector of the walkthrough listens at `url` after this. */
export async function startsACollector(page: Page, url: string): Promise<void> {
  await runCommand(page, 'Prodlens: Get Started');
  await appears(page.locator('.gettingStartedContainer', { hasText: 'Connect to a collector' }));
  assert.deepEqual(await completed(page), []);
  // Where it is clicked twice, the second collector finds the port taken and ends.
  await untilShown(
    'a collector in the terminal',
    async () => (await fetch(`${url}/healthz`)).ok,
    () => page.locator('.gettingStartedContainer .monaco-button', { hasText: 'Start a Collector Here' }).click(),
    START_MS,
  );
  await hasCompleted(page, ['collector']);
}

/** Its terminal is closed, and so it ends. */
export async function endsTheCollector(page: Page, url: string): Promise<void> {
  await untilShown(
    'its end',
    () =>
      fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      ),
    () => closeTerminals(page),
  );
}

/** Needs a collector with a number, seen by this editor. */
export async function hasTakenAllSteps(page: Page): Promise<void> {
  await runCommand(page, 'Prodlens: Get Started');
  await hasCompleted(page, ['collector', 'service', 'number']);
  assert.deepEqual(await notifications(page).allTextContents(), []);
  await screenshot(page, 'vscode-walkthrough.png');
}

/** The file that was open before it is in view again. */
export async function leavesTheWalkthrough(page: Page): Promise<void> {
  await untilShown(
    'the file behind it',
    async () => (await page.locator('.gettingStartedContainer').count()) === 0,
    () => runCommand(page, 'View: Close Editor'),
  );
}

/**
 * From nothing to a number by one click: the walkthrough's demo brings a collector, a service and its customers. In a
 * workspace whose settings name a port of its own; `service`: folder of the example in the repository.
 */
export async function getsANumberFromTheDemo(
  browser: Browser,
  url: string,
  { service, temporary }: { service: string; temporary: string },
): Promise<void> {
  const collectorUrl = `http://127.0.0.1:${await freePort()}`;
  const workspace = join(temporary, 'demo.code-workspace');
  const settings = { 'prodlens.url': collectorUrl };
  await writeFile(workspace, JSON.stringify({ folders: [{ path: service }], settings }));
  const page = await openWorkbench(browser, url, workspace, join(service, SLOWED.file));
  try {
    await runCommand(page, 'Prodlens: Get Started');
    const walkthrough = page.locator('.gettingStartedContainer');
    await appears(walkthrough.locator('a', { hasText: 'the demo' }));
    await untilShown(
      'the terminal of the demo',
      async () => (await page.locator('.part.panel .xterm').count()) > 0,
      () => walkthrough.locator('a', { hasText: 'the demo' }).click(),
      START_MS,
    );
    await leavesTheWalkthrough(page);
    const line = await reveal(page, /^\s*applyDiscounts\(customer:\sstring,/);
    await eventually(
      'a number over a function',
      async () => /\d+k?\/min/.test((await lensOver(page, line)) ?? '') || undefined,
      DEMO_MS,
    );
    await screenshot(page, 'vscode-demo.png');
    await endsTheCollector(page, collectorUrl);
  } catch (error) {
    await screenshot(page, 'vscode-failed-demo.png');
    throw error;
  } finally {
    await page.context().close();
  }
}

async function hasCompleted(page: Page, steps: string[]): Promise<void> {
  await eventually(`completed: ${steps}`, async () => {
    assert.deepEqual(await completed(page), steps);
    return true;
  });
}

/** Ids of the steps with a check mark. */
async function completed(page: Page): Promise<string[]> {
  const marks = page.locator('.gettingStartedContainer .codicon-getting-started-step-checked[data-done-step-id]');
  const ids = await marks.evaluateAll((all) => all.map((mark) => mark.getAttribute('data-done-step-id') ?? ''));
  return [...new Set(ids.map((id) => id.split('#').at(-1) ?? ''))];
}
