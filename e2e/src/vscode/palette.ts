// What is chosen and typed above the editor: commands, lists, input boxes, links. All of it closes when something else
// takes the focus, so all of it is tried until it has done what it was opened for.

import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { untilShown } from './until-shown.js';

/** Runs a command by its title in the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await eventually(`the command ${title}`, async () => {
    await page.keyboard.press('F1');
    await input(page).fill(`>${title}`);
    const label = page.locator('.label-name').filter({ hasText: exactly(title) });
    await page.locator('.quick-input-list .monaco-list-row').filter({ has: label }).first().click();
    return true;
  });
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.?()[\]]/g, '\\$&')}$`);
}

/** A row of the list that is open. */
export function choice(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
}

/** Types into the box whose prompt or title contains the text, once it is asked; undefined takes what is in it. */
export async function answer(page: Page, prompt: string, value: string | undefined): Promise<void> {
  const box = page.locator('.quick-input-widget', { hasText: prompt }).locator('.quick-input-box input');
  await box.waitFor();
  if (value !== undefined) await box.fill(value);
  await box.press('Enter');
}

/** As a click on it outside the editor does, with the editor's question answered, until what it opens shows. */
export async function openLink(page: Page, link: string, shows: () => Promise<unknown>): Promise<void> {
  await untilShown(link, shows, async () => {
    await runCommand(page, 'Developer: Open URL');
    await answer(page, 'URL to open', link);
    await page.locator('.monaco-dialog-box .monaco-button', { hasText: /^Open$/ }).click();
  });
}

/** `shows`: throws or is false until the theme is there. */
export async function chooseTheme(page: Page, name: string, shows: () => Promise<unknown>): Promise<void> {
  await untilShown(`the theme ${name}`, shows, async () => {
    await runCommand(page, 'Preferences: Color Theme');
    await input(page).fill(name);
    await choice(page, name).click();
  });
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Nothing that pops up is left. */
export async function clearNotifications(page: Page): Promise<void> {
  const toasts = notifications(page);
  await untilShown(
    'no notifications',
    async () => (await toasts.count()) === 0,
    () => runCommand(page, 'Notifications: Clear All Notifications'),
  );
}

/** What pops up as notifications. */
export function notifications(page: Page): Locator {
  return page.locator('.notification-toast .notification-list-item-message');
}

function input(page: Page): Locator {
  return page.locator('.quick-input-widget .quick-input-box input');
}
