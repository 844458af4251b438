// What went wrong last in a function, newest first: the kind of error, where the request or job came in, how long ago.

import type { FunctionStats, LastError } from '@prodlens/protocol';
import { codeSpan } from './markdown.js';
import { spanName } from './time-window.js';

/** Errors by what identifies a function in a service and environment. */
export type LastErrorsOf = (stats: FunctionStats) => LastError[];

/** Of each function, by environment, in the order given. */
export function lastErrorsByFunction(errors: LastError[]): LastErrorsOf {
  const byFunction = new Map<string, LastError[]>();
  for (const error of errors) {
    const key = `${error.functionId}\0${error.environment}`;
    byFunction.set(key, [...(byFunction.get(key) ?? []), error]);
  }
  return ({ id, environment }) => byFunction.get(`${id}\0${environment}`) ?? [];
}

export interface LastErrorOptions {
  lastErrorsOf: LastErrorsOf;
  /** Address of what was captured. */
  snapshotUrl(snapshotId: string): string;
  nowUnixMs: number;
}

/** "Last errors: `TypeError` in `GET /orders/:id` 5 minutes ago ([captured](…))." Empty where there is none. */
export function lastErrorsSentence(
  stats: FunctionStats,
  { lastErrorsOf, snapshotUrl, nowUnixMs }: LastErrorOptions,
): string[] {
  const errors = lastErrorsOf(stats);
  if (errors.length === 0) return [];
  const each = errors.map(({ type, endpoint, takenUnixMs, snapshotId }) => {
    const where = endpoint === null ? '' : ` in ${codeSpan(endpoint)}`;
    const ago = `${spanName(Math.max(0, nowUnixMs - takenUnixMs) / 1_000)} ago`;
    return `${codeSpan(type)}${where} ${ago} ([captured](${snapshotUrl(snapshotId)}))`;
  });
  return [`Last error${errors.length === 1 ? '' : 's'}: ${each.join(', ')}.`];
}
