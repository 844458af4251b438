// The extension's container in the side bar, its two trees, and what can be done to a row: all by the mouse, as a person
// does it. The class names are VS Code's own.

import type { Locator, Page } from 'playwright-core';
import { untilShown } from './until-shown.js';

/** Within this a menu has heard a click, or never will. */
const MENU_MS = 1_000;

/** Within this the side bar is there: a second click on the icon, once the first has been heard, hides it again. */
const OPEN_MS = 30_000;

/** The extension's container, by its icon in the activity bar. */
export async function openAlertsView(page: Page): Promise<void> {
  const header = page.locator('.sidebar .pane-header', { hasText: 'Alerts' });
  await untilShown(
    'the view of alerts',
    () => header.isVisible(),
    // The badge lies over the icon.
    () => alertsIcon(page).click({ force: true }),
    OPEN_MS,
  );
}

/** What the view says where it has no rows. */
export function viewWelcome(page: Page): Locator {
  return page.locator('.sidebar .welcome-view-content', { hasText: 'ollector' }).first();
}

/** Rows of the alerts view that are drawn, of every level. */
export function alertRows(page: Page): Locator {
  return page.locator('.sidebar .pane', { hasText: 'Alerts' }).locator('.customview-tree .monaco-list-row');
}

/** The row of an alert by its title, which it shows in another order and reads out as it is. */
export function alertRow(page: Page, title: string): Locator {
  return page.locator(`.sidebar .customview-tree .monaco-list-row[aria-label^=${JSON.stringify(title)}]`).first();
}

/** Rows of the hot functions. */
export function hotRows(page: Page): Locator {
  return page.locator('.sidebar .pane', { hasText: 'Hot Functions' }).locator('.monaco-list-row');
}

/** The number on the icon in the activity bar. */
export function alertsBadge(page: Page): Locator {
  return alertsIcon(page).locator('xpath=..').locator('.badge-content');
}

/** Clicks the row, which is looked for anew each time, until the effect shows. */
export async function clickRow(
  row: () => Locator | Promise<Locator>,
  what: string,
  shows: () => Promise<unknown>,
): Promise<void> {
  await untilShown(what, shows, async () => (await row()).click());
}

/** By an icon that the row shows under the pointer. */
export async function clickIconOfRow(row: Locator, icon: string, shows: () => Promise<unknown>): Promise<void> {
  await untilShown(icon, shows, async () => {
    await row.hover();
    await row.locator(`[aria-label="${icon}"]`).click();
  });
}

/** By the menu of the row under the right button. */
export async function chooseInMenu(
  page: Page,
  row: () => Promise<Locator>,
  item: string,
  shows: () => Promise<unknown>,
): Promise<void> {
  const entry = page.locator('.monaco-menu .action-menu-item', { hasText: item }).first();
  await untilShown(item, shows, async () => {
    await page.keyboard.press('Escape');
    await (await row()).click({ button: 'right' });
    await entry.waitFor();
    await untilShown(
      'the menu closed',
      () => entry.isHidden(),
      () => entry.click(),
      MENU_MS,
    );
  });
}

function alertsIcon(page: Page): Locator {
  return page.locator('.activitybar .action-label[aria-label^="Prodlens"]');
}
