// A headless Chromium for the tests: the machine's own, driven by playwright-core. It can reach loopback and nothing
// else, so a page that asks the open internet for something fails here as it would for a user behind a firewall.

import { type Browser, chromium } from 'playwright-core';

const { findChromium } = (await import(new URL('../../scripts/installs/chromium.mjs', import.meta.url).href)) as {
  findChromium(options: { install: boolean; log: (line: string) => void }): Promise<string | null>;
};

/** Throws with the reason in plain words where there is no browser and none can be installed. */
export async function chromiumPath(): Promise<string> {
  const said: string[] = [];
  const path = await findChromium({ install: true, log: (line) => said.push(line) });
  if (path === null) throw new Error(said.at(-1));
  return path;
}

/** Headless, without its own sandbox, offline but for loopback. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    // Chromium's own sandbox needs a kernel feature that containers and root do not have.
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--proxy-server=http://127.0.0.1:1',
      '--proxy-bypass-list=127.0.0.1;localhost',
    ],
  });
}
