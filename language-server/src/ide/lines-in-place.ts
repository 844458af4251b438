// Lines put above others in a text, at their indentation: how lenses are shown where no editor draws them.

export interface LineInPlace {
  /** 0-based UTF-16 offset of anything on the line below. */
  start: number;
  /** Without indentation and line end. */
  line: string;
}

/** The text with each line above the one that its offset is on; those above the same one in the order given. */
export function linesInPlace(text: string, lines: LineInPlace[]): string {
  const above = new Map<number, string[]>();
  for (const { start, line } of lines) {
    const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
    above.set(lineStart, [...(above.get(lineStart) ?? []), line]);
  }
  let lineStart = 0;
  return text
    .split('\n')
    .map((source) => {
      const indentation = /^[ \t]*/.exec(source)?.[0] ?? '';
      const added = (above.get(lineStart) ?? []).map((line) => `${indentation}${line}\n`);
      lineStart += source.length + 1;
      return added.join('') + source;
    })
    .join('\n');
}
