// A small picture of a row of numbers, of characters that every editor has.

const LEVELS = '▁▂▃▄▅▆▇█';

/** One character a value, from 0 to the highest; "·" where there is none. '' where there is no value at all. */
export function sparkline(values: (number | null)[]): string {
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  if (values.every((value) => value === null)) return '';
  return values
    .map((value) => {
      if (value === null) return '·';
      const level = highest === 0 ? 0 : Math.round((value / highest) * (LEVELS.length - 1));
      return LEVELS[level];
    })
    .join('');
}
