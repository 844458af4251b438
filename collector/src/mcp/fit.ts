// An answer must not flood the context of the agent that asked: it is made to fit a number of tokens, and says what was
// left out and how to get it. Lists lose their last items first, the longest list first; then long texts are cut.

export interface CutList {
  list: string;
  shown: number;
  of: number;
}

export interface Truncation {
  cut: CutList[];
  /** Texts that were shortened. */
  shortenedTexts: boolean;
  howToGetMore: string;
}

export const DEFAULT_TOKENS = 2_000;
/** The names of the fields of the largest answer alone take nearly so many. */
export const LEAST_TOKENS = 800;
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
): { data: D; text: string; truncation: Truncation | null } {
  const fitted = structuredClone(data) as D & Record<string, unknown>;
  const full = new Map(arraysOf(data).map(([name, items]) => [name, items.length]));
  let isShortened = false;
  const truncation = (): Truncation | null => {
    const cut = arraysOf(fitted)
      .map(([list, items]) => ({ list, shown: items.length, of: full.get(list)! }))
      .filter(({ shown, of }) => shown < of);
    return cut.length === 0 && !isShortened ? null : { cut, shortenedTexts: isShortened, howToGetMore };
  };
  const isTooMuch = () => tokensOf(JSON.stringify({ ...fitted, truncation: truncation() }) + say(fitted)) > maxTokens;

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
  return { data: fitted, text: say(fitted), truncation: truncation() };
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
