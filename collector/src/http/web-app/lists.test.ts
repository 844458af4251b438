// Lists of the web app: what is chosen in one leads to the numbers that it stood beside, stands in the address, and is
// exported whole; long ones hold no more than what is in view.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { testCollector } from '../../testing/test-collector.js';
import { faultsInBoth, shown, WITH_BROWSER, webBrowser } from '../../testing/web-browser.js';

// biome-ignore lint/suspicious/noExplicitAny: the page's own; this package is not compiled for browsers
declare const document: any;

const MS = 1_000_000;
const open = webBrowser();

test('a function opens with the numbers of the environment that it stood beside', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  for (const [environment, ms] of [
    ['production', 20],
    ['staging', 700],
  ] as const) {
    const sensor = await startSensor(url, { environment, instance: environment }, [
      fakeFunction(1, { name: 'checkout' }),
      fakeFunction(2, { name: 'price' }),
    ]);
    sensor.say({ type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: '/a' }] });
    const { calls, errors, sumNs, maxNs, buckets } = fakeRow(1, Array(20).fill(ms * MS), 2);
    const endpoints = [{ id: 1, calls, errors, sumNs, maxNs, buckets, databaseNs: 0, outboundNs: 0 }];
    const endpointFunctions = [{ endpoint: 1, function: 1, calls: 20, sumNs: MS, selfNs: MS, busyNs: MS }];
    const rows = [1, 2].map((id) => ({
      ...fakeRow(id, Array(20).fill(ms * MS), 2),
      ...{ selfNs: ms * MS, cpuNs: ms * MS },
    }));
    const edges = [{ caller: 1, callee: 2, calls: 20, sumNs: 20 * ms * MS }];
    await report(sensor, fakeWindow(1, rows, { endpoints, endpointFunctions, edges }));
  }
  const page = await open(t, `${url}/`);
  for (const address of ['functions', 'errors', 'cpu', 'heads-up']) {
    await shown(page, address);
    const row = page.locator('tr', { hasText: /staging/ }).filter({ has: page.locator('a', { hasText: 'checkout' }) });
    await row.getByRole('link', { name: 'checkout' }).first().click();
    await page.getByRole('heading', { name: 'checkout' }).waitFor();
    await page.locator('.subtitle', { hasText: '· staging ·' }).waitFor();
    const p50 = await page.locator('.figure', { hasText: 'p50' }).locator('dd').first().textContent();
    assert.match(p50 ?? '', /^7\d\d ms$|^6\d\d ms$/, address);
  }
  // And on from there: to what it calls, and to the endpoint that it runs in and back.
  await page.getByRole('link', { name: 'price' }).click();
  await page.locator('.subtitle', { hasText: '· staging ·' }).waitFor();
  await page.getByRole('link', { name: 'checkout' }).click();
  await page.getByRole('heading', { name: 'checkout' }).waitFor();
  await page.getByRole('link', { name: 'GET /a' }).click();
  await page.getByRole('heading', { name: 'GET /a' }).waitFor();
  await page.getByRole('link', { name: 'checkout' }).click();
  await page.locator('.subtitle', { hasText: '· staging ·' }).waitFor();
  // The report of the day is of what is asked for, its figures too.
  await shown(page, 'heads-up?environment=staging');
  await page.locator('td', { hasText: 'orders · staging' }).first().waitFor();
  assert.equal(await page.locator('td', { hasText: 'production' }).count(), 0);
});

test(
  'however many functions there are, the page holds those in view, and uses its rows again',
  WITH_BROWSER,
  async (t) => {
    const { url } = await testCollector(t);
    const ids = Array.from({ length: 3_000 }, (_, i) => i + 1);
    const sensor = await startSensor(
      url,
      {},
      ids.map((id) => fakeFunction(id, { name: `of${String(id).padStart(4, '0')}`, ordinal: 0, line: id })),
    );
    await report(
      sensor,
      fakeWindow(
        1,
        ids.map((id) => fakeRow(id, [MS])),
      ),
    );
    const page = await open(t, `${url}/#/functions?sort=name`);
    await page.getByRole('link', { name: 'of0001' }).waitFor();
    await page.evaluate(() => document.querySelector('tr.row').setAttribute('data-first', ''));
    // Past all of them, as fast as it goes.
    await page.evaluate(async () => {
      const box = document.querySelector('.tall');
      for (let i = 1; i <= 60; i++) {
        box.scrollTop = (box.scrollHeight * i) / 60;
        // biome-ignore lint/suspicious/noExplicitAny: the page's own
        await new Promise((painted) => (globalThis as any).requestAnimationFrame(painted));
      }
    });
    await page.getByRole('link', { name: 'of3000' }).waitFor();
    const rows = await page.locator('tr.row').count();
    assert.ok(rows > 10 && rows < 60, `${rows} rows`);
    assert.equal(await page.locator('tr[data-first]').count(), 1, 'a row was made anew');
    // By keyboard, back to the top and over the navigation to the content.
    await page.locator('.tall').focus();
    await page.keyboard.press('Home');
    await page.getByRole('link', { name: 'of0001' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'of0001' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  },
);

test('a search that was begun ends with its page', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, 'about:blank');
  await page.clock.install();
  await page.goto(`${url}/#/functions`);
  await page.getByLabel('Search functions by name').fill('x');
  await page.getByRole('link', { name: 'Errors' }).click();
  await page.getByRole('heading', { name: 'Errors' }).waitFor();
  await page.clock.runFor(5_000);
  assert.ok(page.url().endsWith('#/errors'), page.url());
});

