// The functions that cost most in production: of the whole workspace, as the collector orders them, or of one open
// document. The collector is asked for the first, because the server knows the numbers of open files alone; what is in
// no file of the workspace is left out.

import { pathToFileURL } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import type { Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { functionHead } from '../../ide/function-head.js';
import type { Settings } from '../settings.js';
import { toRange } from '../to-protocol.js';
import type { JumpSource } from './jump.js';

export const HOT_ORDERS = ['totalNs', 'p95Ns', 'errors', 'cpuNs', 'callsPerMinute'] as const;
export type HotOrder = (typeof HOT_ORDERS)[number];

export interface HotFunction {
  stats: FunctionStats;
  uri: string;
  /** Of the name: in an open document as it is now, elsewhere as deployed. */
  range: Range;
}

/** Functions asked for, and given. */
const ASKED = 1_000;
const GIVEN = 50;

/** Of the workspace, at most 50; rejects where the collector cannot be asked. */
export async function hotFunctions(
  order: HotOrder,
  source: JumpSource,
  settings: Pick<Settings, 'window' | 'environment' | 'services'>,
): Promise<HotFunction[]> {
  const found: HotFunction[] = [];
  for await (const { stats, path } of workspaceFunctions(order, source, settings)) {
    if (!(Number(stats[order]) > 0)) break;
    const start = { line: stats.line - 1, character: stats.column - 1 };
    found.push({ stats, uri: pathToFileURL(path).href, range: { start, end: start } });
    if (found.length === GIVEN) break;
  }
  return found;
}

/** Of an open document: every service's, each on the function as it stands in the text. */
export function hotFunctionsIn(document: TextDocument, order: HotOrder, source: JumpSource): HotFunction[] {
  const all = source.mapped(document).flatMap(({ outlined, readings }) => {
    const range = toRange(document, functionHead(document.getText(), outlined));
    return readings.map(({ stats }) => ({ stats, uri: document.uri, range }));
  });
  return all
    .filter(({ stats }) => Number(stats[order]) > 0)
    .sort((a, b) => Number(b.stats[order]) - Number(a.stats[order]));
}

/**
 * Own functions of the services and environments that are shown, in the collector's order, with their files. `text`: a
 * part of the name. Rejects where the collector cannot be asked.
 */
export async function* workspaceFunctions(
  order: HotOrder,
  { api, numbers, files, workspaceFolders }: JumpSource,
  { window, environment, services }: Pick<Settings, 'window' | 'environment' | 'services'>,
  text = '',
): AsyncGenerator<{ stats: FunctionStats; path: string }> {
  const known = numbers();
  if (!known) return;
  const asked = new URLSearchParams({ window, sort: order, limit: String(ASKED) });
  if (environment !== '') asked.set('environment', environment);
  const { functions } = await api().get<{ functions: FunctionStats[] }>(`/api/v1/functions?${asked}`);
  for (const stats of functions) {
    if (stats.package !== null || (services.length > 0 && !services.includes(stats.service))) continue;
    if (!stats.name.toLowerCase().includes(text.toLowerCase())) continue;
    const chosen = known.environmentOf(stats.service);
    if (chosen !== '' && chosen !== stats.environment) continue;
    const path = await files.find(stats, workspaceFolders(), known);
    if (path !== null) yield { stats, path };
  }
}
