// What a developer sees: the extension, installed from its .vsix into a real VS Code in a real Chromium, over the
// example's source while the example runs under the sensor. Lens, hover, Problems and status bar, and that the number
// in the lens is the number that the collector answers.

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.js';
import { REPOSITORY } from '../program.js';
import { functionStats, SLOWED, startRunningExample } from '../running-example.js';
import { findsTheAgentsServer } from './agents.js';
import { seesWhyThereAreNoAlerts, worksThroughAlerts } from './alerts-view.js';
import { choosesEnvironment, choosesWindow } from './choices.js';
import { startEditor } from './editor.js';
import { listsHotFunctions } from './hot-functions.js';
import { answer, clearNotifications, notifications, runCommand } from './palette.js';
import {
  FAILING,
  looksLikeItsTheme,
  opensByQuickFix,
  opensForensicsOfAlert,
  opensLineOfStack,
  showsFunction,
} from './panel.js';
import { showsHeatWhereAsked } from './settings.js';
import { takesNoAddressFromAStranger } from './trust.js';
import { untilShown } from './until-shown.js';
import { alertRows, clickRow } from './views.js';
import { endsTheCollector, freePort, hasTakenAllSteps, leavesTheWalkthrough, startsACollector } from './walkthrough.js';
import {
  activation,
  editorLine,
  hoverCell,
  lensOver,
  openWorkbench,
  picture,
  problem,
  resizePanel,
  reveal,
  screenshot,
  statusItem,
} from './workbench.js';
import { restoresThePanel, showsAWorkspaceOfFolders, sleepsWithoutSource, survivesARestart } from './workspaces.js';

const workspace = fileURLToPath(new URL('examples/order-service', REPOSITORY));

