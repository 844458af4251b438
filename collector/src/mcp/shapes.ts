// The shapes that several tools answer with. Durations are in ms to three digits: agents read and compare them, and every
// digit costs. What the numbers are about, and how sure they are, stands beside them in `about`.

import { type FunctionStats, formatCount, formatDuration, formatPercent, formatRate } from '@prodlens/protocol';
import { type Static, Type } from 'typebox';
import { covered } from '../http/api/functions-api.js';
import { integer, name, nullable, number, object, text, window } from '../http/api/schema.js';

export const ms = nullable(Type.Number({ description: 'Milliseconds' }));
export const ratio = nullable(Type.Number({ description: '0 to 1' }));
export const service = Type.Optional(name);
export const environment = Type.Optional(name);

export const about = object({
  service: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'null: several' }),
  environment: nullable(text),
  version: nullable(text),
  revision: nullable(text),
  window: nullable(Type.String({ description: 'Time up to now that the numbers cover; null: they name their own' })),
  n: nullable(Type.Integer({ description: 'Calls that the numbers rest on' })),
  confidence: text,
});
export type About = Static<typeof about>;

export const EXACT_COUNTS =
  'Calls and errors are counted, every one; percentiles are within 4.4 % of the true value; below 30 calls they say little.';

type Placed = { service?: string; environment?: string; version?: string; revision?: string; calls?: number };

/** What all of them have in common. */
export function aboutOf(items: readonly Placed[], window: string | null, confidence = EXACT_COUNTS): About {
  const common = (key: 'service' | 'environment' | 'version' | 'revision'): string | null => {
    const values = new Set(items.map((item) => item[key]));
    const [only] = values;
    return values.size === 1 && only !== undefined ? only : null;
  };
  return {
    service: common('service'),
    environment: common('environment'),
    version: common('version'),
    revision: common('revision'),
    window,
    n: items.some(({ calls }) => calls !== undefined) ? items.reduce((sum, { calls = 0 }) => sum + calls, 0) : null,
    confidence,
  };
}

/** What numbers are about, in a line: service, environment, version, revision, window, as far as they are known. */
export function aboutText({ service, environment, version, revision, window }: About): string {
  const parts = [
    service ?? 'several services',
    environment && `in ${environment}`,
    version && `version ${version}`,
    revision && `revision ${revision.slice(0, 12)}`,
    window && `last ${window}`,
  ];
  return parts.filter(Boolean).join(', ');
}

export const functionNumbers = object({
  id: text,
  name: text,
  file: text,
  line: integer,
  service: text,
  environment: text,
  version: text,
  revision: text,
  calls: integer,
  callsPerMinute: nullable(number),
  errors: integer,
  p50Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  maxMs: ms,
  totalMs: ms,
  selfMs: ms,
  cpuMs: ms,
  change: nullable(Type.String({ description: 'What is known to have changed for the worse; null: nothing' })),
});
export type FunctionNumbers = Static<typeof functionNumbers>;

/** Durations in ms, rounded to what a reader needs. */
export function functionNumbersOf(f: FunctionStats): FunctionNumbers {
  const { id, name, file, line, service, environment, version, revision, calls, errors, regression } = f;
  return {
    ...{ id, name, file, line, service, environment, version, revision, calls },
    callsPerMinute: rounded(f.callsPerMinute),
    errors,
    p50Ms: msOf(f.p50Ns),
    p95Ms: msOf(f.p95Ns),
    p99Ms: msOf(f.p99Ns),
    maxMs: msOf(f.maxNs),
    totalMs: msOf(f.totalNs),
    selfMs: msOf(f.selfNs),
    cpuMs: msOf(f.cpuNs),
    change:
      regression === null
        ? null
        : `median ${formatDuration(regression.beforeP50Ns)} in ${regression.previousVersion}, ` +
          `${formatDuration(regression.afterP50Ns)} since ${regression.version} ` +
          `(n = ${formatCount(regression.beforeCalls)} and ${formatCount(regression.afterCalls)})`,
  };
}

/** One line: what it is, where it stands, what it does. */
export function functionText(f: FunctionNumbers): string {
  const times =
    f.p95Ms === null ? 'not timed' : `p50 ${duration(f.p50Ms)}, p95 ${duration(f.p95Ms)}, total ${duration(f.totalMs)}`;
  const rate = f.callsPerMinute === null ? '' : ` (${formatRate(f.callsPerMinute)})`;
  const errors =
    f.errors === 0 ? '' : `, ${formatCount(f.errors)} errors (${formatPercent(Math.min(1, f.errors / f.calls))})`;
  const change = f.change === null ? '' : `; ${f.change}`;
  return `${f.name} at ${f.file}:${f.line}: ${formatCount(f.calls)} calls${rate}, ${times}${errors}${change}`;
}

/** With its unit; "unknown" for null. */
export function duration(durationMs: number | null): string {
  return durationMs === null ? 'unknown' : formatDuration(durationMs * 1e6);
}

/** Nanoseconds as ms, rounded; null where there is no number. */
export function msOf(ns: number | null | undefined): number | null {
  return ns === null || ns === undefined ? null : rounded(ns / 1e6);
}

/** To three digits. */
export function rounded<N extends number | null>(value: N): N {
  return (value === null ? null : Number(value.toPrecision(3))) as N;
}

/** The window as asked for, and in seconds. Throws PRODLENS_ERR_INVALID_REQUEST. */
export const windowOf = covered;
export { window };

/** A window for questions that need more than the last hour to be worth answering. */
export const dayWindow = { ...window, default: '1d' } as typeof window;
