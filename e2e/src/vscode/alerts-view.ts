// The alerts view in the real workbench: the tree, the counts, the line behind an alert by click, key and link.
// What is shown is held against what the collector answers.

import assert from 'node:assert/strict';
import type { Alert } from '@prodlens/protocol';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import {
  alertRows,
  alertsBadge,
  alertsItem,
  cursor,
  menuItem,
  notifications,
  openAlertsView,
  openLink,
  runCommand,
  viewWelcome,
} from './workbench.js';

const SLOWED = 'PricingService.applyDiscounts';

/** While nothing answers at the collector's address. */
export async function seesWhyThereAreNoAlerts(page: Page): Promise<void> {
  await openAlertsView(page);
  await eventually('the reason in words', async () => {
    assert.match((await viewWelcome(page).textContent()) ?? '', /The collector cannot be reached/);
    return true;
  });
}

export async function worksThroughAlerts(page: Page, collectorUrl: string): Promise<void> {
  const known = await eventually('the alert as a row, and all open ones counted', async () => {
    const alerts = await openAlerts(collectorUrl);
    const rows = await alertRows(page).allTextContents();
    assert.match(rows[0] ?? '', /^order-service/);
    assert.match(rows[1] ?? '', /^since 2\.0\.0/);
    for (const { title } of alerts)
      assert.ok(
        rows.some((row) => row.includes(title)),
        `${title} is not in ${rows}`,
      );
    assert.equal((await alertsBadge(page).textContent())?.trim(), `${alerts.length}`);
    assert.equal((await alertsItem(page).textContent())?.trim(), `${alerts.length}`);
    return alerts;
  });
  const slowed = known.find(({ place }) => place?.type === 'function' && place.name === SLOWED);
  assert.ok(slowed?.place?.type === 'function');
  const line = `Ln ${slowed.place.line}`;
  const isAtLine = () =>
    eventually(`the cursor at ${line}`, async () => ((await cursor(page)).startsWith(`${line},`) ? true : undefined));

  await runCommand(page, 'View: Close All Editors');
  await alertRows(page).filter({ hasText: slowed.title }).click();
  await isAtLine();

  await page.keyboard.press('Control+F8');
  if (known.length > 1) {
    await eventually('another line', async () => ((await cursor(page)).startsWith(`${line},`) ? undefined : true));
  }
  // The list may have another order by now, as alerts come: back is not always one step, and the steps go round.
  await eventually(`a previous alert at ${line}`, async () => {
    if ((await cursor(page)).startsWith(`${line},`)) return true;
    await page.keyboard.press('Control+Shift+F8');
    return undefined;
  });

  await runCommand(page, 'View: Close All Editors');
  await openLink(page, `vscode://prodlens.prodlens/open?alert=${slowed.id}`);
  await isAtLine();
  assert.deepEqual(await notifications(page).allTextContents(), []);
  await mutesAndUnmutes(page, collectorUrl, slowed);
}

/** By the menu of the row, which stays open while numbers come in. */
async function mutesAndUnmutes(page: Page, collectorUrl: string, { id, title }: Alert): Promise<void> {
  const row = alertRows(page).filter({ hasText: title }).first();
  const choose = async (item: string, state: Alert['state']) => {
    await row.click({ button: 'right' });
    await menuItem(page, item).click();
    await eventually(`the alert ${state}`, async () => {
      const open = await openAlerts(collectorUrl);
      assert.equal(
        open.some((alert) => alert.id === id),
        state === 'open',
      );
      assert.equal(/muted ·/.test((await row.textContent()) ?? ''), state === 'muted');
      return true;
    });
  };
  await choose('Mute for 7 Days', 'muted');
  await choose('Unmute', 'open');
}

async function openAlerts(collectorUrl: string): Promise<Alert[]> {
  const response = await fetch(`${collectorUrl}/api/v1/alerts`);
  assert.equal(response.status, 200);
  const { alerts } = (await response.json()) as { alerts: Alert[] };
  return alerts.filter(({ state }) => state === 'open');
}
