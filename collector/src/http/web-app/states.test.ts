// What the web app does when things are not as they should be, or change: refusals of each kind, numbers that come and
// grow old, windows that are hidden.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { faults, faultsInBoth, screenshot, shown, WITH_BROWSER, webBrowser } from '../../testing/web-browser.js';
import { createToken } from '../access/authorize.js';

// biome-ignore lint/suspicious/noExplicitAny: the page's own; this package is not compiled for browsers
declare const document: any;

const MS = 1_000_000;
const PHONE = { width: 390, height: 844 };
const open = webBrowser();

async function faultsOnAll(page: Page, name: string): Promise<string[]> {
  await screenshot(page, `${name}-light`);
  const wide = await faultsInBoth(page);
  const before = page.viewportSize()!;
  await page.setViewportSize(PHONE);
  const narrow = await faults(page);
  await screenshot(page, `${name}-phone`);
  await page.setViewportSize(before);
  return [...wide, ...narrow.map((fault) => `phone: ${fault}`)];
}

test('axe finds nothing when signed out, refused, empty, loading, or away', WITH_BROWSER, async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const token = await createToken(store, 'read', 0, { name: 'the team' });
  await store.close();
  const collector = await testCollector(t, dataDir);
  const page = await open(t, `${collector.url}/`);
  await page.getByLabel('Token').waitFor();
  assert.deepEqual(await faultsOnAll(page, 'signed-out'), [], 'signed out');
  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  assert.deepEqual(await faultsOnAll(page, 'token-refused'), [], 'refused');
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByText('No service has reported yet').waitFor();
  assert.deepEqual(await faultsOnAll(page, 'empty'), [], 'empty');
  await shown(page, 'settings');
  assert.deepEqual(await faultsOnAll(page, 'settings-of-reader'), [], 'settings of who may only read');

  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [MS])]));
  const other = await open(t, `${url}/#/nowhere`);
  await other.getByText('There is no such page').waitFor();
  assert.deepEqual(await faultsOnAll(other, 'no-such-page'), [], 'no such page');
  await shown(other, 'functions/gone');
  await other.getByText('No function has the id gone').waitFor();
  assert.deepEqual(await faultsOnAll(other, 'no-such-function'), [], 'no such function');
  await other.getByRole('link', { name: 'Endpoints & jobs' }).click();
  await other.getByText('No request, job or schedule').waitFor();
  assert.deepEqual(await faultsOnAll(other, 'no-endpoints'), [], 'a list without rows');
  let answerLate = () => {};
  const late = new Promise<void>((resolve) => {
    answerLate = resolve;
  });
  await other.route('**/api/v1/deployments**', async (route) => {
    await late;
    await route.continue();
  });
  await other.getByRole('link', { name: 'Deployments' }).click();
  await other.locator('.loading').waitFor();
  assert.deepEqual(await faultsOnAll(other, 'loading'), [], 'loading');
  answerLate();
  await other.getByRole('heading', { name: '1 deployment' }).waitFor();
  await collector.close();
  await page.getByText('The collector does not answer').first().waitFor();
  assert.deepEqual(await faultsOnAll(page, 'away'), [], 'away');
});

test('a refusal says which it is: too many, not allowed, failed, away', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, `${url}/#/settings`);
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  for (const [status, title] of [
    [403, 'You may not see this'],
    [429, 'Too many questions at once'],
    [500, 'The collector failed'],
    [503, 'The collector is not ready'],
  ] as const) {
    const json = { error: { code: 'PRODLENS_ERR_X', message: `Because of ${status}` } };
    // In the app, where one answer is refused …
    await page.route('**/api/v1/service-days', (route) => route.fulfill({ status, json }));
    await shown(page, '');
    const alert = page.getByRole('alert');
    await alert.getByText(title).waitFor();
    await alert.getByText(`Because of ${status}`).waitFor();
    if (status !== 403) await page.locator('.live.refused', { hasText: title }).waitFor();
    await page.unroute('**/api/v1/service-days');
    await shown(page, 'settings');
    await page.locator('.live.live').waitFor();
    // … and before it, where nobody knows yet who asks.
    const first = await open(t, 'about:blank');
    await first.route('**/auth/session', (route) => route.fulfill({ status, json }));
    await first.goto(url);
    await first.getByRole('alert').getByText(title).waitFor();
    if (status === 500) assert.deepEqual(await faultsOnAll(first, 'session-failed'), []);
    await first.unroute('**/auth/session');
    await first.getByRole('heading', { name: 'Overview' }).waitFor();
  }
  const away = await open(t, 'about:blank');
  await away.route('**/auth/session', (route) => route.abort());
  await away.goto(url);
  await away.getByRole('alert').getByText('The collector does not answer').waitFor();
});

test('more questions than a token may ask are told as that, and the page recovers', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t, undefined, undefined, { limits: { requestsPerSecond: 1, sockets: 3 } });
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, `${url}/`);
  await page.getByText('Too many questions at once').first().waitFor();
  await page.getByText('More than 1 requests a second').first().waitFor();
  await page.goto(`${url}/#/forensics`);
  await page.getByText('Nothing was captured').waitFor();
});

test(
  'follows what changes, says how old its answers are, and asks nothing while it is hidden',
  WITH_BROWSER,
  async (t) => {
    const collector = await testCollector(t);
    const sensor = await startSensor(collector.url);
    await report(sensor, fakeWindow(1, [fakeRow(1, [MS])], { durationMs: 1_000 }));
    const page = await open(t, 'about:blank');
    await page.clock.install();
    await page.goto(`${collector.url}/#/functions`);
    await page.getByText('1 function').waitFor();
    await page.locator('.live.live').waitFor();
    const calls = page.locator('tr.row').first();
    const before = await calls.textContent();
    await report(sensor, fakeWindow(2, [fakeRow(1, Array(500).fill(40 * MS))], { durationMs: 1_000 }));
    // No event but the clock brings it.
    await page.clock.runFor(7_000);
    await page.waitForFunction((old) => document.querySelector('tr.row').textContent !== old, before);

    let asked = 0;
    page.on('request', () => asked++);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    });
    // What waits already finds out that it is hidden, and asks no more.
    await page.clock.runFor(60_000);
    await page.locator('.live', { hasText: /answered \d+ (s|min) ago/ }).waitFor();
    asked = 0;
    await page.clock.runFor(60_000);
    assert.equal(asked, 0);
    await page.locator('.live.refused', { hasText: 'Waiting for the collector' }).waitFor();
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
      document.dispatchEvent(
        new (globalThis as unknown as { Event: new (name: string) => unknown }).Event('visibilitychange'),
      );
    });
    await page.locator('.live.live', { hasText: /answered (now|\d s ago)/ }).waitFor();
    assert.ok(asked > 0);
    await collector.close();
    await page.clock.runFor(7_000);
    await page.locator('.live.offline').waitFor();
    await page.clock.runFor(120_000);
    await page.locator('.live.offline', { hasText: 'answered 2 min ago' }).waitFor();
  },
);
