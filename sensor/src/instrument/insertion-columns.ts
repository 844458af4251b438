// Where the insertions of a text stand, small enough to keep for every module that is loaded: about four bytes each.
// Read only when a program reads a stack trace, so it is searched from its start, without an index; what was found is
// kept, because programs that throw do so again and again at the same places.

import { lineAt } from '@prodlens/syntax/lines';
import type { Insertion } from './insertions.js';

/**
 * Table for originalColumn: for each insertion its line, less that of the one before, its column in the source, less
 * that of the one before where both are on one line, and its length; each as a base-128 number, lowest digits first.
 * `insertions` in the order in which they stand in the text, without newlines in them.
 */
export function encodeInsertions(
  insertions: readonly Pick<Insertion, 'at' | 'text'>[],
  lineStarts: number[],
): Uint8Array {
  const bytes: number[] = [];
  let line = 0;
  let column = 0;
  for (const { at, text } of insertions) {
    const onLine = lineAt(lineStarts, at);
    if (onLine !== line) column = 0;
    const onColumn = at - lineStarts[onLine]!;
    for (const value of [onLine - line, onColumn - column, text.length]) pushNumber(bytes, value);
    line = onLine;
    column = onColumn;
  }
  return Uint8Array.from(bytes);
}

/** Places whose columns are kept, for each table that was ever searched. */
const MOST_KEPT = 500;
const kept = new WeakMap<Uint8Array, Map<number, number>>();

/**
 * Column in the source of a column in the instrumented text, both on `line`; all 0-based, in UTF-16 units. What
 * stands in an insertion is at its place. Linear in the insertions up to the line, the first time.
 */
export function originalColumn(table: Uint8Array, line: number, column: number): number {
  const place = line * 2 ** 24 + column;
  let columns = kept.get(table);
  if (!columns || columns.size >= MOST_KEPT) {
    columns = new Map();
    kept.set(table, columns);
  }
  let found = columns.get(place);
  if (found === undefined) {
    found = search(table, line, column);
    columns.set(place, found);
  }
  return found;
}

function search(table: Uint8Array, line: number, column: number): number {
  let at = 0;
  const next = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = table[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  let onLine = 0;
  let onColumn = 0;
  let inserted = 0;
  while (at < table.length) {
    const lines = next();
    onLine += lines;
    onColumn = next() + (lines === 0 ? onColumn : 0);
    const length = next();
    if (onLine < line) continue;
    if (onLine > line || onColumn + inserted > column) break;
    if (onColumn + inserted + length > column) return onColumn;
    inserted += length;
  }
  return column - inserted;
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  bytes.push(rest);
}
