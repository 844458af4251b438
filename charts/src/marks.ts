// What can be pointed at in a chart, and which is next to which: the arrow keys move over marks as over cells of a grid.

export interface Mark {
  /** Place in the grid. Left and right change the column, up and down the row; marks may be missing. */
  column: number;
  row: number;
  /** In CSS pixels of the plot. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** What it says, one line or more. */
  text: string;
  /** What opens it; missing: nothing to open. */
  id?: string;
  /** Pointing anywhere above or below it counts as well. */
  reach?: 'column';
}

const STEPS: Record<string, [columns: number, rows: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Index of the mark that a key leads to from the one of index `from` (-1: none); null: the key moves nothing. */
export function nextMark(marks: Mark[], from: number, key: string): number | null {
  if (marks.length === 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return marks.length - 1;
  const step = STEPS[key];
  if (step === undefined) return null;
  const current = marks[from];
  if (current === undefined) return step[0] + step[1] > 0 ? 0 : marks.length - 1;
  const [columns, rows] = step;
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, mark] of marks.entries()) {
    const along = (mark.column - current.column) * columns + (mark.row - current.row) * rows;
    if (along <= 0) continue;
    const across = Math.abs(columns === 0 ? mark.column - current.column : mark.row - current.row);
    // Straight on before sideways: a gap of a few is jumped over, a row is not left for a nearer mark.
    const distance = along + 1_000 * across;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  // Up and down may change the column (a shorter row below); left and right stay in their row while it lasts.
  return best ?? from;
}
