// A text's tokens as numbers, equal for equal meaning: without comments, types, quotes and the punctuation that
// formatters add and take away. The parsers' adapters (estree-leaves.ts, typescript-leaves.ts) say where names,
// literals and types stand; what lies between those is keywords and punctuation, which is read here and only here, so
// that both parsers give one text the same tokens.

/** What a leaf of the tree is. */
export const LEAF = {
  /** A name being declared: of a variable, a parameter, a function, a class. */
  binding: 1,
  /** A name being used. */
  reference: 2,
  /** A name after a dot, or of a member. */
  property: 3,
  string: 4,
  /** A number, a regular expression, text of a template or of JSX. */
  literal: 5,
  /** A type, or a modifier that only types know. */
  skipped: 6,
} as const;

export type LeafKind = (typeof LEAF)[keyof typeof LEAF];

/** Collects leaves, in any order. Offsets are 0-based UTF-16 units. */
export interface Leaves {
  add(kind: LeafKind, start: number, end: number): void;
}

export interface Leaf {
  kind: LeafKind;
  start: number;
  end: number;
}

/** The tokens of a text, in order; the three are of one length. */
export interface Tokens {
  /** Hashes of 32 bits. */
  values: Uint32Array;
  starts: Uint32Array;
  /** LEAF of a token that is one; 0 of keywords and punctuation. */
  kinds: Uint8Array;
}

/** Linear in the text, but for sorting the leaves. */
export function tokensOf(text: string, leaves: Leaf[]): Tokens {
  const values: number[] = [];
  const starts: number[] = [];
  const kinds: number[] = [];
  const add = (value: number, start: number, kind: number) => {
    values.push(value);
    starts.push(start);
    kinds.push(kind);
  };
  let at = text.startsWith('#!') ? endOfLine(text, 0) : 0;
  for (const { kind, start, end } of leaves.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < at) continue;
    readBetween(text, at, start, add);
    if (kind === LEAF.string)
      add(hashText(text.slice(start + 1, end - 1).replace(/\\(?=['"])/g, ''), STRING), start, kind);
    else if (kind === LEAF.literal) readLiteral(text, start, end, add);
    else if (kind !== LEAF.skipped) add(hashText(text.slice(start, end), NAME), start, kind);
    at = end;
  }
  readBetween(text, at, text.length, add);
  return { values: Uint32Array.from(values), starts: Uint32Array.from(starts), kinds: Uint8Array.from(kinds) };
}

// What hashes of different sorts of tokens begin with, so that 'a' and a differ.
const NAME = 0x811c9dc5;
const STRING = 0x9e3779b9;

/** 32 bits of a text: FNV-1a over UTF-16 units, then mixed. */
export function hashText(text: string, seed: number = NAME): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** Spreads 32 bits (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

type Add = (value: number, start: number, kind: number) => void;

/** Nothing where only blank is left. */
function readLiteral(text: string, start: number, end: number, add: Add): void {
  const content = text.slice(start, end).replace(/\s+/g, ' ').trim();
  if (content !== '') add(hashText(content, STRING), start, LEAF.literal);
}

/** What formatters add and take away: commas, semicolons, parentheses, braces; and the marks of templates. */
const DROPPED = new Set([...'(){};,$`'].map((character) => character.charCodeAt(0)));
const WORD = /[\p{L}\p{N}_$]+/uy;
const SLASH = 47;
const STAR = 42;

function readBetween(text: string, from: number, to: number, add: Add): void {
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029) at++;
    else if (code === SLASH && text.charCodeAt(at + 1) === SLASH) at = endOfLine(text, at);
    else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      const end = text.indexOf('*/', at + 2);
      at = end === -1 ? to : end + 2;
    } else if (DROPPED.has(code)) at++;
    else if (isWordStart(code)) {
      WORD.lastIndex = at;
      const word = WORD.exec(text)?.[0] ?? text[at]!;
      add(hashText(word, NAME), at, 0);
      at += word.length;
    } else {
      add(mix(code), at, 0);
      at++;
    }
  }
}

function isWordStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57) || code > 127
  );
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
