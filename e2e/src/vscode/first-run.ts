// The first minute: the walkthrough in the real workbench, whose steps complete by what really happens. Its button starts
// a collector in the editor's own terminal.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { closeTerminals, notifications, runCommand, screenshot } from './workbench.js';

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
  await page.locator('.gettingStartedContainer', { hasText: 'Connect to a collector' }).waitFor();
  assert.deepEqual(await completed(page), []);
  await page.locator('.gettingStartedContainer .monaco-button', { hasText: 'Start a Collector Here' }).click();
  await eventually('a collector in the terminal', async () => (await fetch(`${url}/healthz`)).ok || undefined);
  await hasCompleted(page, ['collector']);
}

/** Its terminal is closed, and so it ends. */
export async function endsTheCollector(page: Page, url: string): Promise<void> {
  await closeTerminals(page);
  await eventually('its end', () =>
    fetch(`${url}/healthz`).then(
      () => undefined,
      () => true,
    ),
  );
}

export async function hasTakenAllSteps(page: Page): Promise<void> {
  await runCommand(page, 'Prodlens: Get Started');
  await hasCompleted(page, ['collector', 'service', 'number']);
  assert.deepEqual(await notifications(page).allTextContents(), []);
  await screenshot(page, 'vscode-walkthrough.png');
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
