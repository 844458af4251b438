// The workspace's functions by how slow they are in production, as symbols.

import { pathToFileURL } from 'node:url';
import { type FunctionStats, formatDuration, formatRate } from '@prodlens/protocol';
import { type SymbolInformation, SymbolKind } from 'vscode-languageserver/node';
import type { Settings } from '../settings.js';
import { workspaceFunctions } from './hot-functions.js';
import type { JumpSource } from './jump.js';

/** Symbols given. */
const GIVEN = 50;

/** Those whose name has the query in it, slowest first; none while the collector cannot be asked. */
export async function slowestSymbols(
  query: string,
  source: JumpSource,
  settings: Settings,
): Promise<SymbolInformation[]> {
  const symbols: SymbolInformation[] = [];
  try {
    for await (const { stats, path } of workspaceFunctions('p95Ns', source, settings, query)) {
      symbols.push(symbolOf(stats, path));
      if (symbols.length === GIVEN) break;
    }
  } catch {
    return [];
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
