// What belongs into the list of problems: a function that is slower since a deployment, and one whose calls fail.
// Few and certain, because a warning that is wrong once is not read again.

import type { FunctionStats } from '@prodlens/protocol';
import { formatCount, formatDuration, formatPercent, formatSlowdown } from '@prodlens/protocol';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import { functionHead, type TextRange } from './function-head.js';
import { windowName } from './time-window.js';

export interface DiagnosticOptions {
  enabled: boolean;
  windowSeconds: number;
}

/** A warning on a function's name. */
export interface Finding extends TextRange {
  code: 'slower' | 'failing';
  message: string;
  functionId: string;
}

const FAILING_ERROR_RATE = 0.01;
const FAILING_ERRORS = 3;

/** In source order; with several services each has its own findings, which then name it. */
export function diagnostics(text: string, functions: MappedFunction[], options: DiagnosticOptions): Finding[] {
  if (!options.enabled) return [];
  return functions.flatMap(({ outlined, readings }) => {
    const head = functionHead(text, outlined);
    return readings.flatMap(({ stats }) => {
      const where = readings.length > 1 ? ` in ${stats.service}` : '';
      return findings(stats, where, options.windowSeconds).map((finding) => ({ ...head, ...finding }));
    });
  });
}

function findings(stats: FunctionStats, where: string, windowSeconds: number): Omit<Finding, keyof TextRange>[] {
  const found: Omit<Finding, keyof TextRange>[] = [];
  const { name, regression, calls, errors, errorRate, id: functionId } = stats;
  if (regression) {
    const before = `${formatDuration(regression.beforeP50Ns)} before (n = ${formatCount(regression.beforeCalls)})`;
    const since = `${formatDuration(regression.afterP50Ns)} since (n = ${formatCount(regression.afterCalls)})`;
    const message = `${name} is ${formatSlowdown(regression.slowdown)}${where} since ${regression.version}: median ${before}, ${since}`;
    found.push({ code: 'slower', message, functionId });
  }
  if (errorRate !== null && errorRate >= FAILING_ERROR_RATE && errors >= FAILING_ERRORS) {
    const share = `${name} failed in ${formatCount(errors)} of ${formatCount(calls)} calls${where}`;
    const message = `${share} in the ${windowName(windowSeconds)} (${formatPercent(errorRate)})`;
    found.push({ code: 'failing', message, functionId });
  }
  return found;
}
