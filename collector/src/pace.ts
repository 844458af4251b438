// Long work on the thread that also answers: it gives way every few milliseconds, so that what takes one millisecond waits
// for a few and not for all of it. What answers large questions, and what works in the background, gives way to sockets and
// small questions, one of them in each turn of the event loop: however many there are, a turn stays short.

const SLICE_MS = 2;

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

/** Lets what waits go first: sockets, small questions, and other large ones, each its slice. */
export const giveWay = createTurns();

const nextTurn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/**
 * To be awaited between the steps of long work: waits when the work has had its slice. For the next turn of the event loop,
 * whoever else waits for it, or as `wait` says.
 */
export function createPace(wait = nextTurn): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < SLICE_MS) return undefined;
    return wait().then(() => {
      sinceMs = performance.now();
    });
  };
}
