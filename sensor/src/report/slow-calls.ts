// From which duration on a call of a function is slow, as the collector says: put where running functions read it. The
// collector names functions by their place, which is known here only once they are described; so it is asked again.

import type { SensorFunction, SlowThreshold } from '@prodlens/protocol';
import type { Counters } from '../measure/counters.js';

type Place = SlowThreshold['function'];

export class SlowCalls {
  readonly #slowMs: Counters['slowMs'];
  /** In ms, by place. */
  #said = new Map<string, number>();
  #applied = new Set<number>();

  constructor({ slowMs }: Pick<Counters, 'slowMs'>) {
    this.#slowMs = slowMs;
  }

  /** In place of all before. */
  configured(thresholds: readonly SlowThreshold[]): void {
    this.#said = new Map(thresholds.map(({ function: place, slowNs }) => [keyOf(place), slowNs / 1e6]));
    for (const id of this.#applied) this.#slowMs[id] = 0;
    this.#applied.clear();
  }

  apply(functions: Iterable<SensorFunction>): void {
    if (this.#said.size === 0) return;
    for (const f of functions) {
      const slowMs = this.#said.get(keyOf(f));
      if (slowMs === undefined) continue;
      this.#slowMs[f.id] = slowMs;
      this.#applied.add(f.id);
    }
  }
}

function keyOf({ file, name, ordinal }: Place): string {
  return `${file}\n${name}\n${ordinal}`;
}
