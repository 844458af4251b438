// The functions of a text carried through its edits, so that what stands on them moves with the text while it is typed
// and needs no parser. An edit inside a function makes it longer; one over a function takes it away.

import type { OutlinedFunction } from '@prodlens/syntax';

/** `start` to `end` of the text before was replaced by `length` characters: 0-based UTF-16 units. */
export interface TextEdit {
  start: number;
  end: number;
  length: number;
}

/** The outline as it stands after the edit; the same array where nothing moved. */
export function carryOutline<F extends OutlinedFunction>(outline: F[], edit: TextEdit): F[] {
  const { start, end, length } = edit;
  const shift = length - (end - start);
  if (outline.every((outlined) => outlined.end <= start)) return outline;
  const moved = (offset: number, isEnd: boolean) => {
    if (offset < start || (isEnd && offset === start)) return offset;
    if (offset >= end) return offset + shift;
    return isEnd ? start + length : start;
  };
  return outline.flatMap((outlined): F[] => {
    if (outlined.end <= start) return [outlined];
    if (outlined.start >= start && outlined.end <= end) return [];
    return [
      {
        ...outlined,
        start: moved(outlined.start, false),
        end: moved(outlined.end, true),
        nameStart: moved(outlined.nameStart, false),
        nameEnd: moved(outlined.nameEnd, true),
      },
    ];
  });
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
