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
export function missingFileText(missing: MissingFile): string {
  const { service } = missing;
  switch (missing.kind) {
    case 'left out':
      return `no data: ${service} runs this file unmeasured: ${LEFT_OUT[missing.reason] ?? missing.reason}`;
    case 'not loaded':
      return `no data: ${service} has not loaded this file${missing.unsure ? ', or its sensor leaves it out' : ''}`;
    case 'compiled':
      return `no data: ${service} reports compiled files only (e.g. ${missing.compiled}): compile it with source maps ("sourceMap": true)`;
    case 'no mapping':
      return `no data: no mapping: it may be ${missing.files.slice(0, 2).join(' or ')} (set prodlens.pathMappings)`;
  }
}

/** Reasons of the sensor, as a person reads them; others stand as they are. */
const LEFT_OUT: Record<string, string> = {
  settings: 'PRODLENS_INCLUDE or PRODLENS_EXCLUDE says so',
  'too large': 'its text is too large',
  unparsable: 'its text cannot be parsed',
  budget: 'the sensor has no room for more functions',
  'with statement': 'it has a with statement',
  'reserved name': 'it uses a name of the sensor',
};

/** What became of a function since the numbers were taken, where that matters to them; '' where it is the same. */
export function matchText({ match, stats }: Reading): string {
  if (match.kind === 'likely') return 'likely';
  if (match.edited === true) return `edited since ${stats.version || 'the deployment'}`;
  return '';
}
