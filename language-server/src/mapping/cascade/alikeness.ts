// In what two functions are alike, each sign as a number from 0 (not at all) to 1.

import type { Fingerprint } from '@prodlens/syntax';
import type { Candidate } from './candidates.js';

export interface Alikeness {
  /** Always 1. */
  bias: number;
  /** Jaccard index of the shingles, each by how rare it is. */
  similarity: number;
  /** How much of the smaller one is in the larger one. */
  overlap: number;
  sameName: number;
  /** Jaccard index of the words in the names. */
  words: number;
  /** Given to calls with the same string. */
  sameLabel: number;
  /** The functions around them are one. */
  parentsPaired: number;
  /** The functions around them are known to be others, or one has none. */
  parentsElsewhere: number;
  /** Share of the functions just before and after them that are one. */
  neighbours: number;
  sameFile: number;
  sameContainer: number;
  sameArity: number;
  sameKind: number;
  /** Equal but for the names of locals. */
  sameText: number;
  /** Of the smaller one, logarithmic. */
  size: number;
  /** similarity times size. */
  sizedSimilarity: number;
}

/** null where they are not alike enough to be thought of. */
export function alikenessOf(a: Candidate, b: Candidate, weights: Map<number, number>): Alikeness | null {
  const one = a.function.fingerprint;
  const two = b.function.fingerprint;
  if (!one || !two) return null;
  const { jaccard, overlap } = similarityOf(one, two, weights);
  const sameName = flag(a.function.ownName === b.function.ownName);
  const parentsPaired = flag(
    a.parent?.pair !== undefined && a.parent?.pair !== null && a.parent.pair === b.parent?.pair,
  );
  if (jaccard < 0.15 && !(sameName || parentsPaired)) return null;
  const size = Math.min(1, Math.log2(1 + Math.min(one.tokenCount, two.tokenCount)) / 8);
  return {
    bias: 1,
    similarity: jaccard,
    overlap,
    sameName,
    words: sameName || wordsInCommon(a.function.ownName, b.function.ownName),
    sameLabel: flag(labelOf(a) !== null && labelOf(a) === labelOf(b)),
    parentsPaired,
    parentsElsewhere: flag(!parentsPaired && Boolean(a.parent?.pair || b.parent?.pair || !a.parent !== !b.parent)),
    neighbours: (flag(arePair(a.previous, b.previous)) + flag(arePair(a.next, b.next))) / 2,
    sameFile: flag(a.file === b.file),
    sameContainer: flag(a.container === b.container),
    sameArity: flag(one.arity === two.arity),
    sameKind: flag(a.function.kind === b.function.kind),
    sameText: flag(one.hn === two.hn),
    size,
    sizedSimilarity: jaccard * size,
  };
}

function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** Also where both are at the end of their files. */
function arePair(a: Candidate | null, b: Candidate | null): boolean {
  return a === null || b === null ? a === b : a.pair !== null && a.pair === b.pair;
}

function labelOf({ function: { ownName } }: Candidate): string | null {
  return /'(.*)'#\d+$/s.exec(ownName)?.[1] ?? null;
}

/** Jaccard index of the words of two names (camelCase, kebab-case, dots). */
function wordsInCommon(a: string, b: string): number {
  const one = wordsOf(a);
  const two = wordsOf(b);
  let common = 0;
  for (const word of one) if (two.has(word)) common++;
  const all = one.size + two.size - common;
  return all === 0 ? 0 : common / all;
}

function wordsOf(name: string): Set<string> {
  return new Set(name.match(/\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+(?!\p{Ll})/gu)?.map((word) => word.toLowerCase()));
}

/** How much a shingle tells: the rarer the more. */
export function shingleWeights(candidates: Candidate[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { function: f } of candidates) {
    for (const shingle of f.fingerprint?.shingles ?? []) counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  }
  for (const [shingle, count] of counts) counts.set(shingle, Math.log(1 + candidates.length / count));
  return counts;
}

/** Of what both would have in a sketch, where one is known by its sketch alone. */
export function similarityOf(
  one: Fingerprint,
  two: Fingerprint,
  weights: Map<number, number>,
): { jaccard: number; overlap: number } {
  const room = ({ complete, shingles }: Fingerprint) => (complete ? Number.POSITIVE_INFINITY : shingles.length);
  const size = Math.min(room(one), room(two));
  let common = 0;
  let ofOne = 0;
  let ofTwo = 0;
  let i = 0;
  let j = 0;
  for (let taken = 0; taken < size && (i < one.shingles.length || j < two.shingles.length); taken++) {
    const a = one.shingles[i] ?? Number.POSITIVE_INFINITY;
    const b = two.shingles[j] ?? Number.POSITIVE_INFINITY;
    const weight = weights.get(Math.min(a, b)) ?? 1;
    if (a <= b) {
      ofOne += weight;
      i++;
    }
    if (b <= a) {
      ofTwo += weight;
      j++;
    }
    if (a === b) common += weight;
  }
  const all = ofOne + ofTwo - common;
  const smaller = Math.min(ofOne, ofTwo);
  return { jaccard: all === 0 ? 1 : common / all, overlap: smaller === 0 ? (all === 0 ? 1 : 0) : common / smaller };
}
