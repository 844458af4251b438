// The line of numbers over each function. One lens a function says it all, or says why there is nothing to say: "no
// data" always comes with its reason and never as a zero. What stands over a function once stays over it for as long
// as the file is open, so that a refresh changes words and moves no code.

import { type FunctionStats, formatCount, formatSlowdown } from '@prodlens/protocol';
import { isUnexpected } from '../mapping/environment.js';
import type { MappedFunction, Reading } from '../mapping/mapped-functions.js';
import type { MissingFile } from '../mapping/missing-file.js';
import { functionHead, type TextRange } from './function-head.js';
import { fillLensTemplate } from './lens-template.js';
import { absenceText, matchText, missingFileText, noCallsText } from './no-data.js';
import { prominences } from './prominence.js';
import { type AlertsOf, type Trouble, troublesOf } from './troubles.js';

export interface LensOptions {
  enabled: boolean;
  template: string;
  /** Functions with fewer calls than this in the window get no lens; from 1 on those without data get none either. */
  minimumCalls: number;
  windowSeconds: number;
  /** Nobody set the environment, and nothing else shows which was chosen. */
  namesEnvironment: boolean;
  alertsOf: AlertsOf;
  /** Whether measuring is switched off there. */
  isOff(stats: FunctionStats): boolean;
  /** "2 h old"; '' where the numbers are of now. */
  age: string;
  /** Keys of lenses that are shown now. */
  shown: ReadonlySet<string>;
  /** Whether functions that only began to matter get a lens, which moves the code below them. */
  mayAdd: boolean;
  /** What was said of these readings with the same options but the last two: edits move functions, and change no words. */
  said: Said;
}

export type Said = WeakMap<Reading[], { key: string; worst: Worst | null; title: string | null }>;

export interface Lens extends TextRange {
  title: string;
  /** The function's; '' of a lens that is about the file. */
  name: string;
  /** null where production has no such function. */
  functionId: string | null;
  /** Of the alert that it tells of. */
  alertId: string | null;
  /** Of the function in its text. */
  key: string;
}

/** More on one line than this is not shown by some editors, and is read by nobody. */
const MAXIMUM_LENSES_A_LINE = 11;
/** So many functions without data for the same reason say it once. */
const SAME_ABSENCES = 3;

/** The lenses in source order; the ranges are the functions' names. */
export function codeLenses(text: string, functions: MappedFunction[], options: LensOptions): Lens[] {
  if (!options.enabled) return [];
  const prominence = prominences(functions);
  const onlyAbsence = sameAbsence(functions);
  let saidAbsence = false;
  const lenses: Lens[] = [];
  for (const [index, mapped] of functions.entries()) {
    const { key, worst, title } = saidOf(mapped, options);
    if (title === null) continue;
    if (!options.shown.has(key)) {
      const rank = prominence[index]!;
      if (!worst && (rank === 'none' || (rank === 'inner' && !options.mayAdd))) continue;
      if (mapped.readings.length === 0 && rank !== 'named') continue;
      if (onlyAbsence && saidAbsence) continue;
    }
    saidAbsence = true;
    const functionId = (worst?.reading ?? mapped.readings[0])?.stats.id ?? null;
    const alertId = worst?.trouble.alert?.id ?? null;
    const { start, end } = functionHead(text, mapped.outlined);
    lenses.push({ start, end, title, name: mapped.outlined.name, functionId, alertId, key });
  }
  return fewOnALine(text, lenses);
}

/** Finds the words of these functions' lenses, for codeLenses() to find them said: the longest part of its work. */
export function sayAhead(functions: MappedFunction[], options: LensOptions): void {
  if (options.enabled) for (const mapped of functions) saidOf(mapped, options);
}

/** The one lens, on the first line, of a file that its service does not report. */
export function missingFileLens(missing: MissingFile, options: LensOptions): Lens[] {
  return options.minimumCalls > 0 ? [] : fileLens(missingFileText(missing), options);
}

