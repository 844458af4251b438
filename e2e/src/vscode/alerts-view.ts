// The alerts view in the real workbench: the tree, the counts, the line behind an alert by click, key and link.
// What is shown is held against what the collector answers.

import assert from 'node:assert/strict';
import type { Alert } from '@prodlens/protocol';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { SLOWED } from '../running-example.js';
import { notifications, openLink, runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { alertRow, alertRows, alertsBadge, chooseInMenu, clickRow, openAlertsView, viewWelcome } from './views.js';
import { alertsItem, closeEditors, cursor, screenshot } from './workbench.js';

/** While nothing answers at the collector's address. */
export async function seesWhyThereAreNoAlerts(page: Page): Promise<void> {
  await openAlertsView(page);
  await eventually('the reason in words', async () => {
    assert.match((await viewWelcome(page).textContent()) ?? '', /The collector cannot be reached/);
    return true;
  });
}

/** Needs the alerts of the running example. */
export async function worksThroughAlerts(page: Page, collectorUrl: string): Promise<void> {
  const known = await eventually('the alert as a row, and all open ones counted', async () => {
    const alerts = await openAlerts(collectorUrl);
    const rows = await alertRows(page).allTextContents();
    assert.match(rows[0] ?? '', /^order-service/);
    assert.match(rows[1] ?? '', /^since 2\.0\.0/);
    for (const { title } of alerts) assert.ok(await alertRow(page, title).isVisible(), `${title} is not in ${rows}`);
    assert.equal((await alertsBadge(page).textContent())?.trim(), `${alerts.length}`);
    assert.equal((await alertsItem(page).textContent())?.trim(), `${alerts.length}`);
    return alerts;
  });
  const slowed = known.find(({ place }) => place?.type === 'function' && place.name === SLOWED.name);
  assert.ok(slowed?.place?.type === 'function');
  const line = `Ln ${slowed.place.line},`;
  const isAtLine = async () => (await cursor(page)).startsWith(line);
  const rowOfSlowed = () => rowOf(page, collectorUrl, slowed.id);

  await closeEditors(page);
  await clickRow(rowOfSlowed, `the cursor at ${line}`, isAtLine);

  // The list may have another order by now, as alerts come: back is not always one step, and the steps go round.
  const press = (keys: string) => () => page.keyboard.press(keys);
  if (known.some(({ place }) => place?.type === 'function' && `Ln ${place.line},` !== line))
    await untilShown('another line', async () => !(await isAtLine()), press('Control+F8'));
  await untilShown(`a previous alert at ${line}`, isAtLine, press('Control+Shift+F8'));

  await showsWhatAnAlertReaches(page, collectorUrl);

  await closeEditors(page);
  await openLink(page, `vscode://prodlens.prodlens/open?alert=${slowed.id}`, isAtLine);
  assert.deepEqual(await notifications(page).allTextContents(), []);
  await mutesAndUnmutes(page, collectorUrl, slowed.id);
  await searchesAlerts(page);
}

/** Below an alert is where else its cause shows; a click goes there, and closed again it is gone. */
async function showsWhatAnAlertReaches(page: Page, collectorUrl: string): Promise<void> {
  const { alert, title, place } = await eventually('an alert that reaches a function', async () => {
    for (const alert of await openAlerts(collectorUrl)) {
      for (const { title, place } of alert.reached ?? []) {
        if (place?.type === 'function') return { alert, title, place };
      }
    }
    return undefined;
  });
  const reached = page.locator('.sidebar .customview-tree .monaco-list-row[aria-level="4"]');
  const isOpen = () => reached.first().isVisible();
  const twist = async () => (await rowOf(page, collectorUrl, alert.id)).locator('.monaco-tl-twistie').click();
  await untilShown('what it reaches', isOpen, twist);
  await eventually(title, async () => {
    const titles = await reached.evaluateAll((rows) => rows.map((row) => row.ariaLabel));
    assert.ok(
      titles.some((one) => one?.includes(title)),
      `${title} is not in ${titles}`,
    );
    return true;
  });
  await screenshot(page, 'vscode-reached.png');
  const line = `Ln ${place.line},`;
  await clickRow(
    () => reached.filter({ hasText: place.name }).first(),
    `the cursor at ${line}`,
    async () => (await cursor(page)).startsWith(line),
  );
  await untilShown('it closed', async () => !(await isOpen()), twist);
}

/** Marked where it is found, and with the filter no other alert is left. */
async function searchesAlerts(page: Page): Promise<void> {
  const search = page.locator('.sidebar .monaco-tree-type-filter');
  const input = search.locator('input');
  await untilShown(
    'the search in the view',
    async () => (await input.inputValue()) === SLOWED.name,
    async () => {
      await runCommand(page, 'Prodlens: Search Alerts');
      await input.fill(SLOWED.name);
    },
  );
  const filter = search.locator('[aria-label="Filter"]');
  await untilShown(
    'only what is searched for',
    async () => {
      // Services and deployments have no icon.
      const icon = page.locator('.custom-view-tree-node-item-icon');
      const found = alertRows(page).filter({ has: icon }).locator('.label-name');
      const names = await found.filter({ has: page.locator('.highlight') }).allTextContents();
      return (await found.count()) === names.length && names[0] && names.every((name) => name.includes(SLOWED.name));
    },
    async () => {
      if ((await filter.getAttribute('aria-checked')) !== 'true') await filter.click();
    },
  );
  await screenshot(page, 'vscode-search.png');
  await untilShown(
    'all alerts again',
    async () => (await search.count()) === 0 || !(await search.isVisible()),
    () => search.locator('[aria-label="Close"]').click(),
  );
}

/** By the menu of the row. An alert may also close by itself at any time, and then it has no row. */
async function mutesAndUnmutes(page: Page, collectorUrl: string, id: string): Promise<void> {
  const choose = (item: string, wanted: Alert['state']) =>
    chooseInMenu(
      page,
      () => rowOf(page, collectorUrl, id),
      item,
      async () => {
        const { state } = await alertOf(collectorUrl, id);
        if (state === 'closed') return true;
        const says = (await (await rowOf(page, collectorUrl, id)).textContent()) ?? '';
        return state === wanted && says.includes('muted ·') === (wanted === 'muted');
      },
    );
  await choose('Mute for 7 Days', 'muted');
  await choose('Unmute', 'open');
}

/** By the title that it has at this moment: what is known of it better changes the words. */
async function rowOf(page: Page, collectorUrl: string, id: string): Promise<Locator> {
  const { title } = await alertOf(collectorUrl, id);
  return alertRow(page, title);
}

async function alertOf(collectorUrl: string, id: string): Promise<Alert> {
  const response = await fetch(`${collectorUrl}/api/v1/alerts/${id}`);
  assert.equal(response.status, 200);
  return ((await response.json()) as { alert: Alert }).alert;
}

async function openAlerts(collectorUrl: string): Promise<Alert[]> {
  const response = await fetch(`${collectorUrl}/api/v1/alerts`);
  assert.equal(response.status, 200);
  const { alerts } = (await response.json()) as { alerts: Alert[] };
  return alerts.filter(({ state }) => state === 'open');
}
