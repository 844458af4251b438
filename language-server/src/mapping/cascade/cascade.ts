// Which function of one state of some files is which of a later state: a cascade of stages, surest first. Each pairs
// what it can tell one to one and leaves the rest to the next; what could be two is paired with neither. It knows
// nothing of how the later state came about, only the two states.

import { groupBy } from '../deployed-functions.js';
import { similarityOf } from './alikeness.js';
import { type Candidate, candidatesOf, type FileState, type Pair, Pairing } from './candidates.js';
import { pairSimilar } from './similarity.js';

/** `renames`: files known to have another path in the later state. Linear, but for what only similarity can tell. */
export function carryFunctions(
  before: FileState[],
  after: FileState[],
  renames: ReadonlyMap<string, string> = new Map(),
): Pair[] {
  const pairing = surePairs(before, after, renames);
  pairSimilar(pairing, () => pairInside(pairing));
  return pairing.pairs;
}

/** All stages but the last. */
function surePairs(before: FileState[], after: FileState[], renames: ReadonlyMap<string, string>): Pairing {
  const known = new Map([...respelledFiles(before, after), ...renames]);
  const pairing = new Pairing(candidatesOf(before, known), candidatesOf(after, new Map()));
  const place = ({ file, function: f }: Candidate) => `${file}\0${f.name}`;
  const withText =
    (key: (candidate: Candidate) => string, minimumTokens = 0) =>
    (candidate: Candidate) => {
      const { fingerprint } = candidate.function;
      return fingerprint && fingerprint.tokenCount >= minimumTokens ? `${key(candidate)}\0${fingerprint.hx}` : null;
    };
  pairing.byKey('unchanged', 0.999, withText(place));
  pairing.byKey('unchanged duplicate', 0.998, withText(place), { inOrder: true });
  pairing.byKey('name', 0.995, (candidate) => (isTelling(candidate) ? place(candidate) : null));
  pairInside(pairing);
  pairing.byKey('text in place', 0.98, withText(containerKey, 6));
  pairInside(pairing);
  pairing.byKey(
    'name and text elsewhere',
    0.98,
    withText(({ function: f }) => f.name, 8),
  );
  pairInside(pairing);
  pairing.byKey(
    'text elsewhere',
    0.98,
    withText(() => '', 16),
  );
  pairing.byKey('text with other locals', 0.97, ({ function: { fingerprint } }) =>
    fingerprint && fingerprint.tokenCount >= 20 ? fingerprint.hn : null,
  );
  pairInside(pairing);
  pairInRenamedContainers(pairing);
  pairInside(pairing);
  pairByRareNames(pairing);
  return pairing;
}

/** Files that are gone, each where one came to the same folder that is spelled alike: handleRequest.js, handle-request.ts. */
function respelledFiles(before: FileState[], after: FileState[]): Map<string, string> {
  const found = new Map<string, string>();
  const [there, here] = [before, after].map((states) => new Set(states.map(({ path }) => path)));
  const came = groupBy(
    [...here!].filter((path) => !there!.has(path)),
    spelling,
  );
  for (const [key, gone] of groupBy(
    [...there!].filter((path) => !here!.has(path)),
    spelling,
  )) {
    const other = came.get(key);
    if (gone.length === 1 && other?.length === 1) found.set(gone[0]!, other[0]!);
  }
  return found;
}

/** Folder and base name without what spells it: capitals, hyphens, the extension. */
function spelling(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  const base = path.slice(slash).replace(/\.[cm]?[jt]sx?$/, '');
  return path.slice(0, slash) + base.toLowerCase().replace(/[-_]/g, '');
}

/** What is known by names alone has to have this much of its text in common: the Jaccard index of its pairs of tokens. */
const MINIMUM_COMMON = 0.2;
const MINIMUM_TOKENS = 8;

/**
 * A name that one function lost and one other got: in the same file, where something was put around it or taken away or
 * it was made private, or with all that is in front of it in another file.
 */
function pairByRareNames(pairing: Pairing): void {
  const accepts = ({ function: a }: Candidate, { function: b }: Candidate) => {
    if (!a.fingerprint || !b.fingerprint) return false;
    if (Math.min(a.fingerprint.tokenCount, b.fingerprint.tokenCount) < MINIMUM_TOKENS) return false;
    return similarityOf(a.fingerprint, b.fingerprint, new Map()).jaccard >= MINIMUM_COMMON;
  };
  const named = (keyOf: (candidate: Candidate) => string) => (candidate: Candidate) =>
    isTelling(candidate) ? keyOf(candidate) : null;
  pairing.byKey(
    'own name',
    0.95,
    named(({ file, function: f }) => `${file}\0${f.ownName.replace(/^#/, '')}`),
    { accepts },
  );
  pairInside(pairing);
  pairing.byKey(
    'name elsewhere',
    0.93,
    named(({ function: f }) => f.name),
    { accepts },
  );
  pairInside(pairing);
}

/** A name that nobody gives to two things: its own, or the string of the call that it is given to. */
function isTelling({ anonymous, function: { ownName } }: Candidate): boolean {
  return !anonymous || ownName.includes("'");
}

/** What is inside of functions that are paired, by its name there; from the outermost in. */
function pairInside(pairing: Pairing): void {
  const inside =
    (withText: boolean) =>
    ({ parent, function: f }: Candidate) => {
      if (!parent?.pair || (withText && !f.fingerprint)) return null;
      const around = parent.pair.after;
      const name = f.name.slice(parent.function.name.length);
      return `${around.file}\0${around.index}\0${name}${withText ? `\0${f.fingerprint!.hx}` : ''}`;
    };
  for (let found = 1; found > 0; ) {
    found = pairing.byKey('inside', 0.99, inside(true));
    found += pairing.byKey('inside', 0.99, inside(true), { inOrder: true });
    found += pairing.byKey('inside', 0.98, inside(false));
    found += pairing.byKey('inside, by order', 0.95, inside(false), { inOrder: true });
  }
}

function containerKey({ file, container }: Candidate): string {
  return `${file}\0${container}`;
}

const MINIMUM_VOTES = 1;

/** Functions of the same own name in classes, objects or files of which others were paired with each other. */
function pairInRenamedContainers(pairing: Pairing): void {
  const votes = new Map<string, Map<string, number>>();
  for (const { before, after } of pairing.pairs) {
    if (containerKey(before) === containerKey(after) || before.function.ownName !== after.function.ownName) continue;
    const of = votes.get(containerKey(before)) ?? new Map<string, number>();
    votes.set(containerKey(before), of.set(containerKey(after), (of.get(containerKey(after)) ?? 0) + 1));
  }
  const renamed = new Map<string, string>();
  for (const [from, to] of votes) {
    const [best, second] = [...to].sort(([, a], [, b]) => b - a);
    if (best && best[1] >= MINIMUM_VOTES && best[1] > 2 * (second?.[1] ?? 0)) renamed.set(from, best[0]);
  }
  pairing.byKey('container', 0.97, (candidate, side) => {
    if (!isTelling(candidate)) return null;
    const container = containerKey(candidate);
    const mapped = side === 'before' ? renamed.get(container) : container;
    return mapped === undefined ? null : `${mapped}\0${candidate.function.ownName}`;
  });
}
