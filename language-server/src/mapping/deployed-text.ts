// A deployed file's own text, where the workspace's git has it: which of its functions each reported one is, and where
// those are in the editor. No guess about names is needed then: production says line and column, and the two texts are
// compared as two states of one file.

import type { FunctionStats } from '@prodlens/protocol';
import type { FingerprintedFunction, OutlinedFunction } from '@prodlens/syntax';
import { lineAt } from '@prodlens/syntax/lines';
import { startsOf } from '@prodlens/syntax/starts';
import type { Candidate, KnownFunction, Pair } from './cascade/candidates.js';
import { carryFunctions } from './cascade/cascade.js';
import { type FunctionMatch, groupBy, isRenamed, placedAt } from './deployed-functions.js';
import { type DeployedPlace, LIKELY_BELOW, type Match } from './match.js';

export interface DeployedText {
  /** vcs.ref.head.revision of the deployment. */
  revision: string;
  /** Absolute, with "/": where the file was in the workspace then, and where it is now. */
  path: string;
  nowAt: string;
  text: string;
  /** Offset of each line's start. */
  lineStarts: number[];
  functions: FingerprintedFunction[];
}

/** Of the functions so many have to stand where they are reported, or the text is not what was deployed. */
const MINIMUM_LOCATED = 0.5;

/**
 * The reported functions in the editor's text, whose functions are `outline`; null where the deployed text is not what
 * they come from.
 */
export function matchByText(
  outline: OutlinedFunction[],
  reported: FunctionStats[],
  deployed: DeployedText,
): FunctionMatch[] | null {
  const located = locate(reported, deployed);
  if (located.size < MINIMUM_LOCATED * Math.min(reported.length, deployed.functions.length)) return null;
  const here = new Map(carriedOver(outline, deployed).map((pair) => [pair.before.function, pair]));
  return [...located].flatMap(([stats, f]) => {
    const pair = here.get(f);
    const outlined = pair && outline[pair.after.index];
    return outlined ? [{ outlined, deployed: stats, match: matchOf(pair, deployed) }] : [];
  });
}

/** Nothing of it changes with the numbers, which come far more often than texts. */
const carriedBefore = new WeakMap<OutlinedFunction[], { deployed: DeployedText; pairs: Pair[] }>();

/** Pairs of a deployed function and one of the text. Worked out once for each outline and deployed text. */
export function carriedOver(outline: OutlinedFunction[], deployed: DeployedText): Pair[] {
  const known = carriedBefore.get(outline);
  if (known?.deployed === deployed) return known.pairs;
  const { nowAt: path } = deployed;
  const pairs = carryFunctions(
    [{ path, functions: deployed.functions }],
    [{ path, functions: knownFunctions(outline) }],
  );
  carriedBefore.set(outline, { deployed, pairs });
  return pairs;
}

/** With what the parser said of their texts, if it did. */
export function knownFunctions(outline: OutlinedFunction[]): KnownFunction[] {
  const around: number[] = [];
  return outline.map((f, i) => {
    while (around.length > 0 && outline[around.at(-1)!]!.end <= f.start) around.pop();
    const parent = around.at(-1) ?? -1;
    around.push(i);
    return { ...f, parent, fingerprint: 'fingerprint' in f ? (f as FingerprintedFunction).fingerprint : null };
  });
}

/**
 * Which function of the text each reported one is: by its name and place, by its name and ordinal, by its place and a
 * name that a compiler makes, by its place alone, by where it starts; surest first, each once. What a compiler adds has no place of its own
 * and is left out.
 */
export function locate(
  reported: FunctionStats[],
  { text, lineStarts, functions }: DeployedText,
): Map<FunctionStats, FingerprintedFunction> {
  const located = new Map<FunctionStats, FingerprintedFunction>();
  const taken = new Set<OutlinedFunction>();
  const places = new Map<string, FingerprintedFunction[]>();
  for (const { outlined, place } of placedAt(functions, text)) {
    places.set(place, [...(places.get(place) ?? []), outlined]);
  }
  const at = ({ line, column }: FunctionStats) => places.get(`${line}:${column}`) ?? [];
  const starting = new Map(functions.flatMap((f) => startsOf(f, text).map((start) => [start, f])));
  const names = groupBy(functions, ({ name }) => name);
  const reportedNames = groupBy(reported, ({ name }) => name);
  const rules: ((stats: FunctionStats) => FingerprintedFunction[])[] = [
    (stats) => at(stats).filter(({ name }) => name === stats.name),
    ({ name, ordinal }) => {
      const group = names.get(name) ?? [];
      return group.length === reportedNames.get(name)?.length ? group.filter((f) => f.ordinal === ordinal) : [];
    },
    (stats) => at(stats).filter(({ name }) => isRenamed(stats.name, name)),
    (stats) => at(stats),
    // Where a name is gone its function's first word stands for it.
    ({ line, column }) =>
      [starting.get((lineStarts[line - 1] ?? Number.NaN) + column - 1)].filter((f) => f !== undefined),
  ];
  for (const rule of rules) {
    const claims = new Map<FingerprintedFunction, FunctionStats[]>();
    for (const stats of reported) {
      if (located.has(stats)) continue;
      const free = rule(stats).filter((f) => !taken.has(f));
      if (free.length === 1) claims.set(free[0]!, [...(claims.get(free[0]!) ?? []), stats]);
    }
    for (const [f, [stats, ...others]] of claims) {
      if (others.length > 0 || !stats) continue;
      located.set(stats, f);
      taken.add(f);
    }
  }
  return located;
}

function matchOf({ before, after, confidence }: Pair, deployed: DeployedText): Match {
  const edited = isEdited(before, after);
  return {
    kind: kindOf(before, after, confidence, edited, deployed.nowAt !== deployed.path),
    confidence,
    edited,
    origin: placeOf(before.function, deployed),
  };
}

/** Lines of the deployed text, from the function's first to its last. */
export function placeOf({ start, end }: OutlinedFunction, { revision, path, lineStarts }: DeployedText): DeployedPlace {
  return { revision, path, startLine: lineAt(lineStarts, start), endLine: lineAt(lineStarts, end) };
}

function isEdited(before: Candidate, after: Candidate): boolean | null {
  const [there, here] = [before.function.fingerprint, after.function.fingerprint];
  return there && here && there.hx !== here.hx;
}

/** What a match is called; `edited` as in Match. */
export function kindOf(
  before: Candidate,
  after: Candidate,
  confidence: number,
  edited: boolean | null,
  movedFile: boolean,
): Match['kind'] {
  if (confidence < LIKELY_BELOW) return 'likely';
  if (edited) return 'edited';
  if (before.function.ownName !== after.function.ownName) return 'renamed';
  return movedFile || before.container !== after.container ? 'moved' : 'exact';
}
