// The last stage: functions that are alike in what they do, what they are called and where they stand, best first.
// Several weak signs are added up to a probability (logistic regression; the weights come from real histories, by
// which the bench judges as well, on other repositories). Where two are about as good nothing is said.

import { type Alikeness, alikenessOf, shingleWeights } from './alikeness.js';
import type { Candidate, Pairing } from './candidates.js';

/** A shingle that more functions than this have tells nothing of which one it is. */
const RARE = 30;
const MAXIMUM_CANDIDATES = 200;
/** A pair is made where it is this probable; then what is around it is looked at again. */
const ROUNDS = [0.9, 0.7, 0.5, 0.3];
/** How many times as probable as the next it has to be. */
const MINIMUM_LEAD = 1.4;

export interface Compared {
  before: Candidate;
  after: Candidate;
  alikeness: Alikeness;
  /** 0 to 1. */
  probability: number;
}

/** `settle` pairs what follows from what was paired; called after each round. */
export function pairSimilar(pairing: Pairing, settle: () => void): void {
  for (const minimum of ROUNDS) {
    const compared = compareAll(pairing)
      .filter(({ probability }) => probability >= 0.1)
      .sort((a, b) => b.probability - a.probability);
    const best = new Map<Candidate, Compared[]>();
    for (const one of compared) {
      for (const candidate of [one.before, one.after]) {
        const list = best.get(candidate);
        if (!list) best.set(candidate, [one]);
        else if (list.length < 2) list.push(one);
      }
    }
    for (const one of compared) {
      const { before, after, probability } = one;
      if (probability < minimum) break;
      if (before.pair || after.pair) continue;
      const rival = Math.max(rivalOf(best.get(before)!, one), rivalOf(best.get(after)!, one));
      if (probability < MINIMUM_LEAD * rival) continue;
      pairing.pair(before, after, 'similar', confidenceOf(probability));
    }
    settle();
  }
}

/** The probability of the better of the two that is not this one. */
function rivalOf(best: Compared[], one: Compared): number {
  return best.find((other) => other !== one)?.probability ?? 0;
}

/** How often such a pair was right: that it is better than every other makes it surer than it is by itself. */
function confidenceOf(probability: number): number {
  if (probability >= 0.9) return 0.97;
  return probability >= 0.6 ? 0.93 : 0.8;
}

/** All that could be the same, of what is not paired. */
function compareAll({ before, after }: Pairing): Compared[] {
  if (before.length === 0 || after.length === 0) return [];
  const weights = shingleWeights([...before, ...after]);
  const find = candidateFinder(after);
  return before.flatMap((one) => {
    const compared: Compared[] = [];
    for (const other of find(one)) {
      const alikeness = alikenessOf(one, other, weights);
      if (alikeness) compared.push({ before: one, after: other, alikeness, probability: probabilityOf(alikeness) });
    }
    return compared;
  });
}

/** Those in the same file, of the same own name, or that share a rare shingle. */
function candidateFinder(after: Candidate[]): (one: Candidate) => Set<Candidate> {
  const byFile = new Map<string, Candidate[]>();
  const byName = new Map<string, Candidate[]>();
  const byShingle = new Map<number, Candidate[]>();
  const byParent = new Map<Candidate, Candidate[]>();
  const add = <K>(map: Map<K, Candidate[]>, key: K, candidate: Candidate, most: number) => {
    const list = map.get(key);
    if (!list) map.set(key, [candidate]);
    else if (list.length <= most) list.push(candidate);
  };
  for (const candidate of after) {
    add(byFile, candidate.file, candidate, MAXIMUM_CANDIDATES);
    add(byName, candidate.function.ownName, candidate, MAXIMUM_CANDIDATES);
    if (candidate.parent) add(byParent, candidate.parent, candidate, MAXIMUM_CANDIDATES);
    for (const shingle of candidate.function.fingerprint?.shingles ?? []) add(byShingle, shingle, candidate, RARE);
  }
  return (one) => {
    const found = new Set(byFile.get(one.file));
    const around = one.parent?.pair?.after;
    for (const candidate of (around && byParent.get(around)) ?? []) found.add(candidate);
    const named = byName.get(one.function.ownName) ?? [];
    if (named.length <= RARE) for (const candidate of named) found.add(candidate);
    for (const shingle of one.function.fingerprint?.shingles ?? []) {
      const list = byShingle.get(shingle) ?? [];
      if (list.length <= RARE) for (const candidate of list) found.add(candidate);
    }
    return found;
  };
}

/** What each sign adds to the logarithm of the odds. */
const WEIGHTS: Alikeness = {
  bias: -4.78,
  similarity: 1.9,
  overlap: 0.26,
  sameName: 1.66,
  words: -0.26,
  sameLabel: 1.24,
  parentsPaired: 0.57,
  parentsElsewhere: -1.21,
  neighbours: 3.37,
  sameFile: 1.91,
  sameContainer: 1.16,
  sameArity: -0.19,
  sameKind: -1.74,
  sameText: 0.01,
  size: -1.4,
  sizedSimilarity: 2.96,
};

function probabilityOf(alikeness: Alikeness): number {
  let odds = 0;
  for (const sign in WEIGHTS) odds += WEIGHTS[sign as keyof Alikeness] * alikeness[sign as keyof Alikeness];
  return 1 / (1 + Math.exp(-odds));
}