test('deployments that are chosen stand in the address; CSV has what the cells have', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  for (const [version, ms] of [
    ['1.0.0', 10],
    ['2.0.0', 40],
  ] as const) {
    const sensor = await startSensor(url, { version, instance: version });
    await report(sensor, fakeWindow(1, [fakeRow(1, Array(200).fill(ms * MS), 5)]));
  }
  const page = await open(t, `${url}/#/deployments`);
  await page.getByLabel('Compare orders 1.0.0 in production').check();
  await page.getByLabel('Compare orders 2.0.0 in production').check();
  await page.reload();
  assert.ok(await page.getByLabel('Compare orders 1.0.0 in production').isChecked());
  await page.getByRole('link', { name: 'Compare 1.0.0 with 2.0.0' }).click();
  await page.getByRole('heading', { name: '1.0.0 → 2.0.0' }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'Compare 1.0.0 with 2.0.0' }).waitFor();
  await page.goForward();
  await page.getByRole('heading', { name: '1.0.0 → 2.0.0' }).waitFor();

  const csv = async (name: string) => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: `CSV: ${name}` }).click();
    const [head, row] = readFileSync(await (await download).path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    const cells = row!.split(',');
    return Object.fromEntries(head!.split(',').map((title, i) => [title, cells[i]]));
  };
  const compared = await csv('Comparison');
  assert.equal(compared.Verdict, 'slower');
  assert.equal(compared['Calls before'], '200');
  assert.ok(Number(compared['p95 after (ns)']) > 3 * Number(compared['p95 before (ns)']), JSON.stringify(compared));
  assert.equal(compared['Errors before'], '0.025');
  await shown(page, 'sensors');
  const sensors = await csv('Sensors');
  assert.equal(sensors['Dropped windows'], '0');
  assert.equal(sensors['Left out'], '0');
  assert.equal(sensors['Costs beside it (ms/s)'] === '', false);
});

test('behind the small line of a service are its hours, as a table and as CSV', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  const sensor = await startSensor(url);
  sensor.say({ type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: '/a' }] });
  const { calls, errors, sumNs, maxNs, buckets } = fakeRow(1, Array(30).fill(MS), 3);
  const endpoints = [{ id: 1, calls, errors, sumNs, maxNs, buckets, databaseNs: 0, outboundNs: 0 }];
  await report(sensor, fakeWindow(1, [fakeRow(1, [MS])], { endpoints }));
  const page = await open(t, `${url}/`);
  await page.getByRole('button', { name: /^Requests and jobs of orders in production/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Table/ }).click();
  const rows = dialog.getByRole('region', { name: /as a table/ }).locator('tbody tr');
  await rows.nth(23).waitFor();
  const columns = await rows.locator('td').allTextContents();
  assert.ok(columns.includes('30') && columns.includes('3'), columns.join());
  assert.deepEqual(await faultsInBoth(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('where a JetBrains IDE finds the project is kept by the browser', WITH_BROWSER, async (t) => {
  const { url } = await testCollector(t);
  await report(await startSensor(url), fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, `${url}/#/settings`);
  await page.getByLabel('JetBrains IDE').selectOption('WebStorm');
  await page.getByLabel('Project of orders').fill('order-service');
  await page.getByLabel('Project of orders').blur();
  await page.reload();
  await page.getByRole('link', { name: 'Functions' }).click();
  const link = page.getByRole('link', { name: /in JetBrains/ }).first();
  await link.waitFor({ state: 'attached' });
  assert.equal(
    await link.getAttribute('href'),
    'jetbrains://web-storm/navigate/reference?project=order-service&path=src%2Fcart.ts%3A9',
  );
});
