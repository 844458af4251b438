// What each of these tests starts with: the extension packed as people get it, in a VS Code of its own with empty user data,
// and a browser to look at it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { chromiumPath, launchChromium } from '../browser.js';
import { REPOSITORY } from '../program.js';
import { type CodeServer, type InstalledVSCode, installVSCode, startCodeServer } from './code-server.js';

const { build, packageVsix } = (await import(new URL('extension-vscode/build.mjs', REPOSITORY).href)) as {
  build(): Promise<void>;
  packageVsix(outFile: string): Promise<void>;
};

export interface Editor {
  server: CodeServer;
  browser: Browser;
  /** A folder that goes with the test. */
  temporary: string;
  /** Path of the packed extension. */
  vsix: string;
}

/** Ends with the test. Undefined, and the test skipped with the reason, where there can be no VS Code or no Chromium. */
export async function startEditor(t: TestContext, settings: Record<string, unknown>): Promise<Editor | undefined> {
  const tools = await installTools(t);
  if (tools === undefined) return undefined;
  const temporary = await mkdtemp(join(tmpdir(), 'prodlens-e2e-'));
  t.after(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  const vsix = join(temporary, 'prodlens.vsix');
  await build();
  await packageVsix(vsix);
  const server = await startCodeServer(tools.vscode, { vsix, settings });
  t.after(() => server.stop());
  const browser = await launchChromium(tools.chromium);
  t.after(() => browser.close());
  return { server, browser, temporary, vsix };
}

async function installTools(t: TestContext): Promise<{ vscode: InstalledVSCode; chromium: string } | undefined> {
  try {
    return { vscode: await installVSCode({ log: console.log }), chromium: await chromiumPath() };
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    t.skip(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