/** The one lens, on the first line, that says why a file has no numbers. */
export function fileLens(title: string, { enabled }: LensOptions): Lens[] {
  return enabled ? [{ start: 0, end: 0, title, name: '', functionId: null, alertId: null, key: '' }] : [];
}

function saidOf(mapped: MappedFunction, options: LensOptions) {
  const known = options.said.get(mapped.readings);
  if (known) return known;
  const worst = worstTrouble(mapped, options);
  const said = { key: keyOf(mapped), worst, title: lensTitle(mapped, worst, options) };
  options.said.set(mapped.readings, said);
  return said;
}

function keyOf({ outlined }: MappedFunction): string {
  return `${outlined.name}@${outlined.ordinal}`;
}

/** Whether none of several functions has data, all for one reason. */
function sameAbsence(functions: MappedFunction[]): boolean {
  const [first] = functions;
  return (
    functions.length >= SAME_ABSENCES &&
    functions.every(({ absence }) => absence !== null && absence.reason === first?.absence?.reason)
  );
}

interface Worst {
  trouble: Trouble;
  reading: Reading;
}

/** The worst over all services; none of a function that was edited since, of which nobody knows how it is now. */
function worstTrouble({ readings }: MappedFunction, { alertsOf }: LensOptions): Worst | null {
  const found = readings
    .filter(({ match }) => match.edited !== true)
    .flatMap((reading) => troublesOf(reading.stats, alertsOf(reading.stats)).map((trouble) => ({ trouble, reading })));
  const order = { critical: 0, warning: 1, info: 2 };
  return found.sort((a, b) => order[a.trouble.severity] - order[b.trouble.severity])[0] ?? null;
}

function lensTitle({ readings, absence }: MappedFunction, worst: Worst | null, options: LensOptions): string | null {
  const busiest = readings[0];
  if (!busiest) return absence && options.minimumCalls <= 0 ? absenceText(absence) : null;
  if (busiest.stats.calls < options.minimumCalls && !worst) return null;
  const parts = [
    matchText(busiest),
    worst && markText(worst, readings),
    readings.length > 1 && !worst ? sharedText(readings) : null,
    numbersText(busiest.stats, options),
    namesEnvironment(busiest.stats, options) ? busiest.stats.environment : null,
    readings.length > 1 ? `busiest of ${readings.length} services: ${busiest.stats.service}` : null,
    options.age,
  ];
  return parts.filter(Boolean).join(' · ');
}

function markText({ trouble, reading }: Worst, readings: Reading[]): string {
  return readings.length > 1 ? `${trouble.mark} in ${reading.stats.service}` : trouble.mark;
}

/** How much slower than the others' middle one the slowest has to be. */
const STANDS_OUT = 2;
const STANDS_OUT_CALLS = 30;

/** "7 services: checkout 9× slower" than in the others; null where none stands out. By the median durations. */
function sharedText(readings: Reading[]): string | null {
  const timed = readings
    .map(({ stats }) => stats)
    .filter((stats) => stats.calls >= STANDS_OUT_CALLS && (stats.p50Ns ?? 0) > 0)
    .sort((a, b) => a.p50Ns! - b.p50Ns!);
  const slowest = timed.pop();
  const middle = timed[timed.length >> 1]?.p50Ns;
  if (!slowest || !middle || slowest.p50Ns! < STANDS_OUT * middle) return null;
  const ratio = slowest.p50Ns! / middle;
  const slower = ratio < 3 ? formatSlowdown(ratio - 1) : `${formatCount(Math.round(ratio))}× slower`;
  return `${readings.length} services: ${slowest.service} ${slower}`;
}

function namesEnvironment({ environment }: FunctionStats, { namesEnvironment, template }: LensOptions): boolean {
  return namesEnvironment && isUnexpected(environment) && !template.includes('{environment}');
}

function numbersText(stats: FunctionStats, { template, windowSeconds, isOff }: LensOptions): string {
  return stats.calls === 0 ? noCallsText(stats, windowSeconds, isOff(stats)) : fillLensTemplate(template, stats);
}

/** At most so many on a line as are read. */
function fewOnALine(text: string, lenses: Lens[]): Lens[] {
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
