// Where text was inserted into the modules that were loaded, for the stacks that the program reads. The tables of all
// modules stand in one array, one behind the other: an array each would take more than what is in it.

import { fileURLToPath } from 'node:url';
import { originalColumn } from '../instrument/insertion-columns.js';
import type { Columns, ColumnsOf } from './stack-trace.js';

const FIRST_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;

export interface InsertedColumns {
  add(path: string, table: Uint8Array): void;
  of: ColumnsOf;
}

/** `drain` brings in what another thread has reported: called when a stack is read. */
export function insertedColumns(drain: () => void): InsertedColumns {
  let bytes = new Uint8Array(FIRST_BYTES);
  let used = 0;
  /** By path, where its table begins in `bytes`: first its length. */
  const places = new Map<string, number>();
  /** Tables that were asked for. */
  const asked = new Map<string, Uint8Array>();

  function add(path: string, table: Uint8Array): void {
    const end = used + LENGTH_BYTES + table.length;
    if (end > bytes.length) {
      const larger = new Uint8Array(Math.max(end, bytes.length * 1.5));
      larger.set(bytes.subarray(0, used));
      bytes = larger;
    }
    new DataView(bytes.buffer).setUint32(used, table.length);
    bytes.set(table, used + LENGTH_BYTES);
    places.set(path, used);
    asked.delete(path);
    used = end;
  }

  function tableOf(path: string): Uint8Array | null {
    const before = asked.get(path);
    if (before) return before;
    const at = places.get(path);
    if (at === undefined) return null;
    const from = at + LENGTH_BYTES;
    const table = bytes.slice(from, from + new DataView(bytes.buffer).getUint32(at));
    asked.set(path, table);
    return table;
  }

  return {
    add,
    of: (scriptNameOrUrl) => {
      drain();
      const table = tableOf(pathOf(scriptNameOrUrl));
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
