// The source map of a text that got text inserted, for tools that compose maps: they take the nearest mark before a
// place and not the distance to it, so that there is a mark wherever a token may begin.

import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { lineStartsOf } from '@prodlens/syntax/lines';
import type { InsertionMap } from '../instrument/insertion-map.js';

/** A source map, revision 3, as tools hand it on. */
export interface SourceMapData {
  version: number;
  sources: (string | null)[];
  sourceRoot?: string;
  sourcesContent?: (string | null)[] | undefined;
  names: string[];
  mappings: string;
}

/** `map` of the text before, `insertions` of what was inserted (without newlines). Linear in both. */
export function shiftedMap<M extends SourceMapData>(map: M, insertions: InsertionMap): M {
  const moves = decode(insertions.mappings);
  const lines = decode(map.mappings).map((segments, line): SourceMapSegment[] => {
    const pieces = moves[line] ?? [];
    let piece = 0;
    return segments.map(([column, ...rest]) => {
      while (piece + 1 < pieces.length && pieces[piece + 1]![3]! <= column) piece++;
      const [to = 0, , , from = 0] = pieces[piece] ?? [];
      return [column + to - from, ...rest] as SourceMapSegment;
    });
  });
  return { ...map, mappings: encode(lines) };
}

/** Characters of a name or number, or one other character. */
const TOKEN = /[\w$\u0080-\uffff]+|[^\w$\s]/g;

/** From a text to itself, with a mark at each token. */
export function identityMap(path: string, code: string): SourceMapData {
  const starts = lineStartsOf(code);
  const lines = starts.map((start, line) => {
    const tokens = code.slice(start, starts[line + 1]).matchAll(TOKEN);
    return Array.from(tokens, ({ index }): SourceMapSegment => [index, 0, line, index]);
  });
  return { version: 3, sources: [path], sourcesContent: [code], names: [], mappings: encode(lines) };
}
