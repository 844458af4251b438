// The source map of a text into which other text was inserted: every character of the source maps to itself.

import { encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { lineAt } from '@prodlens/syntax/lines';
import type { Insertion } from './insertions.js';

/** A source map, revision 3. */
export interface InsertionMap {
  version: 3;
  sources: [string];
  names: [];
  mappings: string;
}

/** `insertions` in the order in which they stand in the text. Linear in lines and insertions. */
export function insertionMap(
  source: string,
  insertions: Insertion[],
  lineStarts: number[],
  path: string,
): InsertionMap {
  const lines = lineStarts.map((_, line): SourceMapSegment[] => [[0, 0, line, 0]]);
  let line = -1;
  let inserted = 0;
  for (const { at, text } of insertions) {
    const on = lineAt(lineStarts, Math.min(at, source.length));
    if (on !== line) inserted = 0;
    line = on;
    inserted += text.length;
    const column = at - lineStarts[line]!;
    lines[line]!.push([column + inserted, 0, line, column]);
  }
  return { version: 3, sources: [path], names: [], mappings: encode(lines) };
}
