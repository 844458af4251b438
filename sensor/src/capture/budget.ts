// How many captures there may be: so many a minute in a process, of one function, and of one and the same thing. What is
// new goes first: half of the process's minute is kept for what has not been seen before.

/** In one minute. */
export interface CaptureBudget {
  process: number;
  function: number;
  /** Of one fingerprint. */
  same: number;
}

export const BUDGET: CaptureBudget = { process: 20, function: 4, same: 1 };

const MINUTE_MS = 60_000;
/** Things that are remembered as seen; beyond, all is forgotten. */
const REMEMBERED = 10_000;

export interface CaptureGate {
  /**
   * Whether there may be a capture now. Then: captures of the same that there were not since the last one; null for no.
   * `key`: what happened, such as type of error, function and endpoint; `functionId` 0: not known.
   */
  admit(key: string, functionId: number): number | null;
  suppressed(): number;
}

export function captureGate(now: () => number, budget: CaptureBudget = BUDGET): CaptureGate {
  /** By what was seen: captures that there were not since the last one. */
  const seen = new Map<string, number>();
  let minuteStart = Number.NEGATIVE_INFINITY;
  let taken = 0;
  let suppressed = 0;
  const takenOf = new Map<string, number>();

  const has = (key: string, most: number) => (takenOf.get(key) ?? 0) < most;
  const take = (key: string) => takenOf.set(key, (takenOf.get(key) ?? 0) + 1);

  return {
    admit(key, functionId) {
      if (now() - minuteStart >= MINUTE_MS) {
        minuteStart = now();
        taken = 0;
        takenOf.clear();
      }
      const missed = seen.get(key);
      const most = missed === undefined ? budget.process : budget.process / 2;
      const ofFunction = `${functionId}`;
      const isRoom = taken < most && has(key, budget.same) && (functionId === 0 || has(ofFunction, budget.function));
      if (!isRoom) {
        suppressed++;
        if (missed !== undefined) seen.set(key, missed + 1);
        return null;
      }
      taken++;
      take(key);
      take(ofFunction);
      if (seen.size >= REMEMBERED) seen.clear();
      seen.set(key, 0);
      return missed ?? 0;
    },
    suppressed: () => suppressed,
  };
}
