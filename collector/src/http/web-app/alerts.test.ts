// What the web app says of alerts: how many there are beside the navigation, the figures of the day's report, what explains
// one. The alerts are put into the book that a collector opens.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Alert } from '@prodlens/protocol';
import type { Page } from 'playwright-core';
import { openAlertBook } from '../../alerts/life/alert-book.js';
import { alertAt } from '../../testing/fake-alert.js';
import { fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { shown, WITH_BROWSER, webBrowser } from '../../testing/web-browser.js';

const MS = 1_000_000;
const open = webBrowser();

/** A collector that has these alerts, to which a service reported from production and from staging. */
async function collectorWith(t: TestContext, alerts: Array<[id: string, fields: Partial<Alert>]>): Promise<string> {
  const dataDir = temporaryFolder(t);
  const book = openAlertBook(dataDir);
  const nowUnixMs = Date.now();
  const kept = { subject: 'latency' as const, watched: null, deploymentId: null, toldUnixMs: nowUnixMs };
  book.put(alerts.map(([id, fields]) => ({ ...kept, alert: alertAt(nowUnixMs, id, fields), judgedUnixMs: nowUnixMs })));
  book.close();
  const { url } = await testCollector(t, dataDir);
  for (const environment of ['production', 'staging']) {
    const sensor = await startSensor(url, { environment, instance: environment });
    await report(sensor, fakeWindow(1, [fakeRow(1, [MS])]));
  }
  return url;
}

function happened(...types: Array<Alert['history'][number]['type']>): Pick<Alert, 'history'> {
  return { history: types.map((type) => ({ type, atUnixMs: Date.now(), by: '', text: '' })) };
}

const ALERTS: Array<[id: string, fields: Partial<Alert>]> = [
  ['a', happened('opened')],
  ['b', { environment: 'staging', ...happened('opened') }],
  ['c', { environment: 'staging', severity: 'critical', ...happened('opened') }],
  ['was', { environment: 'staging', state: 'closed', ...happened('opened', 'closed') }],
  ['muted', { environment: 'staging', state: 'muted' }],
  ['good', { environment: 'production', severity: 'info', kind: 'error-gone' }],
];

test('the count beside Alerts leaves out what is only told, and follows what is chosen', WITH_BROWSER, async (t) => {
  const url = await collectorWith(t, [...ALERTS, ['other', { environment: 'quiet', severity: 'info' }]]);
  const sensor = await startSensor(url, { environment: 'quiet', instance: 'quiet' });
  await report(sensor, fakeWindow(1, [fakeRow(1, [MS])]));
  const page = await open(t, `${url}/#/alerts`);
  const link = (count: string) => page.getByRole('link', { name: `Alerts${count}`, exact: true }).waitFor();
  await link(' 3 open');
  for (const [environment, count] of [
    ['staging', ' 2 open'],
    ['production', ' 1 open'],
    ['quiet', ''],
  ] as const) {
    await page.getByLabel('Environment').selectOption(environment);
    await link(count);
  }
});

test('the figures of the report are those of what is chosen', WITH_BROWSER, async (t) => {
  const page = await open(t, `${await collectorWith(t, ALERTS)}/`);
  for (const [address, ...figures] of [
    ['heads-up', '4', '1', '3', '1'],
    ['heads-up?environment=staging', '3', '1', '2', '0'],
    ['heads-up?environment=production', '1', '0', '1', '1'],
  ] as const) {
    await shown(page, address);
    for (const [i, name] of ['Opened', 'Closed', 'Open now', 'Errors that are gone'].entries()) {
      await figure(page, name, figures[i]!);
    }
  }
});

async function figure(page: Page, name: string, value: string): Promise<void> {
  const found = page.locator('.figure', { has: page.getByText(name, { exact: true }) });
  await found.getByText(value, { exact: true }).waitFor();
}

test(
  'what explains an alert: who carries the time, what is thrown, which commits touched it',
  WITH_BROWSER,
  async (t) => {
    const carrier = { file: 'src/rules.ts', version: '2.0.0', addedNs: 8 * MS };
    const suspect = { author: 'ada', file: 'src/rules.ts', function: 'isFavourite' };
    const url = await collectorWith(t, [
      [
        'slow',
        {
          title: 'POST /orders is twice as slow since 2.0.0',
          place: { type: 'endpoint', endpointId: 'e', kind: 'http', method: 'POST', route: '/orders' },
          cause: { type: 'own-time', functionId: 'f', name: 'isFavourite', file: 'src/rules.ts', line: 61, share: 0.9 },
          carriers: [
            { ...carrier, functionId: 'f', name: 'isFavourite', line: 61, share: 0.9, isNew: true },
            { ...carrier, functionId: 'g', name: 'quote', line: 9, share: 0.1, isNew: false, addedNs: MS },
          ],
          error: { type: 'RangeError', fingerprint: 'x', file: 'src/rules.ts', line: 70, snapshotId: 'taken' },
          suspects: [
            { ...suspect, revision: '0a1b2c3d4e5f', subject: 'Ask for favourites', link: 'https://git.example/c' },
            { ...suspect, revision: 'ffffffffffff', subject: 'Sort rules', link: '', function: null },
          ],
        },
      ],
    ]);
    const page = await open(t, `${url}/`);
    await shown(page, 'alerts/slow');
    const facts = await page
      .locator('section[aria-label="Where to look"] .facts > div')
      .evaluateAll((all) => all.map((one) => String((one as unknown as { innerText: string }).innerText)));
    const said = facts.map((fact) => fact.replace(/\s+/g, ' '));
    for (const [name, ...words] of [
      [
        'Spent in',
        'isFavourite',
        'src/rules.ts:61',
        '8.0 ms more in each request, 90 % of the change, not called before',
      ],
      ['And in', 'quote', 'src/rules.ts:9', '1.0 ms more in each request, 10 % of the change'],
      ['Throws', 'RangeError', 'src/rules.ts:70'],
      ['Touched by', '0a1b2c3d4e', 'Ask for favourites', 'by ada, in isFavourite'],
      ['And by', 'ffffffffff', 'Sort rules', 'by ada, in src/rules.ts'],
    ]) {
      const fact = said.find((one) => one.startsWith(name!)) ?? '';
      for (const word of words) assert.ok(fact.includes(word), `${word} is not in “${fact}” of ${said.join(' | ')}`);
    }
    assert.equal(said.filter((one) => one.startsWith('Spent in')).length, 1);
    assert.equal(await page.getByRole('link', { name: '0a1b2c3d4e' }).getAttribute('href'), 'https://git.example/c');
    assert.match(
      (await page.getByRole('link', { name: 'What was captured' }).getAttribute('href'))!,
      /#\/forensics\/taken/,
    );
  },
);
