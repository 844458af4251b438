// The functions of a text carried through its edits, so that what stands on them moves with the text while it is typed
// and needs no parser. An edit inside a function makes it longer; one over a function takes it away.

import type { OutlinedFunction } from '@prodlens/syntax';

/** `start` to `end` of the text before was replaced by `length` characters: 0-based UTF-16 units. */
export interface TextEdit {
  start: number;
  end: number;
  length: number;
}

/**
 * The outline as it stands after the edits, each of which is of the text that the one before has left; the same array
 * where nothing moved. Each function is carried through all of them at once: while a long text is parsed many come.
 */
export function carryOutline<F extends OutlinedFunction>(outline: F[], edits: TextEdit[]): F[] {
  let isSame = true;
  const carried: F[] = [];
  for (const outlined of outline) {
    const found = carryFunction(outlined, edits);
    if (found !== outlined) isSame = false;
    if (found !== null) carried.push(found);
  }
  return isSame ? outline : carried;
}

/** null where an edit has taken it away; the same object where none has moved it. */
function carryFunction<F extends OutlinedFunction>(outlined: F, edits: TextEdit[]): F | null {
  let { start, end, nameStart, nameEnd } = outlined;
  for (const edit of edits) {
    if (end <= edit.start) continue;
    if (start >= edit.start && end <= edit.end) return null;
    start = movedOffset(start, false, edit);
    end = movedOffset(end, true, edit);
    nameStart = movedOffset(nameStart, false, edit);
    nameEnd = movedOffset(nameEnd, true, edit);
  }
  const isSame =
    start === outlined.start &&
    end === outlined.end &&
    nameStart === outlined.nameStart &&
    nameEnd === outlined.nameEnd;
  return isSame ? outlined : { ...outlined, start, end, nameStart, nameEnd };
}

function movedOffset(offset: number, isEnd: boolean, { start, end, length }: TextEdit): number {
  if (offset < start || (isEnd && offset === start)) return offset;
  if (offset >= end) return offset + length - (end - start);
  return isEnd ? start + length : start;
}

/** The one edit that makes `after` of `before`; of those possible, one that ends where the texts begin to be alike again. */
export function editBetween(before: string, after: string): TextEdit {
  const longest = Math.min(before.length, after.length);
  let start = 0;
  while (start < longest && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < longest - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  ) {
    same++;
  }
  return { start, end: before.length - same, length: after.length - same - start };
}
