// An answer must not flood the context of the agent that asked: it is made to fit a number of tokens, and says what was
// left out and how to get it. A list comes a page at a time; where that is too much, lists lose their last items, the
// longest list first; then long texts are cut. Whatever is left out of a list is found by the offset that is named.

export interface CutList {
  list: string;
  shown: number;
  of: number;
  /** To ask with for what comes after those that are shown. */
  nextOffset: number;
}

/** Which part of an answer is asked for. */
export interface Page {
  /** The list that offset and limit are of. */
  list: string;
  offset: number;
  limit: number;
  /** Of lists that are longer than what is worth showing unasked. */
  most: Record<string, number>;
  /** Items of `list` in all, where the answer holds the page alone. */
  count?: number;
}

const WHOLE_ANSWER: Page = { list: '', offset: 0, limit: Number.POSITIVE_INFINITY, most: {} };
/** Of the other lists where one is gone on with: enough to tell that there are some. */
const BESIDE = 1;

export interface Truncation {
  cut: CutList[];
  /** Texts that were shortened. */
  shortenedTexts: boolean;
  howToGetMore: string;
}

export const DEFAULT_TOKENS = 2_000;
/** The names of the fields of the largest answer alone take nearly so many. */
export const LEAST_TOKENS = 1_000;
export const MOST_TOKENS = 20_000;

/** Of English and JSON with numbers in it; models count fewer. */
const CHARACTERS_A_TOKEN = 3.5;
/** Items that a list keeps while there are other ways to make room, and lengths to which texts are then cut. */
const KEPT_ITEMS = [3, 1, 0] as const;
const TEXT_LENGTHS = [1_000, 300, 80] as const;
/** Names of a place, and what one asks with again, are of no use in part. */
const WHOLE = new Set(['notice', 'id', 'endpointId', 'functionId', 'file', 'howToGetMore']);

/** How many tokens a model takes this answer for, on the safe side. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_A_TOKEN);
}

/**
 * A copy of `data` of which JSON and `say(data)` together take at most `maxTokens`, or as near as its names alone allow.
 * Every array among its properties may be cut.
 */
export function fit<D extends object>(
  data: D,
  say: (data: D) => string,
  maxTokens: number,
  howToGetMore: string,
  page: Page = WHOLE_ANSWER,
): { data: D; text: string; truncation: Truncation | null } {
  const full = new Map(arraysOf(data).map(([name, items]) => [name, items.length]));
  if (page.count !== undefined) full.set(page.list, page.count);
  const fitted = structuredClone({ ...data, ...pageOf(data, page) }) as D & Record<string, unknown>;
  let isShortened = false;
  const truncation = (): Truncation | null => {
    const cut = arraysOf(fitted)
      .map(([list, { length }]): CutList => {
        const nextOffset = (list === page.list ? page.offset : 0) + length;
        return { list, shown: length, of: full.get(list)!, nextOffset };
      })
      .filter(({ nextOffset, of }) => nextOffset < of);
    return cut.length === 0 && !isShortened ? null : { cut, shortenedTexts: isShortened, howToGetMore };
  };
  const told = () => [say(fitted), ...leftOut(truncation(), full.size > 1)].join('\n');
  const isTooMuch = () => tokensOf(JSON.stringify({ ...fitted, truncation: truncation() }) + told()) > maxTokens;

  for (const [step, kept] of KEPT_ITEMS.entries()) {
    while (isTooMuch()) {
      const longest = arraysOf(fitted)
        .filter(([, items]) => items.length > kept)
        .sort(([, a], [, b]) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
      if (longest === undefined) break;
      const [, items] = longest;
      items.length = Math.max(kept, Math.floor(items.length * 0.8));
    }
    if (!isTooMuch()) break;
    isShortened = shorten(fitted, TEXT_LENGTHS[step]!) || isShortened;
  }
  return { data: fitted, text: told(), truncation: truncation() };
}

function pageOf(data: object, { list, offset, limit, most, count }: Page): Record<string, unknown[]> {
  const pages = arraysOf(data).map(([name, items]) => {
    if (name !== list) return [name, items.slice(0, offset > 0 ? BESIDE : most[name])];
    return [name, count === undefined ? items.slice(offset, offset + Math.min(limit, most[name] ?? limit)) : items];
  });
  return Object.fromEntries(pages);
}

/** For who reads the text alone. */
function leftOut(truncation: Truncation | null, areSeveral: boolean): string[] {
  const lists = (truncation?.cut ?? []).map(({ list, of, nextOffset }) => {
    const ask = areSeveral ? `list: "${list}", offset: ${nextOffset}` : `offset: ${nextOffset}`;
    return `${of} ${list} in all, go on with ${ask}`;
  });
  return lists.length === 0 ? [] : [`Not all is shown: ${lists.join('; ')}.`];
}

function arraysOf(data: object): Array<[name: string, items: unknown[]]> {
  return Object.entries(data).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
}

/** Cuts every longer text below `value`, in place, and says how long it was. */
function shorten(value: object, length: number): boolean {
  let isCut = false;
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === 'string' && part.length > length + 40 && !WHOLE.has(key)) {
      (value as Record<string, unknown>)[key] = `${part.slice(0, length)}… (cut, of ${part.length} characters)`;
      isCut = true;
    } else if (typeof part === 'object' && part !== null) isCut = shorten(part, length) || isCut;
  }
  return isCut;
}
