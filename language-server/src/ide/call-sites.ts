// Calls in a text, by their words alone: the name at an offset with a parenthesis behind it, the function around it, and
// which deployed function that calls. What production saw decides; where it saw nothing, a function of the same text.
// A name that could be more than one is no call that is known.

import type { FunctionCall } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import type { TextRange } from './function-head.js';

export interface CallSite extends TextRange {
  /** The function around the call. */
  caller: MappedFunction;
  /** The called function, where it stands in this text. */
  here: MappedFunction | null;
  /** What production saw of calls from the one to the other, of the caller's busiest service that saw any. */
  seen: FunctionCall | null;
}

const OPENS_CALL = /^\s*(?:\?\.)?\s*(?:<[^<>(){};]*>\s*)?\(/;
const WORD = /[\p{ID_Continue}$]/u;
/** What is written like a call and is none. */
const KEYWORDS = new Set(['if', 'for', 'while', 'switch', 'catch', 'function', 'return', 'super', 'import', 'typeof']);
/** Characters behind a name that are looked at. */
const LOOK_AHEAD = 200;

/** The call whose name is at the offset; null where there is none, or none that is known. */
export function callAt(text: string, functions: MappedFunction[], offset: number): CallSite | null {
  const word = wordAt(text, offset);
  if (word === null) return null;
  const name = text.slice(word.start, word.end);
  if (KEYWORDS.has(name) || !OPENS_CALL.test(text.slice(word.end, word.end + LOOK_AHEAD))) return null;
  const caller = innermost(functions, word.start);
  if (!caller || caller.outlined.nameStart === word.start) return null;
  return called(text, functions, caller, word, name);
}

/** Where calls in the text between two offsets are, of functions that are known. Linear in the text. */
export function callsWithin(text: string, functions: MappedFunction[], range: TextRange): CallSite[] {
  const sites: CallSite[] = [];
  const code = withoutComments(text.slice(range.start, range.end));
  for (const match of code.matchAll(/[\p{ID_Start}_$#][\p{ID_Continue}$]*(?=\s*(?:\?\.)?\()/gu)) {
    const start = range.start + match.index;
    const name = match[0].replace(/^#/, '');
    if (KEYWORDS.has(name)) continue;
    const caller = innermost(functions, start);
    if (!caller || caller.outlined.nameStart === start) continue;
    const site = called(text, functions, caller, { start, end: start + match[0].length }, name);
    if (site) sites.push(site);
  }
  return sites;
}

/** Where a function's text calls one of that name; ranges of the name. */
export function callsOf(text: string, { start, end }: OutlinedFunction, name: string): TextRange[] {
  const last = lastSegment(name);
  const code = withoutComments(text.slice(start, end));
  return [...code.matchAll(/[\p{ID_Start}_$][\p{ID_Continue}$]*(?=\s*(?:\?\.)?\()/gu)]
    .filter(([word]) => word === last)
    .map(({ index }) => ({ start: start + index, end: start + index + last.length }));
}

function called(
  text: string,
  functions: MappedFunction[],
  caller: MappedFunction,
  word: TextRange,
  name: string,
): CallSite | null {
  const seen = caller.readings
    .map(({ stats }) => (stats.callees ?? []).filter((callee) => lastSegment(callee.name) === name))
    .find((found) => found.length > 0);
  if (seen && seen.length > 1) return null;
  const callee = seen?.[0] ?? null;
  const here = callee
    ? (functions.find(({ readings }) => readings.some(({ stats }) => stats.id === callee.id)) ?? null)
    : sameText(text, functions, caller, word, name);
  return callee || here ? { ...word, caller, here, seen: callee } : null;
}

/** What `name(` and `this.name(` can mean in a text without types: a function beside it, a method of the same class. */
function sameText(
  text: string,
  functions: MappedFunction[],
  { outlined }: MappedFunction,
  { start }: TextRange,
  name: string,
): MappedFunction | null {
  const before = text.slice(Math.max(0, start - LOOK_AHEAD), start);
  const isMember = /\.\s*#?$/.test(before);
  if (isMember && !/\bthis\s*\??\.\s*#?$/.test(before)) return null;
  const wanted = isMember ? `${outlined.name.split('.')[0]}.${name}` : name;
  const found = functions.filter((mapped) => mapped.outlined.name.replace('#', '') === wanted);
  return found.length === 1 && found[0]!.readings.length > 0 ? found[0]! : null;
}

function innermost(functions: MappedFunction[], offset: number): MappedFunction | null {
  return functions.findLast(({ outlined }) => outlined.start <= offset && offset < outlined.end) ?? null;
}

function wordAt(text: string, offset: number): TextRange | null {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text[start - 1]!)) start--;
  while (end < text.length && WORD.test(text[end]!)) end++;
  return end > start ? { start, end } : null;
}

/** Letters of the last name in a qualified one: quote of PricingService.quote, touch of Store.#touch. */
function lastSegment(name: string): string {
  return /([\p{ID_Continue}$]+)$/u.exec(name)?.[1] ?? name;
}

/** The same text with comments made blank, and what strings hold, so that offsets stay. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (found) =>
    found.replace(/[^\n]/g, ' '),
  );
}
