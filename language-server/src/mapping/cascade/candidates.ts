// The functions of two states of some files, as the cascade's stages see them: what is not paired yet, and how keys
// pair it one to one.

import type { Fingerprint, OutlinedFunction } from '@prodlens/syntax';

/** A function as far as it is known: a deployed one may come with a name and a place alone. */
export interface KnownFunction extends OutlinedFunction {
  /** Index of the function around it in its file's list; -1 where there is none, or it is not known. */
  parent: number;
  /** null where nothing is known of the text. */
  fingerprint: Fingerprint | null;
}

/** One state of a file. */
export interface FileState {
  /** Of both states alike, so that the same path is the same file. */
  path: string;
  /** In source order. */
  functions: KnownFunction[];
}

/** Which rule paired two functions. */
export type Stage =
  | 'unchanged'
  | 'unchanged duplicate'
  | 'name'
  | 'inside'
  | 'inside, by order'
  | 'text in place'
  | 'name and text elsewhere'
  | 'text elsewhere'
  | 'text with other locals'
  | 'container'
  | 'own name'
  | 'name elsewhere'
  | 'similar';

export interface Candidate {
  function: KnownFunction;
  /** Its file, by the name that it has in its own state, and by that of the later state. */
  path: string;
  file: string;
  parent: Candidate | null;
  /** In its file, in source order; null at its ends. */
  previous: Candidate | null;
  next: Candidate | null;
  /** Position among its file's functions, 0-based. */
  index: number;
  /** All in front of ownName; '' where there is nothing. */
  container: string;
  /** Without a name of its own: a callback, a value returned. */
  anonymous: boolean;
  pair: Pair | null;
}

export interface Pair {
  before: Candidate;
  after: Candidate;
  stage: Stage;
  /** Probability that it is the same function, 0 to 1. */
  confidence: number;
}

const ANONYMOUS = /#-?\d+$|^\((?:return|iife|anonymous)\)$/;

export function candidatesOf(files: FileState[], renames: ReadonlyMap<string, string>): Candidate[] {
  return files.flatMap(({ path, functions }) => {
    const file = renames.get(path) ?? path;
    const candidates: Candidate[] = [];
    for (const [index, f] of functions.entries()) {
      const { name, ownName } = f;
      const candidate: Candidate = {
        function: f,
        path,
        file,
        previous: candidates.at(-1) ?? null,
        next: null,
        parent: candidates[f.parent] ?? null,
        index,
        container: name.slice(0, Math.max(0, name.length - ownName.length - 1)),
        anonymous: ANONYMOUS.test(ownName),
        pair: null,
      };
      if (candidate.previous) candidate.previous.next = candidate;
      candidates.push(candidate);
    }
    return candidates;
  });
}

export type Key = string | number | null;

export class Pairing {
  readonly pairs: Pair[] = [];
  #before: Candidate[];
  #after: Candidate[];

  constructor(before: Candidate[], after: Candidate[]) {
    this.#before = before;
    this.#after = after;
  }

  /** What has no counterpart yet. */
  get before(): Candidate[] {
    this.#before = this.#before.filter(isFree);
    return this.#before;
  }

  get after(): Candidate[] {
    this.#after = this.#after.filter(isFree);
    return this.#after;
  }

  pair(before: Candidate, after: Candidate, stage: Stage, confidence: number): void {
    const pair = { before, after, stage, confidence };
    before.pair = pair;
    after.pair = pair;
    this.pairs.push(pair);
  }

  /** Pairs what has a key that one of each side has; with `inOrder`, also groups of equal size. null: no key. */
  byKey(
    stage: Stage,
    confidence: number,
    keyOf: (candidate: Candidate, side: 'before' | 'after') => Key,
    {
      inOrder = false,
      accepts = () => true as boolean,
    }: { inOrder?: boolean; accepts?: (before: Candidate, after: Candidate) => boolean } = {},
  ): number {
    const paired = this.pairs.length;
    const there = groupByKey(this.before, (candidate) => keyOf(candidate, 'before'));
    const here = groupByKey(this.after, (candidate) => keyOf(candidate, 'after'));
    for (const [key, group] of there) {
      const other = here.get(key);
      if (other?.length !== group.length || (group.length > 1 && !inOrder)) continue;
      for (const [i, before] of group.entries()) {
        if (accepts(before, other[i]!)) this.pair(before, other[i]!, stage, confidence);
      }
    }
    return this.pairs.length - paired;
  }
}

function isFree({ pair }: Candidate): boolean {
  return pair === null;
}

function groupByKey(candidates: Candidate[], keyOf: (candidate: Candidate) => Key): Map<string | number, Candidate[]> {
  const groups = new Map<string | number, Candidate[]>();
  for (const candidate of candidates) {
    const key = keyOf(candidate);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(candidate);
    else groups.set(key, [candidate]);
  }
  return groups;
}
