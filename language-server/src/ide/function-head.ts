// Where a function is pointed at: its name, or, where it has none, the first words of its first line
// ("async (request) =>", "function"). Hovers answer there and diagnostics underline it.

import type { OutlinedFunction } from '@prodlens/syntax';

/** 0-based UTF-16 offsets into the text, never over the end of a line. */
export interface TextRange {
  start: number;
  end: number;
}

/** The name's range; for a function without one its start up to the arrow, the parenthesis or the line's end. */
export function functionHead(text: string, outlined: OutlinedFunction): TextRange {
  const start = outlined.nameStart;
  if (outlined.nameEnd > start) return { start, end: endOfLine(text, start, outlined.nameEnd) };
  const line = text.slice(start, endOfLine(text, start, outlined.end));
  const mark = outlined.kind === 'arrow' ? line.indexOf('=>') + 2 : line.indexOf('(');
  const head = mark > 1 ? line.slice(0, mark) : line;
  return { start, end: start + head.trimEnd().length };
}

/** The end of the line that the offset is on, or the limit where that comes first. */
function endOfLine(text: string, offset: number, limit: number): number {
  for (let at = offset; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return at;
  }
  return limit;
}
