// Every page of the web app on a collector that has two days of a shop: nothing that axe finds wrong, in light and dark;
// no wider than a telephone; each chart with its table; each link that others open leads somewhere.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Alert, EndpointStats, FunctionStats } from '@prodlens/protocol';
import type { Page } from 'playwright-core';
import { type Collector, startCollector } from '../../start-collector.js';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.js';
import { fillStore } from '../../testing/filled-store.js';
import { fillSnapshots } from '../../testing/shop-snapshots.js';
import { get, temporaryFolder } from '../../testing/test-collector.js';
import { faults, faultsInBoth, screenshot, shown, WITH_BROWSER, webBrowser } from '../../testing/web-browser.js';
import { createToken } from '../access/authorize.js';

// What functions that run in the page see there; this package is not compiled for browsers.
// biome-ignore lint/suspicious/noExplicitAny: the page's own
declare const document: any, navigator: any;

const open = webBrowser();

let collector: Collector;
let url: string;
let addresses: Record<string, string>;
let alert: Alert;
const cleanUp: Array<() => void> = [];

before(async () => {
  const dataDir = temporaryFolder({ after: (act: () => void) => cleanUp.push(act) } as never);
  const store = openSqliteStore(dataDir);
  await fillStore(store, Date.now());
  await fillSnapshots(store, Date.now());
  await store.close();
  collector = await startCollector({ dataDir, port: 0 });
  url = collector.url;
  await collector.runAlerts();
  const { functions } = (await get(`${url}/api/v1/functions?limit=100`)).body as { functions: FunctionStats[] };
  const { endpoints } = (await get(`${url}/api/v1/endpoints`)).body as { endpoints: EndpointStats[] };
  const { alerts } = (await get(`${url}/api/v1/alerts`)).body as { alerts: Alert[] };
  const slowed = functions.find(({ name }) => name === 'PricingService.applyDiscounts')!;
  alert = alerts.find(
    (a) => a.kind === 'slower-since-deployment' && a.place?.type === 'function' && a.place.functionId === slowed.id,
  )!;
  assert.ok(alert, 'the analysis has found what became slower');
  const order = endpoints.find(({ method, route }) => method === 'POST' && route === '/orders')!;
  addresses = {
    overview: '',
    alerts: 'alerts?state=all',
    alert: `alerts/${alert.id}`,
    'heads-up': 'heads-up',
    endpoints: 'endpoints',
    endpoint: `endpoints/${order.id}`,
    functions: 'functions',
    function: `functions/${slowed.id}?window=6h`,
    errors: 'errors',
    cpu: 'cpu',
    forensics: 'forensics',
    snapshot: 'forensics/0b5f2f6e-0000-4000-8000-000000000001',
    deployments: 'deployments',
    compare: 'compare?service=checkout&from=2.3.0&to=2.4.0',
    sensors: 'sensors',
    sensor: 'sensors/checkout-1',
    settings: 'settings',
  };
});
after(async () => {
  await collector?.close();
  for (const act of cleanUp) act();
});

/** Lines of the services' own code that no editor opens. */
function linesWithoutEditor(page: Page): Promise<string[]> {
  return page.locator('.path').evaluateAll((paths) =>
    (paths as unknown as Array<{ textContent: string; closest(of: string): { innerHTML: string } | null }>)
      .filter(({ textContent }) => /^(?!.*node_modules).+:\d+$/.test(textContent))
      .filter((path) => !path.closest('.line, .heading')?.innerHTML.includes('href="jetbrains:'))
      .map(({ textContent }) => textContent),
  );
}

test(
  'axe finds nothing on any page, in light and in dark; each line of code opens in an editor',
  WITH_BROWSER,
  async (t) => {
    const page = await open(t, `${url}/`);
    for (const [name, address] of Object.entries(addresses)) {
      await shown(page, address);
      assert.deepEqual(await faultsInBoth(page), [], name);
      assert.deepEqual(await linesWithoutEditor(page), [], name);
      await screenshot(page, `${name}-light`);
    }
    await page.goto(`${url}/alerts-explained.html`);
    assert.deepEqual(await faultsInBoth(page), [], 'what the alerts mean');
  },
);

