// The editor's own list of MCP servers: the collector's is in it without any set-up, and the editor can start it.

import type { Page } from 'playwright-core';
import { choice, runCommand } from './palette.js';
import { untilShown } from './until-shown.js';

export async function findsTheAgentsServer(page: Page): Promise<void> {
  const isRunning = async () => {
    await page.keyboard.press('Escape');
    await runCommand(page, 'MCP: List Servers');
    return /Running/.test((await choice(page, 'Prodlens').textContent()) ?? '');
  };
  await untilShown('the MCP server running', isRunning, async () => {
    await choice(page, 'Prodlens').click();
    await choice(page, 'Start Server').click();
  });
  await page.keyboard.press('Escape');
}
