// The text of a lens by the user's template, "{p95} · {rate} · {errors}" where nothing else is set. A part between
// " · " that names a number which is not there is left out whole, so that no lens shows an empty place or a zero
// that nobody measured.

import type { FunctionStats } from '@prodlens/protocol';
import { formatCount, formatDuration, formatPercent, formatRate } from '@prodlens/protocol';

export const DEFAULT_LENS_TEMPLATE = '{p95} · {rate} · {errors}';

const SEPARATOR = ' · ';

/** What a template can name. null: there is no such number, or nothing to say. */
const PLACEHOLDERS: Record<string, (stats: FunctionStats) => string | null> = {
  p50: (stats) => duration('p50', stats.p50Ns),
  p95: (stats) => duration('p95', stats.p95Ns),
  p99: (stats) => duration('p99', stats.p99Ns),
  max: (stats) => duration('max', stats.maxNs),
  total: (stats) => duration('total', stats.totalNs),
  calls: (stats) => `${formatCount(stats.calls)} ${stats.calls === 1 ? 'call' : 'calls'}`,
  rate: (stats) => (stats.callsPerMinute === null ? null : formatRate(stats.callsPerMinute)),
  errors: (stats) => (stats.errors > 0 && stats.errorRate !== null ? `${formatPercent(stats.errorRate)} errors` : null),
  service: (stats) => stats.service,
  environment: (stats) => stats.environment,
  version: (stats) => stats.version || null,
};

/** The filled template; the rate alone where the template names nothing that this function has. */
export function fillLensTemplate(template: string, stats: FunctionStats): string {
  const parts = template
    .split(SEPARATOR)
    .map((part) => fillPart(part, stats))
    .filter((part) => part !== null && part !== '');
  return parts.length > 0 ? parts.join(SEPARATOR) : (PLACEHOLDERS.rate?.(stats) ?? '');
}

/** null where a named number is missing. A name that is none stays as it is typed, for its author to see. */
function fillPart(part: string, stats: FunctionStats): string | null {
  let missing = false;
  const filled = part.replace(/\{(\w+)\}/g, (typed, name: string) => {
    const placeholder = Object.hasOwn(PLACEHOLDERS, name) ? PLACEHOLDERS[name] : undefined;
    if (!placeholder) return typed;
    const value = placeholder(stats);
    if (value === null) missing = true;
    return value ?? '';
  });
  return missing ? null : filled.trim();
}

function duration(name: string, durationNs: number | null): string | null {
  return durationNs === null ? null : `${name} ${formatDuration(durationNs)}`;
}
