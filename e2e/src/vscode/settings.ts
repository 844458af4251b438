// A setting changed where people change settings, in the editor's own page of them, and what it changes at once: heat beside
// the line numbers and in the overview ruler.

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { runCommand } from './palette.js';
import { untilShown } from './until-shown.js';
import { closeModal, reveal, screenshot } from './workbench.js';

const HEAT = 'prodlens.gutterHeat.enabled';

/** `warm`: line of one of the hottest functions of the open file. */
export async function showsHeatWhereAsked(page: Page, warm: RegExp): Promise<void> {
  assert.equal(await marks(page).count(), 0, 'there is no heat unasked');
  assert.equal(await orangePixels(page), 0);
  const line = await reveal(page, warm);
  const isHot = async () => {
    const { y, height } = (await line.boundingBox())!;
    const at = await marks(page).evaluateAll((all) => all.map((mark) => mark.getBoundingClientRect().y));
    return at.some((top) => Math.abs(top - y) < height / 2) && (await orangePixels(page)) > 0;
  };
  await untilShown('a mark at the function and in the ruler', isHot, () => tick(page, HEAT, true));
  await screenshot(page, 'vscode-heat.png');

  const isCold = async () => (await marks(page).count()) + (await orangePixels(page)) === 0;
  await untilShown('no heat', isCold, () => tick(page, HEAT, false));
}

/** Nothing where it is so already. The page keeps a choice a moment later, and forgets it where it is closed before. */
async function tick(page: Page, setting: string, wanted: boolean): Promise<void> {
  const item = page.locator(`.settings-editor .setting-item-contents[data-key="${setting}"]`);
  const box = item.locator('.setting-value-checkbox');
  const isKept = async () =>
    (await box.getAttribute('aria-checked')) === `${wanted}` &&
    (await item.and(page.locator('.is-configured')).count()) === (wanted ? 1 : 0);
  await runCommand(page, 'Preferences: Open Settings (UI)');
  try {
    await page.locator('.settings-editor .settings-header .suggest-input-container').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(setting);
    await box.waitFor();
    await untilShown(`${setting} as ${wanted}`, isKept, async () => {
      if ((await box.getAttribute('aria-checked')) !== `${wanted}`) await box.click();
    });
  } finally {
    await closeModal(page);
  }
}

function marks(page: Page) {
  return page.locator('.monaco-editor .glyph-margin-widgets [class*="TextEditorDecorationType"]');
}

/** Of the first editor's overview ruler, where the extension alone draws in orange. */
async function orangePixels(page: Page): Promise<number> {
  const ruler = page.locator('.monaco-editor canvas.decorationsOverviewRuler').first();
  return ruler.evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let orange = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
      if (red > green + 20 && green > blue + 15) orange++;
    }
    return orange;
  });
}
