// The web app in a real browser, against a real collector. Screenshots go to PRODLENS_SCREENSHOTS where it is set.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startCollector } from '../start-collector.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { FACTS, fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { temporaryFolder, testCollector } from '../testing/test-collector.js';
import { createToken } from './authorize.js';

const MS = 1_000_000;
const executablePath = [process.env.CHROME, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
const options = { skip: executablePath === undefined ? 'no Chromium; name one in CHROME' : false };

let browser: Browser;
before(async () => {
  if (executablePath === undefined) return;
  const { build } = await import(pathToFileURL(join(import.meta.dirname, '../../build.mjs')).href);
  await build();
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];
  browser = await chromium.launch({ executablePath, args });
});
after(() => browser?.close());

async function open(t: TestContext, url: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 480 } });
  t.after(() => page.close());
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => assert.fail(error));
  await page.goto(url);
  return page;
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.PRODLENS_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `web-${name}.png`) });
}

const rows = (page: Page) =>
  page
    .locator('#table tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));

test('from empty to a table that follows the service, sorts by keyboard and filters', options, async (t) => {
  const { url } = await testCollector(t);
  const page = await open(t, url);
  await page.getByText('No service has reported yet. Start one with:').waitFor();
  await screenshot(page, 'empty');

  const functions = [fakeFunction(1, { name: 'Cart.total' }), fakeFunction(2, { name: 'loadCart' })];
  for (const [version, slow] of [
    ['1.0.0', 10],
    ['2.0.0', 30],
  ] as const) {
    const sensor = await startSensor(url, { version, instance: version }, functions);
    const total = fakeRow(1, Array(400).fill(2 * MS), 6);
    await report(sensor, fakeWindow(1, [total, fakeRow(2, Array(60).fill(slow * MS))], { durationMs: 60_000 }));
  }
  await report(await startSensor(url, { service: 'billing', instance: 'b' }), fakeWindow(1, [fakeRow(1, [90 * MS])]));

  await page.getByText('loadCart').waitFor();
  await page.locator('tbody tr:nth-child(3):last-child').waitFor();
  const [first, second] = await rows(page);
  assert.deepEqual(first?.slice(0, 3), ['orders · production', 'loadCart', 'src/cart.ts:20']);
  assert.match(first?.at(-1) ?? '', /^▲ \d+ % slower since 2\.0\.0$/);
  assert.deepEqual([second?.[1], second?.[4], second?.at(-1)], ['Cart.total', '12 (1.5 %)', '']);
  await screenshot(page, 'light');

  await page.getByRole('button', { name: 'Errors' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('th[aria-sort=descending]', { hasText: 'Errors' }).waitFor();
  await page.locator('tbody tr:first-child', { hasText: 'Cart.total' }).waitFor();

  await page.getByLabel('Service').selectOption('billing');
  await page.locator('tbody tr:only-child').waitFor();
  assert.equal((await rows(page))[0]?.[0], 'billing · production');
  assert.match(page.url(), /service=billing&sort=errors/);

  const dark = await open(t, url, 'dark');
  await dark.getByText('loadCart').waitFor();
  await screenshot(dark, 'dark');
});

test(
  'asks for a token where one is needed, says when it is wrong, and goes on with a right one',
  options,
  async (t) => {
    const dataDir = temporaryFolder(t);
    const store = openSqliteStore(dataDir);
    const token = await createToken(store, 'read', 0);
    await store.close();
    const { url } = await testCollector(t, dataDir);
    const page = await open(t, url);
    await page.getByText('needs a token').waitFor();
    await page.getByText('node collector/dist/cli.js token create --scope read', { exact: true }).waitFor();
    await screenshot(page, 'token');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('does not know the token').waitFor();
    await page.keyboard.type(token);
    await page.keyboard.press('Enter');
    await page.getByText('No service has reported yet').waitFor();
    assert.equal(await page.getByLabel('Token').isVisible(), false);
  },
);

test('one function with its callers and callees, from the list and by a link, and back', options, async (t) => {
  const { url } = await testCollector(t);
  const functions = ['Cart.total', 'loadCart', 'GET /cart', 'round'].map((name, i) =>
    fakeFunction(i + 1, { name, timed: name !== 'round' }),
  );
  const sensor = await startSensor(url, {}, functions);
  const total = { ...fakeRow(1, Array(60).fill(2 * MS)), selfNs: 30 * MS, cpuNs: 20 * MS };
  const edges = [
    { caller: 3, callee: 1, calls: 60, sumNs: 120 * MS },
    { caller: 1, callee: 2, calls: 30, sumNs: 90 * MS },
    { caller: 1, callee: 4, calls: 1_200, sumNs: 0 },
  ];
  const rest = [fakeRow(2, Array(30).fill(3 * MS)), fakeRow(3, [90 * MS])];
  await report(sensor, fakeWindow(1, [total, ...rest], { durationMs: 60_000, edges }));

  const page = await open(t, url);
  await page.getByRole('link', { name: 'Cart.total' }).click();
  await page.getByText('Self time 30 ms of 120 ms, 25 %').waitFor();
  const listed = async (title: string) =>
    page
      .getByRole('region', { name: title })
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join(' ')));
  assert.deepEqual(await listed('Callers'), ['GET /cart src/cart.ts:30 60 60/min 120 ms 100 %']);
  assert.deepEqual(await listed('Callees'), [
    'loadCart src/cart.ts:20 30 30/min 90 ms 75 %',
    'round src/cart.ts:40 1,200 1.2k/min – –',
  ]);
  assert.deepEqual((await rows(page))[0]?.slice(9, 12), ['120 ms', '30 ms', '20 ms']);
  assert.equal(await page.locator('#table th button').count(), 0);
  await screenshot(page, 'function');

  await page.getByRole('link', { name: 'GET /cart' }).click();
  await page.getByText('No timed function called it in the last hour.').waitFor();
  await page.getByText('No self time was measured.').waitFor();
  await page.getByRole('link', { name: 'All functions' }).click();
  await page.locator('#table tbody tr:nth-child(3):last-child').waitFor();
  assert.equal(await page.locator('#calls').isVisible(), false);

  const { functions: all } = (await (await fetch(`${url}/api/v1/functions`)).json()) as { functions: FunctionStats[] };
  const { id } = all.find((f) => f.name === 'loadCart')!;
  const linked = await open(t, `${url}/#/functions/${encodeURIComponent(id)}`);
  await linked.locator('#table tbody tr:only-child', { hasText: 'loadCart' }).waitFor();
  await linked.getByText('It called no other measured function in the last hour.').waitFor();
  await linked.goto(`${url}/#/functions/gone`);
  await linked.getByText('No function has the id gone').waitFor();
});

test('the sensors: none, without a window yet, and with all that they say of themselves', options, async (t) => {
  const { url } = await testCollector(t);
  const page = await open(t, `${url}/#/sensors`);
  await page.getByText('No service has reported yet. Start one with:').waitFor();

  await startSensor(url, { instance: 'silent', host: 'web-2', version: '1.0.0' });
  const sensor = await startSensor(url, { instance: 'a', service: 'billing', host: 'web-1', pid: 4_711 });
  const facts = {
    ...FACTS,
    ...{ functions: 12_345, modules: 820, skipped: { unparsable: 3, 'too large': 1 }, shedLevel: 2, measuring: false },
    ...{ droppedEdges: 7, sensorCpuMs: 30, inlineCpuMs: 7.5, sensorBytes: 8.4e6 },
  };
  await report(sensor, fakeWindow(1, [], { facts }));
  await page.getByText('web-1, 4711').waitFor();
  const [billing, silent] = await rows(page);
  assert.deepEqual(
    [...billing!.slice(0, 3), ...billing!.slice(4)],
    ['billing · production', '1.0.0', 'web-1, 4711', 'off', '3.0 ms/s', '750 µs/s', '8.4 MB', '1.0 %', '90 MB'].concat(
      ['30 MB', '25 %', '1.0 ms', '0.01 %', 'level 2', '7 calls between functions', '12,345', '820'],
      ['3 unparsable, 1 too large', 'node 20.20.2'],
    ),
  );
  assert.deepEqual(silent?.slice(4, -1), Array(15).fill('–'));
  assert.equal(await page.getByRole('link', { name: 'Sensors' }).getAttribute('aria-current'), 'page');
  await screenshot(page, 'sensors');

  await page.getByLabel('Service').selectOption('orders');
  await page.locator('#table tbody tr:only-child', { hasText: 'web-2' }).waitFor();
  await page.goto(`${url}/?service=none#/sensors`);
  await page.getByText('No sensor has reported in the last hour.').waitFor();
});

test('says when the collector is away, keeps what it showed, and recovers', options, async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await testCollector(t, dataDir);
  await report(await startSensor(first.url), fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, first.url);
  await page.getByText('src/cart.ts:10').waitFor();
  await first.close();
  await page.getByText('The collector does not answer').waitFor();
  assert.equal(await page.getByText('src/cart.ts:10').isVisible(), true);
  await screenshot(page, 'offline');
  const again = await startCollector({ dataDir, port: Number(new URL(first.url).port) });
  t.after(() => again.close());
  await page.getByText('Updated').waitFor();
});
