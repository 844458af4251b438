// Long work on the thread that also answers: it gives way every few milliseconds, so that what takes one millisecond waits
// for a few and not for all of it. Long work of all kinds (a large question, what is pushed, what detection reads) has one
// slice together in each turn of the event loop, however much of it there is; what works on a short question goes first.

const SLICE_MS = 1;
/** Of so many turns one goes to long work, also while short questions wait. */
const TURNS_OF_LONG = 4;
/** Files of a short question. */
const SHORT_FILES = 4;

/**
 * Begins one piece of the work that waits in each turn of the event loop, so that many pieces that arrive together do not
 * make one long turn: what is short first, each kind in the order of its asking. Resolves when it is one's turn.
 */
export function createTurns(): (kind: 'short' | 'long') => Promise<void> {
  const waiting: Record<'short' | 'long', Array<() => void>> = { short: [], long: [] };
  let isNextDue = false;
  let turns = 0;

  function next(): void {
    const { short, long } = waiting;
    const isLong = short.length === 0 || (long.length > 0 && ++turns % TURNS_OF_LONG === 0);
    (isLong ? long : short).shift()!();
    isNextDue = short.length + long.length > 0;
    if (isNextDue) setImmediate(next);
  }

  return (kind) => {
    if (!isNextDue) setImmediate(next);
    isNextDue = true;
    return new Promise((begin) => waiting[kind].push(begin));
  };
}

const turn = createTurns();
/** Until when the present turn of long work goes. */
let turnEndsMs = 0;

/** Lets what waits go first: sockets, short questions, and other long work, each its turn. */
export async function giveWay(): Promise<void> {
  await turn('long');
  turnEndsMs = performance.now() + SLICE_MS;
}

/** What is to be awaited between steps: nothing, or one's turn. */
export type Pace = () => Promise<void> | undefined;

/** Of work of one's own: waits for the next turn of the event loop when it has had its slice. */
export function createPace(): Pace {
  return sliced(() => new Promise((resume) => setImmediate(resume)));
}

/** Of work on a question about so many files; undefined: about all of a service. */
export function paceOf(files?: { readonly length: number }): Pace {
  return files !== undefined && files.length <= SHORT_FILES ? sliced(() => turn('short')) : longPace;
}

const longPace: Pace = () => (performance.now() < turnEndsMs ? undefined : giveWay());

function sliced(wait: () => Promise<void>): Pace {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < SLICE_MS) return undefined;
    return wait().then(() => {
      sinceMs = performance.now();
    });
  };
}
