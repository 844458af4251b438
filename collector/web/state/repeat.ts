// The one loop by which a page follows the collector: asks, waits, asks again while somebody looks. A collector that takes
// long is asked less often, a page that is hidden asks nothing, and one that is seen again asks at once.

/** Of its time, a collector gives at most one part in so many to one question of one page. */
const PATIENCE = 10;

export interface Repetition {
  /** Asks now. */
  now: () => void;
  /** What is on its way is given up. */
  stop: () => void;
}

/** `everyMs` 0: asked once. `ask` must not fail but by its signal. */
export function repeat(ask: (signal: AbortSignal) => Promise<void>, everyMs: number): Repetition {
  const stopped = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  /** While it was asked: what is on its way may be older than what is wanted. */
  let isWantedAgain = false;

  async function now(): Promise<void> {
    clearTimeout(timer);
    isWantedAgain = isAsking;
    if (isAsking) return;
    isAsking = true;
    const start = performance.now();
    await ask(stopped.signal);
    isAsking = false;
    if (isWantedAgain && !stopped.signal.aborted) return now();
    if (everyMs === 0 || stopped.signal.aborted || document.hidden) return;
    timer = setTimeout(now, Math.max(everyMs, PATIENCE * (performance.now() - start)));
  }
  const seen = () => {
    if (!document.hidden) void now();
  };
  if (everyMs > 0) document.addEventListener('visibilitychange', seen);
  void now();
  return {
    now: () => void now(),
    stop() {
      stopped.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    },
  };
}
