// Numbers as people read them: three significant digits and a unit. What is not known is an en dash, never zero.

import { format } from 'd3';

export const ABSENT = '–';

const significant = format('.3~r');
const compact = format('.3~s');
const percent = format('.2~r');

/** "850 µs", "42 ms", "1.25 s", "3.5 min". */
export function formatDuration(ns: number | null): string {
  if (ns === null) return ABSENT;
  if (ns < 1e3) return `${significant(ns)} ns`;
  if (ns < 1e6) return `${significant(ns / 1e3)} µs`;
  if (ns < 1e9) return `${significant(ns / 1e6)} ms`;
  if (ns < 120e9) return `${significant(ns / 1e9)} s`;
  return ns < 7_200e9 ? `${significant(ns / 60e9)} min` : `${significant(ns / 3_600e9)} h`;
}

/** "0.25", "60", "1.2k". */
export function formatRate(perMinute: number | null): string {
  if (perMinute === null) return ABSENT;
  return perMinute < 1_000 ? significant(perMinute) : compact(perMinute);
}

/** "0", "3 (0.3 %)". */
export function formatErrors(errors: number, errorRate: number | null): string {
  if (errors === 0) return '0';
  const count = errors < 1_000 ? String(errors) : compact(errors);
  return errorRate === null ? count : `${count} (${percent(errorRate * 100)} %)`;
}

/** A share of 0.38 is "▲ 38 % slower since 2.4.0". */
export function formatSlowdown(slowdown: number, version: string): string {
  return `▲ ${format('.0f')(slowdown * 100)} % slower since ${version}`;
}