/** Where the slowed function begins. Spaces in the editor are no-break spaces. */
const SLOWED_LINE = /^\s*applyDiscounts\(customer:\sstring,/;
const LENS = /^▲ .+ slower since 2\.0\.0 · p95 [\d.]+ ms · [\d.]+k?\/min/;
const WARNING = /slower since 2\.0\.0: median [\d.]+ .s before \(n = [\d,]+\), [\d.]+ ms since \(n = [\d,]+\)/;

test('VS Code shows the running example on its source', { timeout: 900_000 }, async (t) => {
  const ownUrl = `http://127.0.0.1:${await freePort()}`;
  const editor = await startEditor(t, { 'prodlens.url': ownUrl, ...LOOKS });
  if (editor === undefined) return;
  const { server, browser, temporary, vsix } = editor;
  const { collectorUrl, endCollector, stop } = await startRunningExample();
  t.after(stop);
  await sleepsWithoutSource(browser, server.url, workspace);
  const page = await openWorkbench(browser, server.url, workspace, join(workspace, SLOWED.file));

  try {
    await holdsStatus(page, /Prodlens: not connected$/);
    await seesWhyThereAreNoAlerts(page);
    assert.deepEqual(await notifications(page).allTextContents(), []);
    await startsACollector(page, ownUrl);
    await holdsStatus(page, /Prodlens: .*1h$/);
    const said = () => notifications(page).allTextContents();
    await untilShown(
      'a connection that works',
      async () => (await said()).length > 0,
      async () => {
        await runCommand(page, 'Prodlens: Connect to Collector…');
        await answer(page, 'Address of the collector', collectorUrl);
        await answer(page, 'Token', undefined);
      },
    );
    assert.deepEqual(await said(), [`Connected to ${collectorUrl}: 1 service reports to it.`]);
    await clearNotifications(page);
    await endsTheCollector(page, ownUrl);
    await leavesTheWalkthrough(page);
    await holdsStatus(page, /Prodlens: production · 1h$/);

    const line = await reveal(page, SLOWED_LINE);
    await eventually('the lens with the p95 that the collector answers', async () => {
      const lens = (await lensOver(page, line)) ?? '';
      assert.match(lens, LENS);
      assertShowsP95(lens, await functionStats(collectorUrl, SLOWED));
      return true;
    });

    await hasTakenAllSteps(page);
    await leavesTheWalkthrough(page);

    const warning = await problem(page, new RegExp(`${WARNING.source}.*\\[Ln ${await slowedLineNumber()},`));
    await warning.click();
    await resizePanel(page, 170);

    await eventually('the hover with the p95 that the collector answers', async () => {
      const p95 = await hoverCell(page, await reveal(page, SLOWED_LINE), 'applyDiscounts', 'p95');
      assertShowsP95(`p95 ${p95}`, await functionStats(collectorUrl, SLOWED));
      return true;
    });
    assert.deepEqual(await notifications(page).allTextContents(), []);
    await screenshot(page, 'vscode.png');
    await picture(page, 'docs/vscode.png');
    await picture(page, 'extension-vscode/media/lens.png', line);

    await worksThroughAlerts(page, collectorUrl);
    await screenshot(page, 'vscode-alerts.png');
    await picture(page, 'extension-vscode/media/alerts.png');

    await showsFunction(page, collectorUrl, SLOWED_LINE);
    await looksLikeItsTheme(page);
    await opensForensicsOfAlert(page);
    await listsHotFunctions(page, collectorUrl);
    await opensLineOfStack(page);

    await restoresThePanel(page, FAILING);
    const alert = () => alertRows(page).filter({ hasText: SLOWED.name }).first();
    await clickRow(alert, 'the file of an alert', () => editorLine(page, SLOWED_LINE).isVisible());
    await opensByQuickFix(page, SLOWED_LINE);
    await choosesWindow(page, collectorUrl, SLOWED_LINE);
    await choosesEnvironment(page, collectorUrl, SLOWED_LINE);
    await showsHeatWhereAsked(page, SLOWED_LINE);
    await findsTheAgentsServer(page);

    const { ms, isRemote } = await activation(page);
    assert.ok(isRemote, 'it runs where the files are');
    t.diagnostic(`activation ${ms} ms, .vsix ${Math.round((await stat(vsix)).size / 1024)} KB`);
    await showsAWorkspaceOfFolders(browser, server.url, temporary);
    await survivesARestart(page, endCollector);
    await page.context().close();

    await server.configure({ ...ASKS_FOR_TRUST, 'prodlens.url': collectorUrl });
    await takesNoAddressFromAStranger(browser, server.url, { service: workspace, temporary });
  } catch (error) {
    if (!page.isClosed()) await screenshot(page, 'vscode-failed.png');
    throw error;
  }
});

/** How the workbench looks: only what concerns the picture in the README. */
const LOOKS = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.layoutControl.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'editor.fontSize': 14,
  'editor.stickyScroll.enabled': false,
  'editor.hover.delay': 100,
  'editor.hover.above': false,
  'files.exclude': { dist: true, node_modules: true, '*.tsbuildinfo': true },
};

/** "p95 42 ms" in a lens, or the column p95 of a hover, against the collector's answer in ns. */
function assertShowsP95(text: string, stats: FunctionStats | undefined): void {
  const shown = /p95\s+([\d.]+) (µs|ms|s)\b/.exec(text);
  assert.ok(shown?.[1] && shown[2], `no p95 in “${text}”`);
  assert.ok(stats?.p95Ns, 'the collector has no p95');
  const unitNs = { µs: 1e3, ms: 1e6, s: 1e9 }[shown[2] as 'µs' | 'ms' | 's'];
  const digits = shown[1].split('.')[1]?.length ?? 0;
  assert.equal(shown[1], (stats.p95Ns / unitNs).toFixed(digits));
}

const ASKS_FOR_TRUST = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
};

async function holdsStatus(page: Page, expected: RegExp): Promise<void> {
  await eventually(`a status like ${expected}`, async () => {
    assert.match((await statusItem(page).textContent()) ?? '', expected);
    return true;
  });
}

/** 1-based. */
async function slowedLineNumber(): Promise<number> {
  const lines = (await readFile(join(workspace, SLOWED.file), 'utf8')).split('\n');
  return lines.findIndex((line) => SLOWED_LINE.test(line)) + 1;
}
