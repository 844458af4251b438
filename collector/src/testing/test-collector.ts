// A collector in this process for one test, on a folder of its own, gone when the test ends.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Logger } from 'pino';
import { type Collector, type CollectorOptions, startCollector } from '../start-collector.js';

/** Gone when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-collector-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Paths of all files below a folder. */
export function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** On a free port; closed when the test ends. Without `dataDir` on a folder of its own. */
export async function testCollector(
  t: TestContext,
  dataDir?: string,
  log?: Logger,
  options: Partial<CollectorOptions> = {},
): Promise<Collector> {
  const folder = dataDir ?? temporaryFolder(t);
  const collector = await startCollector({ dataDir: folder, port: 0, ...(log && { log }), ...options });
  t.after(() => collector.close());
  return collector;
}

/** Status and body of a GET. */
export async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}
