// The line of numbers over each function. One lens a function says it all, or says why there is nothing to say:
// "no data" always comes with its reason and never as a zero.

import type { FunctionStats } from '@prodlens/protocol';
import { formatSlowdown } from '@prodlens/protocol';
import { isUnexpected } from '../mapping/environment.js';
import type { Absence, MappedFunction } from '../mapping/mapped-functions.js';
import type { MissingFile } from '../mapping/missing-file.js';
import { functionHead, type TextRange } from './function-head.js';
import { fillLensTemplate } from './lens-template.js';
import { windowName } from './time-window.js';

export interface LensOptions {
  enabled: boolean;
  template: string;
  /** Functions with fewer calls than this in the window get no lens; from 1 on those without data get none either. */
  minimumCalls: number;
  windowSeconds: number;
  /** Nobody set the environment, and nothing else shows which was chosen. */
  namesEnvironment: boolean;
}

export interface Lens extends TextRange {
  title: string;
  /** The function's; '' of a lens that is about the file. */
  name: string;
  /** null where production has no such function. */
  functionId: string | null;
}

/** More on one line than this is not shown by some editors, and is read by nobody. */
const MAXIMUM_LENSES_A_LINE = 11;

/** The lenses in source order; the ranges are the functions' names. */
export function codeLenses(text: string, functions: MappedFunction[], options: LensOptions): Lens[] {
  if (!options.enabled) return [];
  const lenses = functions.flatMap((mapped): Lens[] => {
    const title = lensTitle(mapped, options);
    if (title === null) return [];
    const functionId = mapped.readings[0]?.stats.id ?? null;
    return [{ ...functionHead(text, mapped.outlined), title, name: mapped.outlined.name, functionId }];
  });
  lenses.sort((a, b) => a.start - b.start);
  let endOfLine = -1;
  let onLine = 0;
  return lenses.filter(({ start }) => {
    if (start > endOfLine) {
      const found = text.indexOf('\n', start);
      endOfLine = found === -1 ? text.length : found;
      onLine = 0;
    }
    return onLine++ < MAXIMUM_LENSES_A_LINE;
  });
}

/** The one lens, on the first line, of a file that its service does not report. */
export function missingFileLens(missing: MissingFile, { enabled, minimumCalls }: LensOptions): Lens[] {
  if (!enabled || minimumCalls > 0) return [];
  return [{ start: 0, end: 0, title: missingFileText(missing), name: '', functionId: null }];
}

function lensTitle({ readings, absence }: MappedFunction, options: LensOptions): string | null {
  const busiest = readings[0]?.stats;
  if (!busiest) return absence && options.minimumCalls <= 0 ? absenceText(absence) : null;
  if (busiest.calls < options.minimumCalls) return null;
  const services = readings.length > 1 ? ` · ${readings.length} services` : '';
  const environment = namesEnvironment(busiest, options) ? ` · ${busiest.environment}` : '';
  return `${numbersTitle(busiest, options)}${environment}${services}`;
}

function namesEnvironment({ environment }: FunctionStats, { namesEnvironment, template }: LensOptions): boolean {
  return namesEnvironment && isUnexpected(environment) && !template.includes('{environment}');
}

function numbersTitle(stats: FunctionStats, { template, windowSeconds }: LensOptions): string {
  if (stats.calls === 0) return noCallsText(stats, windowSeconds);
  const numbers = fillLensTemplate(template, stats);
  if (!stats.regression) return numbers;
  return `▲ ${formatSlowdown(stats.regression.slowdown)} since ${stats.regression.version} · ${numbers}`;
}

/** Why a known function has no numbers in the window. */
export function noCallsText(stats: FunctionStats, windowSeconds: number): string {
  return stats.callsPerMinute === null
    ? `no data: ${stats.service} sent nothing in the ${windowName(windowSeconds)}`
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
    case 'not in version':
      return `no data: not in ${running}`;
  }
}

/** Why a file has no function in production. */
export function missingFileText({ service, compiled }: MissingFile): string {
  return compiled === null
    ? `no data: ${service} has not loaded this file`
    : `no data: ${service} reports compiled files only (e.g. ${compiled}): compile it with source maps ("sourceMap": true)`;
}
