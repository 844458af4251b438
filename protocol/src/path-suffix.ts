// Two paths of one file, in a checkout and as deployed, agree at their ends.

/** Segments (folders and name) that both have in common at their ends. */
export function commonSuffixLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
