// Which functions are how hot, as lines by level.

/** Each level is a quarter of the time of the one above: heat is a matter of ratios. */
const STEP = 4;

/** `line` 0-based. The hottest are in the last level; what is colder than all levels is in none. */
export function heatLevels(functions: { line: number; totalNs: number }[], levels: number): number[][] {
  const hottest = Math.max(0, ...functions.map(({ totalNs }) => totalNs));
  const found = Array.from({ length: levels }, (): number[] => []);
  for (const { line, totalNs } of functions) {
    if (!(totalNs > 0)) continue;
    const below = Math.floor(Math.log(hottest / totalNs) / Math.log(STEP));
    found[levels - 1 - below]?.push(line);
  }
  return found;
}