test('every page fits a telephone: only tables move sideways', WITH_BROWSER, async (t) => {
  const page = await open(t, `${url}/`, { viewport: { width: 390, height: 844 }, hasTouch: true });
  for (const [name, address] of Object.entries(addresses)) {
    await shown(page, address);
    const tooWide = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth <= clientWidth) return [];
      const all = [...document.querySelectorAll('body *')].filter((element) => !element.closest('table'));
      const beyond = all.filter((element) => element.getBoundingClientRect().right > clientWidth);
      return [`${scrollWidth} px`, ...beyond.map((element) => element.outerHTML.slice(0, 80))];
    });
    assert.deepEqual(tooWide, [], name);
    assert.deepEqual(await faults(page), [], name);
    await screenshot(page, `${name}-phone`);
  }
  await page.getByText('Menu').isVisible();
  await page.locator('summary').first().click();
  await page.getByRole('link', { name: 'Sensors' }).click();
  await page.getByRole('heading', { name: 'Sensors' }).waitFor();
  await page.getByRole('link', { name: 'Overview' }).waitFor({ state: 'hidden' });
});

test(
  'each chart has its numbers as a table, to copy and as CSV, and is read by the keyboard',
  WITH_BROWSER,
  async (t) => {
    const page = await open(t, `${url}/`, { permissions: ['clipboard-read', 'clipboard-write'] });
    // A page that is hidden asks once: the numbers stay while they are compared.
    await page.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => true }));
    for (const [name, titles] of Object.entries({
      function: ['Latency over time', 'Before and after', 'Rate and errors', 'Where the time goes'],
      endpoint: [
        'Why it takes so long',
        'Functions by their own time, a request',
        'Where the time goes',
        'Latency over time',
      ],
      snapshot: ['What happened, in time'],
      alert: ['Evidence'],
      sensor: ['The process, minute by minute'],
      cpu: ['Functions by processor time'],
    })) {
      await shown(page, addresses[name]!);
      // As a link from elsewhere opens it: with nothing left of the page before.
      await page.reload();
      for (const title of titles) {
        const plot = page.locator(`[aria-roledescription=chart][aria-label^="${title}"]`);
        await plot.focus();
        await page.keyboard.press('ArrowRight');
        assert.notEqual((await plot.getByRole('status').textContent())?.trim(), '', `${title} says nothing`);
        const download = page.waitForEvent('download');
        await page.getByRole('button', { name: `CSV: ${title}` }).click();
        const csv = readFileSync(await (await download).path(), 'utf8')
          .trimEnd()
          .split('\r\n');
        assert.ok(csv.length > 1, `${title}: ${csv}`);
        await page.getByRole('button', { name: `Copy: ${title}` }).click();
        await page
          .getByRole('button', { name: `Copy: ${title}` })
          .filter({ hasText: 'Copied' })
          .waitFor();
        const copied = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split('\n');
        assert.equal(copied.length, csv.length, title);
        await page.getByRole('button', { name: `Table: ${title}` }).click();
        const rows = page.getByRole('region', { name: `${title}, as a table` }).locator('tbody tr');
        assert.equal(await rows.count(), csv.length - 1, title);
      }
    }
  },
);

test('the same numbers as the API: what an alert, a function and a comparison show', WITH_BROWSER, async (t) => {
  const page = await open(t, `${url}/`);
  await shown(page, addresses.alert!);
  // By how much changes while the collector goes on measuring.
  await page.getByRole('heading', { name: /^PricingService\.applyDiscounts is \d+ % slower since 2\.4\.0$/ }).waitFor();
  assert.equal(
    await page
      .getByRole('link', { name: /in VS Code/ })
      .first()
      .getAttribute('href'),
    `vscode://prodlens.prodlens/open?alert=${alert.id}`,
  );
  assert.match(
    (await page
      .getByRole('link', { name: /in JetBrains/ })
      .first()
      .getAttribute('href'))!,
    /^jetbrains:\/\/idea\/navigate\/reference\?project=.+&path=src%2Fpricing%2F/,
  );
  await page.getByRole('link', { name: 'Compare the two' }).click();
  await page.getByRole('heading', { name: '2.3.0 → 2.4.0' }).waitFor();
  const { functions, counts } = (await get(`${url}/api/v1/compare?service=checkout&from=2.3.0&to=2.4.0&limit=500`))
    .body;
  await page.locator('h2', { hasText: `${functions.length} functions` }).waitFor();
  const first = await page.locator('tbody tr').first().textContent();
  assert.ok(
    first?.includes(functions[0].name) && first.includes(`${functions[0].p95Change.ratio.toFixed(2)}×`),
    first ?? '',
  );
  assert.equal(functions[0].verdict, 'slower');
  await page.locator('.figure', { hasText: 'Slower' }).getByText(String(counts.slower), { exact: true }).waitFor();

  await shown(page, `forensics?function=${encodeURIComponent(functions[0].id)}`);
  await page.getByRole('link', { name: /No longer only function/ }).waitFor();
  await page.goto(`${url}/alerts-explained.html#${alert.kind}`);
  assert.equal(await page.locator(':target').count(), 1);
});

