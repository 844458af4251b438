// Numbers as the page shows them: as everywhere in Prodlens. What is not known is an en dash, never zero.

import { formatCount, formatDuration, formatPercent, formatSlowdown } from '@prodlens/protocol';

export const ABSENT = '–';

/** A number by one of protocol's formats, or the en dash. */
export function orAbsent(value: number | null, format: (value: number) => string): string {
  return value === null ? ABSENT : format(value);
}

/** "42 ms" */
export function durationCell(ns: number | null): string {
  return orAbsent(ns, formatDuration);
}

/** "0", "3 (0.3 %)". */
export function errorsCell(errors: number, errorRate: number | null): string {
  if (errors === 0 || errorRate === null) return formatCount(errors);
  return `${formatCount(errors)} (${formatPercent(errorRate)})`;
}

/** "▲ 38 % slower since 2.4.0" */
export function slowdownCell(slowdown: number, version: string): string {
  return `▲ ${formatSlowdown(slowdown)} since ${version}`;
}
