// A folder that nobody has trusted yet: its settings cannot send the editor to another collector. Trusted, they can.

import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { eventually } from '../eventually.js';
import { SLOWED } from '../running-example.js';
import { runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { appears, openWorkbench, screenshot, statusItem } from './workbench.js';

/** `url`: of an editor that asks for trust, whose own settings name a collector that answers. `service`: folder of the example. */
export async function takesNoAddressFromAStranger(
  browser: Browser,
  url: string,
  { service, temporary }: { service: string; temporary: string },
): Promise<void> {
  let visits = 0;
  const stranger = createServer((_, response) => {
    visits++;
    response.writeHead(404).end();
  });
  stranger.on('upgrade', (_, socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo;
  const folder = join(temporary, 'found-somewhere');
  await cp(join(service, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(service, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, '.vscode'));
  const theirs = { 'prodlens.url': `http://127.0.0.1:${port}` };
  await writeFile(join(folder, '.vscode/settings.json'), JSON.stringify(theirs));

  const page = await openWorkbench(browser, url, folder, join(folder, SLOWED.file));
  try {
    await appears(page.locator('.statusbar-item[id="status.workspaceTrust"]'));
    await eventually("connected to the user's own collector", async () => {
      assert.match((await statusItem(page).textContent()) ?? '', /Prodlens: production · /);
      return true;
    });
    assert.equal(visits, 0, 'the folder has sent the editor elsewhere');
    await screenshot(page, 'vscode-restricted.png');

    const trust = page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ });
    await untilShown(
      'the address that the trusted folder names',
      async () => visits > 0,
      async () => {
        if (!(await trust.isVisible())) await runCommand(page, 'Workspaces: Manage Workspace Trust');
        await trust.click();
      },
    );
  } catch (error) {
    await screenshot(page, 'vscode-failed-trust.png');
    throw error;
  } finally {
    await page.context().close();
    stranger.closeAllConnections();
    await new Promise((resolve) => stranger.close(resolve));
  }
}
