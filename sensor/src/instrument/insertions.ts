// Text that is to be inserted: put into order, and inserted.

import { ID_PREFIX } from './shapes.js';

/** An id where it is written; variables of the program may have such digits in their names. */
const WRITTEN_ID = new RegExp(`(?<=[[(=])${ID_PREFIX}`, 'g');

export interface Insertion {
  /** Offset in the source before which the text stands. */
  at: number;
  /** Without a newline. */
  text: string;
  /** Index of the function that it belongs to. */
  of: number;
  /** A closing behind a whole statement: what begins at its offset is the next one, if a minifier has left no space. */
  endsStatement?: true;
}

/** Openings stand behind a token that begins something, closings before what follows its last token. */
export interface Insertions {
  openings: Insertion[];
  closings: Insertion[];
}

/**
 * By offset. At one offset stand openings before closings, but where a statement ends; openings as they were pushed,
 * which has to be from the outside to the inside; closings the other way round. So is what they enclose nested.
 */
export function inOrder({ openings, closings }: Insertions): Insertion[] {
  const byOffset = (a: Insertion, b: Insertion) => a.at - b.at;
  const ends = new Set(closings.filter(({ endsStatement }) => endsStatement).map(({ at }) => at));
  closings.reverse();
  const first = closings.filter(({ at }) => ends.has(at));
  const last = closings.filter(({ at }) => !ends.has(at));
  return [...first, ...openings, ...last].sort(byOffset);
}

/** The text with the insertions, and where the ids stand in it: the offset of each one's digits, and its function. */
export function applyInsertions(source: string, ordered: Insertion[]): { code: string; idOffsets: number[] } {
  const pieces: string[] = [];
  const idOffsets: number[] = [];
  let from = 0;
  let inserted = 0;
  for (const { at, text, of } of ordered) {
    pieces.push(source.slice(from, at), text);
    from = at;
    for (const { index } of text.matchAll(WRITTEN_ID)) idOffsets.push(at + inserted + index + ID_PREFIX.length, of);
    inserted += text.length;
  }
  pieces.push(source.slice(from));
  return { code: pieces.join(''), idOffsets };
}
