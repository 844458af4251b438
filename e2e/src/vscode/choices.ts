// What a click on the status bar's item offers in the real workbench: windows and the environments that the collector
// knows. The numbers in the editor follow what is chosen.

import assert from 'node:assert/strict';
import { formatDuration } from '@prodlens/protocol';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { sensors } from '../reported-cart.js';
import { functionStats, SLOWED } from '../running-example.js';
import { answer, choice } from './palette.js';
import { untilShown } from './until-shown.js';
import { hoverCell, lensOver, reveal, statusItem } from './workbench.js';

/** In which nobody but one sensor reports, and no call takes longer or shorter. */
const ENVIRONMENT = 'staging';
const CALLS = 60;
const CALL_NS = 7e6;

/** To the last minute by what is typed, and back to the hour from the list. */
export async function choosesWindow(page: Page, collectorUrl: string, slowedLine: RegExp): Promise<void> {
  /** Of the calls of the hour, as the collector has them, which are more each second. */
  const shareShown = async () => {
    const shown = await hoverCell(page, await reveal(page, slowedLine), 'applyDiscounts', 'calls');
    const stats = await functionStats(collectorUrl, { ...SLOWED, environment: 'production' });
    return Number(shown.replaceAll(',', '')) / stats!.calls;
  };
  const follows = (what: string, holds: (share: number) => boolean) =>
    eventually(what, async () => {
      const share = await shareShown();
      assert.ok(holds(share), `${share} of the hour's calls`);
      return true;
    });
  await choose(page, 'window', /^Another/, 'production · 1m', () => answer(page, 'How far back', '1m'));
  // The window has the minute that runs beside the last whole one: of what has run for three, two thirds at most.
  await follows('the calls of a minute', (share) => share < 0.8);
  await choose(page, 'window', '1 hour', 'production · 1h');
  await follows('the calls of the hour', (share) => share > 0.8);
}

/** To one where the slowed function is fast, and back to the one that is chosen without a word. */
export async function choosesEnvironment(page: Page, collectorUrl: string, slowedLine: RegExp): Promise<void> {
  await reportStaging(collectorUrl);
  await choose(page, 'environment', ENVIRONMENT, `${ENVIRONMENT} · 1h`);
  const stats = await functionStats(collectorUrl, { ...SLOWED, environment: ENVIRONMENT });
  assert.equal(stats?.calls, CALLS);
  await eventually('the lens of the other environment', async () => {
    const lens = (await lensOver(page, await reveal(page, slowedLine))) ?? '';
    assert.ok(lens.startsWith(`p95 ${formatDuration(stats.p95Ns!)} · `), lens);
    return true;
  });
  await choose(page, 'environment', 'One for each service', 'production · 1h');
  await eventually('the lens of production', async () => {
    assert.match((await lensOver(page, await reveal(page, slowedLine))) ?? '', /^▲ .+ slower since 2\.0\.0/);
    return true;
  });
}

/** `then`: what is asked after the item. */
async function choose(
  page: Page,
  what: 'environment' | 'window',
  item: string | RegExp,
  expected: string,
  then: () => Promise<void> = async () => {},
): Promise<void> {
  await untilShown(
    `${expected} in the status bar`,
    async () => ((await statusItem(page).textContent()) ?? '').endsWith(expected),
    async () => {
      await page.keyboard.press('Escape');
      await statusItem(page).click();
      await choice(page, `Choose the ${what}`).click();
      await choice(page, item).click();
      await then();
    },
  );
}

async function reportStaging(collectorUrl: string): Promise<void> {
  const { file, name } = SLOWED;
  const functions = [sensors.fakeFunction(1, { file, name, kind: 'method', line: 48 })];
  const hello = { service: 'order-service', environment: ENVIRONMENT, version: '2.0.0', instance: ENVIRONMENT };
  const sensor = await sensors.startSensor(collectorUrl, hello, functions);
  await sensors.report(sensor, sensors.fakeWindow(1, [sensors.fakeRow(1, Array(CALLS).fill(CALL_NS))]));
  sensor.socket.terminate();
}
