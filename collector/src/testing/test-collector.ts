// A collector in this process for one test, on a folder of its own, gone when the test ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Logger } from 'pino';
import { type Collector, startCollector } from '../start-collector.js';

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-collector-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function testCollector(t: TestContext, dataDir?: string, log?: Logger): Promise<Collector> {
  const collector = await startCollector({ dataDir: dataDir ?? temporaryFolder(t), port: 0, ...(log && { log }) });
  t.after(() => collector.close());
  return collector;
}

/** Status and body of a GET. */
export async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}
