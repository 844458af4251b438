// What the day has left behind: calls, by the collector's own answers, and bytes.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../collector/dist/store/open-store.js';

const MOST_FUNCTIONS = 1_000;

/** Calls of all functions, as the API answers for every version of the plan. */
export async function storedCalls(url, { deployments, minutes }) {
  let calls = 0;
  for (const version of new Set(deployments.map((d) => d.version))) {
    const window = `${Math.ceil(minutes / 60) + 1}h`;
    const query = new URLSearchParams({ service: 'order-service', version, window, limit: String(MOST_FUNCTIONS) });
    const response = await fetch(`${url}/api/v1/functions?${query}`);
    if (!response.ok) throw new Error(`the collector answered ${response.status}: ${await response.text()}`);
    const { functions, truncated } = await response.json();
    if (truncated) throw new Error(`more than ${MOST_FUNCTIONS} functions`);
    calls += functions.reduce((sum, f) => sum + f.calls, 0);
  }
  return calls;
}

/** What the collector does every ten minutes, but not where its clock runs as it does here: forgets what is old enough. */
export async function sweep(data, nowMs) {
  const store = await openStore(data, null);
  await store.sweep(nowMs);
  await store.close();
}

/** All files below the folder, by their length. */
export function folderBytes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
