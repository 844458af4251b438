// How a function went over the window, small enough for a hover: a line of characters, or a picture where the client
// shows one.

import { type FunctionStats, type FunctionTrend, formatDuration, formatRate } from '@prodlens/protocol';
import { sparkline } from './sparkline.js';

/** Empty where the window has fewer than two parts with a call. */
export function trendParagraph(
  { trend: told }: FunctionStats,
  { images, asOfUnixMs }: { images: boolean; asOfUnixMs: number },
): string[] {
  const trend = told && slidTo(told, asOfUnixMs);
  if (!trend || trend.calls.filter((calls) => calls > 0).length < 2) return [];
  const { p95Ns, calls, errors, partSeconds } = trend;
  const rates = calls.map((count) => (count * 60) / partSeconds);
  const picture = (values: (number | null)[], colour: string) =>
    images ? `![](data:image/svg+xml;base64,${base64(svg(values, colour))})` : `\`${sparkline(values)}\``;
  const lines: string[] = [];
  const timed = p95Ns.filter((value) => value !== null);
  if (timed.length > 1) {
    const ends = `${formatDuration(Math.min(...timed))} to ${formatDuration(Math.max(...timed))}`;
    lines.push(`p95 ${picture(p95Ns, '#d97706')} ${ends}`);
  }
  lines.push(`rate ${picture(rates, '#2563eb')} at most ${formatRate(Math.max(...rates))}`);
  if (errors.some((count) => count > 0)) lines.push(`errors ${picture(errors, '#dc2626')}`);
  return [lines.join(' · ')];
}

/** With the parts that have begun since it was told, without a call: the collector tells of calls, not of their absence. */
function slidTo(trend: FunctionTrend, unixMs: number): FunctionTrend {
  const { startUnixMs, partSeconds, calls, errors, p95Ns } = trend;
  if (startUnixMs === undefined) return trend;
  const begun = Math.floor((unixMs - startUnixMs) / (partSeconds * 1_000)) + 1;
  const more = Math.min(calls.length, Math.max(0, begun - calls.length));
  const slid = <T>(column: T[], none: T) => [...column.slice(more), ...Array<T>(more).fill(none)];
  return { ...trend, calls: slid(calls, 0), errors: slid(errors, 0), p95Ns: slid<number | null>(p95Ns, null) };
}

const WIDTH = 120;
const HEIGHT = 16;

function svg(values: (number | null)[], colour: string): string {
  const highest = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = WIDTH / values.length;
  const bars = values.map((value, i) => {
    const height = value === null ? 0 : Math.max(1, (value / highest) * HEIGHT);
    return `<rect x="${round(i * step)}" y="${round(HEIGHT - height)}" width="${round(step - 1)}" height="${round(height)}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" fill="${colour}">${bars.join('')}</svg>`;
}

function round(value: number): string {
  return value.toFixed(1);
}

function base64(text: string): string {
  return btoa(text);
}
