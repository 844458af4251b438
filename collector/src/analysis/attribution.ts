// Where is the added time spent? A function's or an endpoint's time is its own and that of what it calls; held against
// the time before, what each part grew by a call is its share of the growth. The part with the largest share is where to
// look first, and if that is a callee, its own parts can be asked in turn.

/** What one part took, over all calls of the whole. */
export interface Part<Key> {
  key: Key;
  sumNs: number;
}

export interface Whole<Key> {
  /** Calls of the function, or requests of the endpoint. */
  calls: number;
  sumNs: number;
  parts: Array<Part<Key>>;
}

export interface Share<Key> {
  key: Key;
  /** Growth in ns a call of the whole. */
  addedNs: number;
  /** Of the whole's growth; can be above 1 where parts ran side by side or others became faster. */
  share: number;
}

/** Parts that grew, the largest share first. Empty where the whole did not grow. */
export function attribute<Key>(before: Whole<Key>, after: Whole<Key>): Share<Key>[] {
  if (before.calls === 0 || after.calls === 0) return [];
  const grown = after.sumNs / after.calls - before.sumNs / before.calls;
  if (!(grown > 0)) return [];
  const usual = new Map(before.parts.map(({ key, sumNs }) => [key, sumNs / before.calls]));
  return after.parts
    .map(({ key, sumNs }) => {
      const addedNs = sumNs / after.calls - (usual.get(key) ?? 0);
      return { key, addedNs, share: addedNs / grown };
    })
    .filter(({ addedNs }) => addedNs > 0)
    .sort((a, b) => b.addedNs - a.addedNs);
}
