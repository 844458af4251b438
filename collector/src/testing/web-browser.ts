// A headless Chromium for tests of the web app: the machine's own, or the one that CHROME names.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = [process.env.CHROME, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

/** To be given to each test that opens a page. */
export const WITH_BROWSER = { skip: executablePath === undefined ? 'no Chromium; name one in CHROME' : false };

/** Opens pages, of the app as it was bundled last, of which an error, or a refusal by the policy, fails the test. */
export function webBrowser() {
  let browser: Browser;
  before(async () => {
    if (executablePath === undefined) return;
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath, args });
  });
  after(() => browser?.close());

  return async (t: TestContext, url: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|Refused to/.test(message.text())) faults.push(message.text());
    });
    t.after(() => assert.deepEqual(faults, []));
    await page.goto(url);
    return page;
  };
}

// What functions that run in the page see there; this package is not compiled for browsers.
// biome-ignore lint/suspicious/noExplicitAny: the page's own
declare const document: any, location: any, addEventListener: any;

/** Goes to a page of the app, "functions?window=6h", and waits until it has been answered. */
export async function shown(page: Page, address: string): Promise<void> {
  // Until the app has followed, what is there is the page before.
  await page.evaluate((hash) => {
    if (location.hash === hash) return;
    const followed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = hash;
    return followed;
  }, `#/${address}`);
  // By the clock: a browser without a screen may draw nothing for a while.
  const answered = () => document.querySelector('h1, .empty') && !document.querySelector('.loading, td .bone');
  await page.waitForFunction(answered, undefined, { polling: 100 }).catch(async (error) => {
    throw new Error(`${address}: ${await page.evaluate(() => document.body.innerText)}`, { cause: error });
  });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, as "rule: where"; by all rules, or by those. */
export async function faults(page: Page, rules?: string[]): Promise<string[]> {
  // As the browser's own tools would put it in: the policy is for what the page itself loads.
  await page.evaluate(AXE);
  return page.evaluate(async (only) => {
    // biome-ignore lint/suspicious/noExplicitAny: axe is no module of this page
    const { violations } = await (globalThis as any).axe.run(document, only ? { runOnly: only } : {});
    return violations.flatMap(({ id, nodes }: { id: string; nodes: Array<{ target: string[] }> }) =>
      nodes.map(({ target }) => `${id}: ${target.flat().join(' ')}`),
    );
  }, rules);
}

/** The same in light and in dark: in dark only colours can differ. */
export async function faultsInBoth(page: Page): Promise<string[]> {
  const light = await faults(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await faults(page, ['color-contrast']);
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark.map((fault) => `dark: ${fault}`)];
}

/** Into PRODLENS_SCREENSHOTS where that is set. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.PRODLENS_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `web-${name}.png`), fullPage: true });
}
