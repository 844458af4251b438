// Where text was inserted into the modules that were loaded, for the stacks that the program reads.

import { fileURLToPath } from 'node:url';
import { originalColumn } from '../instrument/insertion-columns.js';
import type { Columns, ColumnsOf } from './stack-trace.js';

export interface InsertedColumns {
  add(path: string, table: Uint8Array): void;
  of: ColumnsOf;
}

/** `drain` brings in what another thread has reported: called when a stack is read. */
export function insertedColumns(drain: () => void): InsertedColumns {
  const tables = new Map<string, Uint8Array>();
  return {
    add: (path, table) => void tables.set(path, table),
    of: (scriptNameOrUrl) => {
      drain();
      const table = tables.get(pathOf(scriptNameOrUrl));
      return table ? (((line, column) => originalColumn(table, line, column)) satisfies Columns) : null;
    },
  };
}

function pathOf(scriptNameOrUrl: string): string {
  if (!scriptNameOrUrl.startsWith('file:')) return scriptNameOrUrl;
  try {
    return fileURLToPath(scriptNameOrUrl);
  } catch {
    return scriptNameOrUrl;
  }
}
