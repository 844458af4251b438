// Numbers as the page shows them: as everywhere in Prodlens. What is not known is an en dash, never zero.

import { formatCount, formatDuration, formatSlowdown } from '@prodlens/protocol';

export const ABSENT = '–';

/** A value by a format, or the en dash. */
export function orAbsent<T>(value: T | null, format: (value: T) => string): string {
  return value === null ? ABSENT : format(value);
}

/** "1 function", "3,200 functions" */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** "42 ms" */
export function durationCell(ns: number | null): string {
  return orAbsent(ns, formatDuration);
}

/** "▲ 38 % slower since 2.4.0" */
export function slowdownCell(slowdown: number, version: string): string {
  return `▲ ${formatSlowdown(slowdown)} since ${version}`;
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** "850 B", "1.5 MB", "90 MB": powers of 1,000. */
export function bytesCell(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < BYTES.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : formatCount(Math.round(value))} ${BYTES[unit]}`;
}

/** "3.0 ms/s" for milliseconds a second; "0". */
export function perSecondCell(ms: number): string {
  return ms === 0 ? '0' : `${formatDuration(ms * 1e6)}/s`;
}

const AGES = [
  { unit: 's', ms: 1_000, below: 60_000 },
  { unit: 'min', ms: 60_000, below: 3_600_000 },
  { unit: 'h', ms: 3_600_000, below: 48 * 3_600_000 },
  { unit: 'days', ms: 86_400_000, below: Number.POSITIVE_INFINITY },
];

/** "now", "12 s ago", "5 min ago", "47 h ago", "3 days ago" */
export function agoCell(unixMs: number, nowUnixMs: number): string {
  const ageMs = nowUnixMs - unixMs;
  if (ageMs < 1_000) return 'now';
  const { unit, ms } = AGES.find(({ below }) => ageMs < below)!;
  return `${formatCount(Math.floor(ageMs / ms))} ${unit} ago`;
}
