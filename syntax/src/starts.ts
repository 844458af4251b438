// Where a source map may say that a function begins, when its name is gone or it has none.

import type { OutlinedFunction } from './outline.js';

const ARROW_HEAD = /\(\s*(?=[\p{L}_$])/uy;

/** Offsets: of its first word, and of an arrow's first parameter, where a minifier has taken the parentheses: (row) => row. */
export function startsOf({ kind, start }: Pick<OutlinedFunction, 'kind' | 'start'>, text: string): number[] {
  if (kind !== 'arrow') return [start];
  ARROW_HEAD.lastIndex = start;
  return ARROW_HEAD.test(text) ? [start, ARROW_HEAD.lastIndex] : [start];
}
