// When the store forgets. A wall clock that jumps ahead, be it for a minute, must not make everything look old: what a
// sweep deletes does not come back. So none is made when the wall clock has moved against the monotonic one since the
// last look; if it stays where it is, the next look sweeps.

import type { Store } from './store.js';

const TOLERANCE_MS = 60_000;

/** Both in milliseconds; only `wallMs` is since the epoch. */
export interface Clocks {
  wallMs(): number;
  monotonicMs(): number;
}

const SYSTEM: Clocks = { wallMs: Date.now, monotonicMs: () => performance.now() };

/** A function that sweeps, unless the clock has jumped since it was called (or made) last. Resolves to whether it did. */
export function createRetentionSweep(store: Pick<Store, 'sweep'>, clocks: Clocks = SYSTEM): () => Promise<boolean> {
  const offsetMs = () => clocks.wallMs() - clocks.monotonicMs();
  let lastOffsetMs = offsetMs();
  return async () => {
    const movedMs = Math.abs(offsetMs() - lastOffsetMs);
    lastOffsetMs = offsetMs();
    if (movedMs > TOLERANCE_MS) return false;
    await store.sweep(clocks.wallMs());
    return true;
  };
}
