// The workspace's functions by how slow they are in production. The collector is asked, because the server knows the
// numbers of open files alone; what is in no file of the workspace is left out.

import { pathToFileURL } from 'node:url';
import { type FunctionStats, formatDuration, formatRate } from '@prodlens/protocol';
import { type SymbolInformation, SymbolKind } from 'vscode-languageserver/node';
import type { JumpSource } from './jump.js';
import type { Settings } from './settings.js';

/** Functions asked for, and symbols given. */
const ASKED = 1_000;
const GIVEN = 50;

/** Those whose name has the query in it, slowest first. */
export async function slowestSymbols(
  query: string,
  { api, numbers, files, workspaceFolders }: JumpSource,
  { window, environment, services }: Settings,
): Promise<SymbolInformation[]> {
  const known = numbers();
  if (!known) return [];
  const asked = new URLSearchParams({ window, sort: 'p95Ns', limit: String(ASKED) });
  if (environment !== '') asked.set('environment', environment);
  const { functions } = await api()
    .get<{ functions: FunctionStats[] }>(`/api/v1/functions?${asked}`)
    .catch(() => ({ functions: [] }));
  const symbols: SymbolInformation[] = [];
  for (const stats of functions) {
    if (symbols.length === GIVEN) break;
    if (services.length > 0 && !services.includes(stats.service)) continue;
    const chosen = known.environmentOf(stats.service);
    if (chosen !== '' && chosen !== stats.environment) continue;
    if (stats.package !== null || !stats.name.toLowerCase().includes(query.toLowerCase())) continue;
    const path = await files.find(stats, workspaceFolders(), known.filesOf);
    if (path !== null) symbols.push(symbolOf(stats, path));
  }
  return symbols;
}

/** Where the function stood when it was deployed: near enough for a list, and opening it shows its lens. */
function symbolOf(stats: FunctionStats, path: string): SymbolInformation {
  const start = { line: stats.line - 1, character: stats.column - 1 };
  const p95 = stats.p95Ns === null ? null : `p95 ${formatDuration(stats.p95Ns)}`;
  const rate = stats.callsPerMinute === null ? null : formatRate(stats.callsPerMinute);
  return {
    name: stats.name,
    kind: stats.kind === 'method' ? SymbolKind.Method : SymbolKind.Function,
    location: { uri: pathToFileURL(path).href, range: { start, end: start } },
    containerName: [p95, rate, stats.service].filter(Boolean).join(' · '),
  };
}
