// Offsets and lines of a text. Lines are 0-based and end where JavaScript says that they end.

/** Offset of the first character of each line. */
export function lineStartsOf(source: string): number[] {
  const starts = [0];
  for (const newline of source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(newline.index + newline[0].length);
  return starts;
}

/** Line of an offset, by bisection. */
export function lineAt(lineStarts: number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