test('captured text is text: what was redacted and cut is marked, and nothing of it runs', WITH_BROWSER, async (t) => {
  const page = await open(t, `${url}/#/${addresses.snapshot}`);
  await page.getByText('redacted: card number').waitFor();
  await page.getByText('cut: width, of 14').waitFor();
  await page.getByText('UPDATE stock SET quantity').first().waitFor();
  assert.ok((await page.locator('.redacted').count()) >= 4);
  // Each line of the service's own opens in both editors: on the call path, and in the stack.
  for (const place of ['.call', '.frames li:not(.muted)']) {
    const lines = page.locator(`${place} .line`);
    await page.locator(`${place} .editor[href^="vscode:"]`).first().waitFor();
    for (const line of await lines.all()) {
      const links = await line.locator('.editor').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      assert.match(links.join(' '), /vscode:.+open\?function=.+ jetbrains:/, (await line.textContent()) ?? '');
    }
  }
});

test('who may, mutes, comments and assigns; it stands in the life of the alert', WITH_BROWSER, async (t) => {
  const page = await open(t, `${url}/#/${addresses.alert}`);
  await page.getByRole('button', { name: 'Mute' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Mute' }).isDisabled(), true);
  await page.getByLabel('Reason or remark').fill('the new rules are checked twice');
  await page.getByRole('button', { name: 'Comment' }).click();
  await page.locator('.life', { hasText: 'the new rules are checked twice' }).waitFor();
  await page.getByLabel('Reason or remark').fill('until the next release');
  await page.getByLabel('How long').selectOption('for a day');
  await page.getByRole('button', { name: 'Mute' }).click();
  await page.getByText('until the next release').first().waitFor();
  const { body } = await get(`${url}/api/v1/alerts/${alert.id}`);
  assert.equal(body.alert.state, 'muted');
  assert.ok(body.alert.silence.untilUnixMs > Date.now());
  await page.getByRole('button', { name: 'Tell of it again' }).click();
  await page.getByRole('button', { name: 'Mute' }).waitFor();
  const assignee = page.getByLabel('Who looks after it');
  await page.getByLabel('Reason or remark').fill('half a remark');
  await assignee.fill('Ada');
  await page.getByRole('button', { name: 'Assign' }).click();
  await page.getByText('Looked after by Ada.').waitFor();
  assert.equal(await page.getByLabel('Reason or remark').inputValue(), 'half a remark');
  await assignee.fill('');
  await page.getByRole('button', { name: 'Leave it to nobody' }).click();
  await page.getByText('Looked after by Ada.').waitFor({ state: 'detached' });
  assert.equal((await get(`${url}/api/v1/alerts/${alert.id}`)).body.alert.assignee, null);
});

test('an admin switches measuring off and revokes a token', WITH_BROWSER, async (t) => {
  const page = await open(t, `${url}/#/settings`);
  await page.getByRole('button', { name: 'Switch off measuring of ledger in production' }).click();
  await page.getByRole('button', { name: 'Switch on measuring of ledger in production' }).waitFor();
  const { body } = await get(`${url}/api/v1/measuring`);
  assert.deepEqual(
    body.rules.map(({ service, measuring }: { service: string; measuring: boolean }) => [service, measuring]),
    [['ledger', false]],
  );

  const store = openSqliteStore(collector.dataDir);
  const admin = await createToken(store, 'admin', 0, { name: 'boss' });
  await createToken(store, 'read', 0, { name: 'an old one' });
  await store.close();
  await page.locator('input[name=token]').fill(admin);
  await page.keyboard.press('Enter');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Revoke an old one' }).click();
  await page.getByRole('button', { name: 'Revoke an old one' }).waitFor({ state: 'detached' });
  const { body: kept } = await get(`${url}/api/v1/tokens`, { authorization: `Bearer ${admin}` });
  assert.deepEqual(
    kept.tokens.map(({ name }: { name: string }) => name),
    ['boss'],
  );
});

test('under 200 KB of JavaScript, and a policy that lets nothing else in', async () => {
  const folder = join(import.meta.dirname, '../../../bundle/web');
  const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  assert.ok(scripts.includes('app.js'));
  const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  assert.ok(bytes < 200_000, `${bytes} bytes`);
  const answer = await fetch(`${url}/`);
  const policy = answer.headers.get('content-security-policy')!;
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|http|\*|data:/);
  assert.doesNotMatch(await answer.text(), /https?:\/\//);
});
