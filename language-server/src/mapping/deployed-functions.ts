// Which deployed function is which function in the editor, within one file. A cascade of stages, surest first: each
// takes what it can pair one to one and leaves the rest to the next. What no stage pairs has no counterpart.

import type { FunctionStats } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import type { Match } from './match.js';

export interface FunctionMatch {
  outlined: OutlinedFunction;
  deployed: FunctionStats;
  match: Match;
}

type Stage = (outline: OutlinedFunction[], deployed: FunctionStats[], text: string) => FunctionMatch[];

const STAGES: Stage[] = [matchByName, matchByPosition];

/** Pairs each function at most once. `deployed` is one service's file in one environment and version. */
export function matchFunctions(text: string, outline: OutlinedFunction[], deployed: FunctionStats[]): FunctionMatch[] {
  const matches: FunctionMatch[] = [];
  const matchedHere = new Set<OutlinedFunction>();
  const matchedThere = new Set<FunctionStats>();
  for (const stage of STAGES) {
    const found = stage(
      outline.filter((outlined) => !matchedHere.has(outlined)),
      deployed.filter((stats) => !matchedThere.has(stats)),
      text,
    );
    for (const match of found) {
      matchedHere.add(match.outlined);
      matchedThere.add(match.deployed);
    }
    matches.push(...found);
  }
  return matches;
}

function matchOf(confidence: number): Match {
  return { kind: 'exact', confidence, edited: null, origin: null };
}

/** The design's estimate, not measured here. */
const NAME_CONFIDENCE = 0.998;

/** The same name and ordinal, where as many functions have the name here as there: else an ordinal says nothing. */
function matchByName(outline: OutlinedFunction[], deployed: FunctionStats[]): FunctionMatch[] {
  const there = groupBy(deployed, ({ name }) => name);
  return [...groupBy(outline, ({ name }) => name)].flatMap(([name, here]) => {
    const group = there.get(name) ?? [];
    if (group.length !== here.length) return [];
    const pairs = here.map((outlined) => ({
      outlined,
      deployed: group.find(({ ordinal }) => ordinal === outlined.ordinal),
      match: matchOf(NAME_CONFIDENCE),
    }));
    return pairs.filter((pair): pair is FunctionMatch => pair.deployed !== undefined);
  });
}

/** Below that of a name: compilers record positions less exactly than names. */
const POSITION_CONFIDENCE = 0.97;

/** Characters that "export default" is looked for in. */
const LONGEST_EXPORT = 64;

/** The shortest part of a name that tells something when it is all that two names have in common. */
const MINIMUM_COMMON_LETTERS = 3;

/**
 * The same recorded place and a name that a compiler makes of the other: touch_fn of Store.#touch, src_default of
 * default. Never the place alone, which another function has after an edit; and where names are equal the stage
 * before has decided. The source maps of tsc place a lowered private method at its class's end, so that only the
 * functions inside it are found.
 */
function matchByPosition(outline: OutlinedFunction[], deployed: FunctionStats[], text: string): FunctionMatch[] {
  if (outline.length === 0 || deployed.length === 0) return [];
  const here = groupBy(placedAt(outline, text), ({ place }) => place);
  const pairs = deployed.flatMap((stats) =>
    (here.get(`${stats.line}:${stats.column}`) ?? [])
      .filter(({ outlined }) => outlined.name !== stats.name && isRenamed(stats.name, outlined.name))
      .map(({ outlined }) => ({ outlined, deployed: stats, match: matchOf(POSITION_CONFIDENCE) })),
  );
  const ofOutlined = groupBy(pairs, (pair) => pair.outlined);
  const ofDeployed = groupBy(pairs, (pair) => pair.deployed);
  return pairs.filter(
    (pair) => ofOutlined.get(pair.outlined)?.length === 1 && ofDeployed.get(pair.deployed)?.length === 1,
  );
}

/** Where each function's name stands, as "LINE:COLUMN", 1-based. */
export function placedAt<F extends OutlinedFunction>(outline: F[], text: string): { outlined: F; place: string }[] {
  const lineStarts = lineStartsOf(text);
  return outline.flatMap((outlined) =>
    nameOffsets(outlined, text).map((offset) => {
      const line = lineAt(lineStarts, offset);
      return { outlined, place: `${line + 1}:${offset - lineStarts[line]! + 1}` };
    }),
  );
}

/** One, and for a default export without a name also the word "default", where bundlers see its name. */
function nameOffsets({ nameStart, nameEnd }: OutlinedFunction, text: string): number[] {
  if (nameEnd > nameStart) return [nameStart];
  const after = /^export\s+(?=default\b)/.exec(text.slice(nameStart, nameStart + LONGEST_EXPORT));
  if (after) return [nameStart, nameStart + after[0].length];
  const before = /\bdefault\s+$/.exec(text.slice(Math.max(0, nameStart - LONGEST_EXPORT), nameStart));
  return before ? [nameStart, nameStart - before[0].length] : [nameStart];
}

/** Whether a compiler can make one name of the other. */
export function isRenamed(a: string, b: string): boolean {
  const [shorter = '', longer = ''] = [lettersOfLastSegment(a), lettersOfLastSegment(b)].sort(
    (x, y) => x.length - y.length,
  );
  if (shorter === longer) return shorter !== '';
  return shorter.length >= MINIMUM_COMMON_LETTERS && longer.includes(shorter);
}

/** Letters and digits of what follows the last dot. */
function lettersOfLastSegment(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/[^\p{L}\p{N}]/gu, '');
}

/** Groups in the order in which their keys first appear: Map.groupBy, which Node 20 does not have. */
export function groupBy<T, Key>(items: T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
