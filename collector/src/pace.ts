// Long work on the thread that also answers: it gives way every few milliseconds, so that what takes one millisecond waits
// for a few and not for all of it.

const SLICE_MS = 3;

/** Lets what waits go first: sockets, other questions. */
export const giveWay = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** To be awaited between the steps of long work: gives way when the work has had its slice. */
export function createPace(): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < SLICE_MS) return undefined;
    return giveWay().then(() => {
      sinceMs = performance.now();
    });
  };
}

/**
 * Runs one piece of work in each turn of the event loop, in the order of their asking, so that many that arrive together
 * do not make one long turn. Resolves when it is one's turn.
 */
export function createTurns(): () => Promise<void> {
  const waiting: Array<() => void> = [];
  function next(): void {
    waiting.shift()!();
    if (waiting.length > 0) setImmediate(next);
  }
  return () =>
    new Promise((begin) => {
      if (waiting.push(begin) === 1) setImmediate(next);
    });
}
