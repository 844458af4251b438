// Does a function take far more processor time than ever in the past day? Only what a machine feels: a tenth of a
// processor more, in two blocks one after the other.

/** Of time blocks, oldest first, in ms of processor time a second; the last two are judged. */
export interface CpuHistory {
  msPerSecond: Float64Array;
  length: number;
}

const JUDGED_BLOCKS = 2;
const LEAST_HISTORY = 36;
const LEAST_RISE = 100;
const LEAST_RATIO = 2.5;

/** Both in ms a second; `before` is the most of the past. */
export function cpuBurner({ msPerSecond, length }: CpuHistory): { before: number; after: number } | null {
  const last = length - JUDGED_BLOCKS;
  if (last < LEAST_HISTORY) return null;
  let before = 0;
  for (let i = 0; i < last; i++) before = Math.max(before, msPerSecond[i]!);
  const after = Math.min(msPerSecond[last]!, msPerSecond[last + 1]!);
  return after >= LEAST_RATIO * before && after - before >= LEAST_RISE ? { before, after } : null;
}
