// Deployed functions whose text nobody here has, by what their sensor said of it: found again where they were renamed,
// reordered or edited, by the same cascade as between two texts. What runs may have been compiled in ways that change
// it: where the text of most functions of a file differs from the editor's, it says nothing about edits.

import type { FunctionStats } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import { unpackFingerprint } from '@prodlens/syntax/fingerprint-text';
import type { KnownFunction, Pair } from './cascade/candidates.js';
import { carryFunctions } from './cascade/cascade.js';
import { type FunctionMatch, matchFunctions } from './deployed-functions.js';
import { kindOf, knownFunctions } from './deployed-text.js';

/** Of the functions that are found, so many have to be as they were for the others to be called edited. */
const MINIMUM_SAME = 0.5;
const MINIMUM_FOUND = 2;

/** null where the sensor has said nothing of the texts. `reported` is one service's file in one environment and version. */
export function matchByFingerprint(
  text: string,
  outline: OutlinedFunction[],
  reported: FunctionStats[],
): FunctionMatch[] | null {
  const known = reported.filter(({ fingerprint }) => fingerprint !== undefined);
  if (known.length === 0) return null;
  known.sort((a, b) => a.line - b.line || a.column - b.column);
  const pairs = carried(outline, known);
  const isSame = ({ before, after }: Pair) => before.function.fingerprint?.hx === after.function.fingerprint?.hx;
  const told = pairs.length >= MINIMUM_FOUND && pairs.filter(isSame).length >= MINIMUM_SAME * pairs.length;
  const matches = pairs.map((pair): FunctionMatch => {
    const { before, after, confidence } = pair;
    const edited = isSame(pair) ? false : told ? true : null;
    const kind = kindOf(before, after, confidence, edited, false);
    const match = { kind, confidence, edited, origin: null };
    return { outlined: outline[after.index]!, deployed: known[before.index]!, match };
  });
  const found = new Set(matches.map(({ outlined }) => outlined));
  const others = matchFunctions(
    text,
    outline.filter((outlined) => !found.has(outlined)),
    reported.filter(({ fingerprint }) => fingerprint === undefined),
  );
  return [...matches, ...others];
}

/** Nothing of it changes with the numbers, which come far more often than fingerprints. */
const carriedBefore = new WeakMap<OutlinedFunction[], { of: FunctionStats[]; pairs: Pair[] }>();

function carried(outline: OutlinedFunction[], known: FunctionStats[]): Pair[] {
  const before = carriedBefore.get(outline);
  const isKnown =
    before?.of.length === known.length &&
    known.every(({ id, fingerprint }, i) => before.of[i]!.id === id && before.of[i]!.fingerprint === fingerprint);
  if (isKnown) return before.pairs;
  const path = '';
  const pairs = carryFunctions(
    [{ path, functions: deployedFunctions(known) }],
    [{ path, functions: knownFunctions(outline) }],
  );
  carriedBefore.set(outline, { of: known, pairs });
  return pairs;
}

/** In source order. Which function is around which is told by their names. */
export function deployedFunctions(known: FunctionStats[]): KnownFunction[] {
  const indexOf = new Map(known.map(({ name }, i) => [name, i]));
  return known.map(({ name, ordinal, kind, fingerprint }) => {
    const parent = parentOf(name, indexOf);
    const place = { start: 0, end: 0, nameStart: 0, nameEnd: 0 };
    const ownName = parent === -1 ? lastName(name) : name.slice(known[parent]!.name.length + 1);
    return { name, ownName, ordinal, kind, ...place, parent, fingerprint: unpackFingerprint(fingerprint ?? '') };
  });
}

/** Index of the function with the longest name that this name begins with; -1 where there is none. */
function parentOf(name: string, indexOf: Map<string, number>): number {
  for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
    const found = indexOf.get(name.slice(0, end));
    if (found !== undefined) return found;
  }
  return -1;
}

/** What follows the last dot; all of a callback's name, whose dots are those of the call that it is given to. */
function lastName(name: string): string {
  return /#-?\d+$/.test(name) ? name : name.slice(name.lastIndexOf('.') + 1);
}
