// What a function's text is, in numbers by which it is found again when its name, its place or its formatting is
// another: two hashes (as written; with its locals renamed in order), its tokens and a sketch of them. A function
// inside counts as one mark, so that a change in it is not one of the function around it. The function's own name,
// its keywords ("async function", "=>") and modifiers do not count: a function made an arrow stays what it is.

import type { OutlinedFunction } from './outline.js';
import { hashText, LEAF, mix, type Tokens } from './tokens.js';

/** Where a function's parameters and its body stand. Offsets are 0-based UTF-16 units. */
export interface FunctionParts {
  arity: number;
  parametersStart: number;
  parametersEnd: number;
  bodyStart: number;
  bodyEnd: number;
  /** An arrow that gives back an expression. */
  isExpression: boolean;
}

/** What can be compared of two functions whose texts are not both at hand. */
export interface Fingerprint {
  /** Of the tokens, as written. 53 bits. */
  hx: number;
  /** The same with each local name replaced by its rank. */
  hn: number;
  tokenCount: number;
  arity: number;
  /** Hashes of the pairs of neighbouring tokens, ascending, each once: all of them, or the smallest SKETCH_SIZE. */
  readonly shingles: Uint32Array;
  /** Whether those are all. */
  complete: boolean;
}

export interface FingerprintedFunction extends OutlinedFunction {
  /** Index of the function around it in the same list; -1 where there is none. */
  parent: number;
  fingerprint: Fingerprint;
}

/** Bottom-k MinHash (Broder 1997): the Jaccard index of two sets from their smallest hashes, within about 1 / sqrt(k). */
export const SKETCH_SIZE = 32;

const MARK = hashText('function inside');
const RETURN = hashText('return');

/** `functions` in source order, each with its parts. Linear in the tokens, but for sorting each function's own. */
export function fingerprintFunctions(
  functions: (OutlinedFunction & { parts: FunctionParts })[],
  tokens: Tokens,
): FingerprintedFunction[] {
  const enclosing: number[] = [];
  const parents = functions.map(({ start }, i) => {
    while (enclosing.length > 0 && functions[enclosing.at(-1)!]!.end <= start) enclosing.pop();
    const parent = enclosing.at(-1) ?? -1;
    enclosing.push(i);
    return parent;
  });
  const children: number[][] = functions.map(() => []);
  for (const [i, parent] of parents.entries()) children[parent]?.push(i);
  return functions.map(({ parts, ...outlined }, i) => {
    const inside = children[i]!.map((child) => functions[child]!);
    return { ...outlined, parent: parents[i]!, fingerprint: fingerprint(parts, inside, tokens) };
  });
}

function fingerprint(parts: FunctionParts, inside: OutlinedFunction[], tokens: Tokens): Fingerprint {
  const written: number[] = [];
  const kinds: number[] = [];
  const take = (from: number, to: number) => {
    let at = firstFrom(tokens.starts, from);
    for (const { start, end } of inside) {
      if (end <= from || start >= to) continue;
      for (; at < tokens.starts.length && tokens.starts[at]! < start; at++) push(at);
      written.push(MARK);
      kinds.push(0);
      at = firstFrom(tokens.starts, end, at);
    }
    for (; at < tokens.starts.length && tokens.starts[at]! < to; at++) push(at);
  };
  const push = (at: number) => {
    written.push(tokens.values[at]!);
    kinds.push(tokens.kinds[at]!);
  };
  take(parts.parametersStart, parts.parametersEnd);
  if (parts.isExpression) {
    written.push(RETURN);
    kinds.push(0);
  }
  take(parts.bodyStart, parts.bodyEnd);
  const kept = Uint32Array.from(written);
  let shingles: Uint32Array | null = null;
  return {
    hx: hash53(written),
    hn: hash53(withRankedLocals(written, kinds)),
    tokenCount: written.length,
    arity: parts.arity,
    // Most functions are found without.
    get shingles() {
      shingles ??= shinglesOf(kept);
      return shingles;
    },
    complete: true,
  };
}

function withRankedLocals(written: number[], kinds: number[]): number[] {
  const locals = new Set(written.filter((_, i) => kinds[i] === LEAF.binding));
  const ranks = new Map<number, number>();
  return written.map((value, i) => {
    if ((kinds[i] !== LEAF.binding && kinds[i] !== LEAF.reference) || !locals.has(value)) return value;
    const rank = ranks.get(value) ?? mix(ranks.size + 1);
    ranks.set(value, rank);
    return rank;
  });
}

function hash53(values: number[]): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (const value of values) {
    high = Math.imul(high ^ value, 0x01000193) ^ (high >>> 15);
    low = Math.imul(low + value, 0x9e3779b1) ^ (low >>> 13);
  }
  return (mix(high) >>> 11) * 2 ** 32 + mix(low);
}

function shinglesOf(written: Uint32Array): Uint32Array {
  const pairs = new Set<number>();
  let before = MARK;
  for (const value of written) {
    pairs.add(mix(Math.imul(before, 31) + value));
    before = value;
  }
  return Uint32Array.from(pairs).sort();
}

/** Index of the first token at or behind the offset. */
function firstFrom(starts: Uint32Array, offset: number, from = 0): number {
  let low = from;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
