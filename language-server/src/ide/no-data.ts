// Why there is no number, in words: a lens, a hover and the terminal say it alike. Each reason says whose it is, so
// that its reader knows where to look.

import type { FunctionStats } from '@prodlens/protocol';
import type { Absence, Reading } from '../mapping/mapped-functions.js';
import type { MissingFile } from '../mapping/missing-file.js';
import { spanName, windowName } from './time-window.js';

/** Why a known function has no numbers in the window. `off`: measuring is switched off where it runs. */
export function noCallsText(stats: FunctionStats, windowSeconds: number, off = false): string {
  if (off) return `no data: measuring ${stats.service} is switched off in ${stats.environment}`;
  if (stats.callsPerMinute === null)
    return `no data: ${stats.service} sent nothing in the ${windowName(windowSeconds)}`;
  const { uncalledSeconds } = stats;
  return uncalledSeconds !== undefined && uncalledSeconds > windowSeconds
    ? `never called in ${spanName(uncalledSeconds)}`
    : `not called in the ${windowName(windowSeconds)}`;
}

/** Why a function in the editor has no counterpart in production. */
export function absenceText({ reason, service, environment, version }: Absence): string {
  const running = `the running version${version === '' ? '' : ` ${version}`}`;
  switch (reason) {
    case 'not in environment':
      return `no data: ${service} does not run in ${environment}`;
    case 'ambiguous':
      return 'no data: cannot be told apart from others of its name';
    case 'not seen':
      return `no data: not seen in ${running}`;
    case 'new':
      return `no data: new since ${version === '' ? 'the deployment' : version}`;
    case 'not in version':
      return `no data: not in ${running}`;
  }
}

/** Why a file has no function in production. */
export function missingFileText({ service, compiled }: MissingFile): string {
  return compiled === null
    ? `no data: ${service} has not loaded this file, or its sensor leaves it out`
    : `no data: ${service} reports compiled files only (e.g. ${compiled}): compile it with source maps ("sourceMap": true)`;
}

/** What became of a function since the numbers were taken, where that matters to them; '' where it is the same. */
export function matchText({ match, stats }: Reading): string {
  if (match.kind === 'likely') return 'likely';
  if (match.edited === true) return `edited since ${stats.version || 'the deployment'}`;
  return '';
}
