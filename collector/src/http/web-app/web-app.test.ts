// The web app in a real browser, against a real collector: signing in, what shows when there is nothing, what follows
// when something comes, the address, and what it does when the collector is away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../start-collector.js';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { screenshot, WITH_BROWSER, webBrowser } from '../../testing/web-browser.js';
import { createToken } from '../access/authorize.js';

// What functions that run in the page see there; this package is not compiled for browsers.
// biome-ignore lint/suspicious/noExplicitAny: the page's own
declare const document: any, localStorage: any, sessionStorage: any;

const MS = 1_000_000;
const open = webBrowser();

test('from empty to functions that follow the service; search, order and back', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  const page = await open(t, `${url}/#/functions`);
  await page.getByText('No service has reported yet').waitFor();
  await screenshot(page, 'empty');

  const functions = ['Cart.total', 'loadCart', 'GET /cart'].map((name, i) => fakeFunction(i + 1, { name }));
  const sensor = await startSensor(url, {}, functions);
  const rows = [fakeRow(1, Array(60).fill(2 * MS), 6), fakeRow(2, Array(30).fill(30 * MS)), fakeRow(3, [9 * MS])];
  await report(sensor, fakeWindow(1, rows, { durationMs: 60_000 }));
  const names = () => page.locator('tr.row td:first-child a.code').allTextContents();
  await page.getByText('3 functions').waitFor();
  await page.getByRole('link', { name: 'loadCart' }).waitFor();
  assert.deepEqual(await names(), ['loadCart', 'Cart.total', 'GET /cart']);

  await page.getByRole('button', { name: 'Errors' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('tr.row:nth-of-type(1)', { hasText: 'Cart.total' }).waitFor();
  assert.match(page.url(), /#\/functions\?sort=errors$/);
  await page.getByLabel('Search functions by name').fill('cart');
  await page.locator('h2', { hasText: /^3 functions$/ }).waitFor();
  await page.getByLabel('Search functions by name').fill('load');
  await page.locator('h2', { hasText: /^1 function$/ }).waitFor();
  assert.match(page.url(), /q=load/);

  await page.getByRole('link', { name: 'loadCart' }).click();
  await page.getByRole('heading', { name: 'loadCart' }).waitFor();
  await page.goBack();
  await page.locator('h2', { hasText: /^1 function$/ }).waitFor();
  assert.equal(await page.getByLabel('Search functions by name').inputValue(), 'load');
  await page.goBack();
  await page.locator('th[aria-sort=descending]', { hasText: 'Total' }).waitFor();

  await report(await startSensor(url, { service: 'billing', instance: 'b' }), fakeWindow(1, [fakeRow(1, [90 * MS])]));
  await page.goto(`${url}/#/functions?service=billing`);
  await page.locator('h2', { hasText: /^1 function$/ }).waitFor();
  await page.locator('tr.row', { hasText: 'billing' }).waitFor();
});

test('a token signs in, is refused when it is wrong, reaches no script, and signs out', WITH_BROWSER, async (t) => {
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const token = await createToken(store, 'read', 0, { name: 'the team' });
  await store.close();
  const { url } = await testCollector(t, dataDir);
  const page = await open(t, `${url}/#/alerts`);
  await page.getByLabel('Token').fill('prodlens_wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('does not know the token').waitFor();
  await screenshot(page, 'signed-out');
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByText('the team').waitFor();
  const seen = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]));
  assert.ok(!seen.includes('prodlens_'), seen);
  // Neither captured values nor settings are for this token.
  assert.equal(await page.getByRole('link', { name: 'Forensics' }).count(), 0);
  const other = await page.context().newPage();
  await other.goto(`${url}/#/sensors`);
  await other.getByText('the team').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  // The other window finds out by itself.
  await other.getByLabel('Token').waitFor();
});

test('says when the collector is away, keeps what it showed, and recovers', WITH_BROWSER, async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await testCollector(t, dataDir);
  const sensor = await startSensor(first.url);
  sensor.say({ type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: '/a' }] });
  const { calls, errors, sumNs, maxNs, buckets } = fakeRow(1, [MS]);
  const endpoints = [{ id: 1, calls, errors, sumNs, maxNs, buckets, databaseNs: 0, outboundNs: 0 }];
  await report(sensor, fakeWindow(1, [fakeRow(1, [MS])], { endpoints }));
  const page = await open(t, `${first.url}/#/endpoints`);
  await page.getByRole('link', { name: '/a', exact: true }).waitFor();
  await first.close();
  await page.getByText('The collector does not answer').waitFor();
  assert.equal(await page.getByRole('link', { name: '/a', exact: true }).isVisible(), true);
  const again = await startCollector({ dataDir, port: Number(new URL(first.url).port) });
  t.after(() => again.close());
  await page.locator('.live.live').waitFor();
});

test('what is not there says so: a page, a function, an alert, an endpoint, a capture', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, `${url}/#/nowhere`);
  await page.getByText('There is no such page').waitFor();
  for (const [address, words] of [
    ['functions/gone', 'No function has the id gone'],
    ['alerts/gone', 'No alert has the id gone'],
    ['endpoints/gone', 'No endpoint has the id gone'],
    ['forensics/gone', 'No snapshot has the id gone'],
  ]) {
    await page.goto(`${url}/#/${address}`);
    await page.getByRole('alert').getByText(words!).waitFor();
  }
});
