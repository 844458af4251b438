// What became of a function since it was deployed: the lines that went and those that came, as Markdown.

/** Of one text; in longer ones all that is between the ends that are the same has gone and come. */
const MOST_COMPARED = 400;
/** Unchanged lines that are shown around a change. */
const AROUND = 2;

/** A fenced block in the form of a unified diff; null where no line is another. */
export function changedLines(before: string, after: string): string | null {
  const lines = compared(before.split(/\r?\n/), after.split(/\r?\n/));
  if (lines.every((line) => line.startsWith(' '))) return null;
  const near = (at: number) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((line) => !line.startsWith(' '));
  const shown = lines.flatMap((line, at) => (near(at) ? [line] : near(at - 1) ? [' …'] : []));
  const longest = Math.max(0, ...shown.map((line) => /`+/.exec(line)?.[0].length ?? 0));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}diff\n${shown.join('\n')}\n${fence}`;
}

/** Each line behind "-", "+" or " ": by the longest common subsequence. */
function compared(before: string[], after: string[]): string[] {
  const alike = (from: (lines: string[], i: number) => string | undefined, most: number) => {
    let count = 0;
    while (count < most && from(before, count) === from(after, count)) count++;
    return count;
  };
  const shorter = Math.min(before.length, after.length);
  const head = alike((lines, i) => lines[i], shorter);
  const tail = alike((lines, i) => lines.at(-1 - i), shorter - head);
  const [gone, come] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const isLong = Math.max(gone.length, come.length) > MOST_COMPARED;
  const between = isLong ? [...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)] : merged(gone, come);
  const same = (lines: string[]) => lines.map((line) => ` ${line}`);
  return [...same(before.slice(0, head)), ...between, ...same(before.slice(before.length - tail))];
}

function merged(gone: string[], come: string[]): string[] {
  const width = come.length + 1;
  // Length of the longest common subsequence of what follows each pair of places.
  const common = new Uint16Array((gone.length + 1) * width);
  for (let i = gone.length - 1; i >= 0; i--) {
    for (let j = come.length - 1; j >= 0; j--) {
      common[i * width + j] =
        gone[i] === come[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < gone.length || j < come.length) {
    if (i < gone.length && gone[i] === come[j]) {
      lines.push(` ${gone[i++]}`);
      j++;
    } else if (j === come.length || (i < gone.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push(`-${gone[i++]}`);
    } else lines.push(`+${come[j++]}`);
  }
  return lines;
}
