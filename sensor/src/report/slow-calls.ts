// From which duration on a call of a function, or a request of an endpoint, is slow, as the collector says: put where the
// program's thread reads it. The collector names them by their places, which are known here only once they are described;
// so it is asked again.

import type { EndpointPlace, SlowThreshold } from '@prodlens/protocol';

export class SlowCalls<Place> {
  readonly #slowMs: Float32Array;
  readonly #keyOf: (place: Place) => string;
  /** In ms, by place. */
  #said = new Map<string, number>();
  #applied = new Set<number>();

  /** `slowMs`: by id; 0 where nobody has said. `keyOf`: the same for the same place, in any process. */
  constructor(slowMs: Float32Array, keyOf: (place: Place) => string) {
    this.#slowMs = slowMs;
    this.#keyOf = keyOf;
  }

  /** In place of all before. */
  configured(said: Iterable<readonly [place: Place, slowNs: number]>): void {
    this.#said = new Map([...said].map(([place, slowNs]) => [this.#keyOf(place), slowNs / 1e6]));
    for (const id of this.#applied) this.#slowMs[id] = 0;
    this.#applied.clear();
  }

  apply(described: Iterable<Place & { id: number }>): void {
    if (this.#said.size === 0) return;
    for (const one of described) {
      const slowMs = this.#said.get(this.#keyOf(one));
      if (slowMs === undefined) continue;
      this.#slowMs[one.id] = slowMs;
      this.#applied.add(one.id);
    }
  }
}

/** As a key of maps: thresholds name functions, not their ids. */
export const functionKey = ({ file, name, ordinal }: SlowThreshold['function']) => `${file}\n${name}\n${ordinal}`;
/** As a key of maps: thresholds name endpoints, not their ids. */
export const endpointKey = ({ kind, method, route }: EndpointPlace) => `${kind}\n${method}\n${route}`;
