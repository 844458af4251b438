// Asynchronous calls that are under way. Each has a frame, a number that the instrumented function holds: it says
// when the call began, who called it, and how much of its time asynchronous callees were under way in, so that the
// rest is its own. Callees that run at the same time count once.
//
// `running` is the function and the frame whose code runs now. A function that suspends gives it back to whom it
// had it from: its caller before the first await, nobody (the event loop) later.
//
// A call may never end: its promise is never settled. Where there is no frame left, frames are taken away from their
// calls in turn, whose numbers then are out of date and do nothing.

/** Asynchronous calls that can be under way at once and be timed; a power of two. */
const FRAMES = 16_384;
/** A frame's number is its generation, below 2^16, and its index. */
const INDEX_BITS = 14;
const INDEX = FRAMES - 1;
const GENERATION = 0xffff;

/** Cells of `running`. */
export const FUNCTION = 0;
const FRAME = 1;

/** What is known when a call has ended. */
export type CallEnded = (
  id: number,
  durationMs: number,
  weight: number,
  caller: number,
  calleesMs: number,
  threw: boolean,
) => void;

/** What a call did before it waited for the first time was in the time of its caller, which does not wait. */
export type RanWithin = (caller: number, durationMs: number, weight: number) => void;

export interface AsyncFrames {
  /** The frame of a call that begins, now running. Never 0. Times in ms of one clock. */
  begin(id: number, nowMs: number, weight: number): number;
  /** The call waits, or its code has run to its end: who had called it, or nobody, goes on. */
  suspend(frame: number): void;
  resume(frame: number): void;
  /** The function that called it, 0 for none or where that is not known; and when it began, NaN where that is not known. */
  callerOf(frame: number): number;
  startOf(frame: number): number;
  end(frame: number, nowMs: number, threw?: boolean): void;
  /** More than half of the frames are given out. */
  areCrowded(): boolean;
}

/** `lost` is told of each call whose frame was taken away. `now` is asked when a call waits for the first time. */
export function createAsyncFrames(
  running: Int32Array,
  now: () => number,
  ended: CallEnded,
  ranWithin: RanWithin,
  lost: () => void,
): AsyncFrames {
  const ids = new Int32Array(FRAMES);
  const callers = new Int32Array(FRAMES);
  const weights = new Int32Array(FRAMES);
  const starts = new Float64Array(FRAMES);
  /** To whom running is given back at the next suspension. */
  const outerFunction = new Int32Array(FRAMES);
  const outerFrame = new Int32Array(FRAMES);
  const generations = new Int32Array(FRAMES);
  /** The frame that was running at the start, 0 for none; it may end before its callees. */
  const parents = new Int32Array(FRAMES);
  /** Whether the call counts among the parent's callees by now: a call made through a function that does not wait
   * does so from its first suspension on, because until then its time is in that function's. */
  const isCallee = new Uint8Array(FRAMES);
  /** Callees under way, since when there is one, and for how long there was one before. */
  const open = new Int32Array(FRAMES);
  const openSince = new Float64Array(FRAMES);
  const calleesMs = new Float64Array(FRAMES);
  /** Index 0 is never given out, so that no frame is 0. Free ones form a list. */
  const nextFree = Int32Array.from({ length: FRAMES }, (_, i) => (i + 1) % FRAMES);
  let firstFree = 1;
  let given = 0;
  /** The next to be taken away. */
  let next = 1;

  const isCurrent = (frame: number) => generations[frame & INDEX] === frame >>> INDEX_BITS;

  function begin(id: number, nowMs: number, weight: number): number {
    if (firstFree === 0) takeNext(nowMs);
    const at = firstFree;
    firstFree = nextFree[at]!;
    given++;
    const parent = running[FRAME]!;
    ids[at] = id;
    weights[at] = weight;
    starts[at] = nowMs;
    open[at] = 0;
    calleesMs[at] = 0;
    outerFunction[at] = callers[at] = running[FUNCTION]!;
    outerFrame[at] = parents[at] = parent;
    isCallee[at] = 0;
    if (parent !== 0 && callers[at] === ids[parent & INDEX]) becomeCallee(at, nowMs);
    const frame = (generations[at]! << INDEX_BITS) | at;
    running[FUNCTION] = id;
    running[FRAME] = frame;
    return frame;
  }

  function becomeCallee(at: number, nowMs: number): void {
    const parent = parents[at]!;
    if (!isCurrent(parent)) return;
    isCallee[at] = 1;
    if (open[parent & INDEX]!++ === 0) openSince[parent & INDEX] = nowMs;
  }

  function suspend(frame: number): void {
    if (!isCurrent(frame)) return;
    const at = frame & INDEX;
    running[FUNCTION] = outerFunction[at]!;
    running[FRAME] = outerFrame[at]!;
    // It had it from its caller: this is the first time.
    if (outerFunction[at] !== 0 && isCallee[at] === 0) {
      const nowMs = now();
      ranWithin(callers[at]!, nowMs - starts[at]!, weights[at]!);
      if (parents[at] !== 0) becomeCallee(at, nowMs);
    }
    outerFunction[at] = 0;
    outerFrame[at] = 0;
  }

  function resume(frame: number): void {
    if (!isCurrent(frame)) return;
    running[FUNCTION] = ids[frame & INDEX]!;
    running[FRAME] = frame;
  }

  function end(frame: number, nowMs: number, threw = false): void {
    if (!isCurrent(frame)) return;
    const at = frame & INDEX;
    if (open[at] !== 0) calleesMs[at]! += nowMs - openSince[at]!;
    ended(ids[at]!, nowMs - starts[at]!, weights[at]!, callers[at]!, calleesMs[at]!, threw);
    free(at, nowMs);
  }

  function free(at: number, nowMs: number): void {
    const parent = parents[at]!;
    if (isCallee[at] === 1 && isCurrent(parent) && --open[parent & INDEX]! === 0) {
      calleesMs[parent & INDEX]! += nowMs - openSince[parent & INDEX]!;
    }
    given--;
    generations[at] = (generations[at]! + 1) & GENERATION;
    nextFree[at] = firstFree;
    firstFree = at;
  }

  function takeNext(nowMs: number): void {
    free(next, nowMs);
    next = next === INDEX ? 1 : next + 1;
    lost();
  }

  return {
    begin,
    suspend,
    resume,
    callerOf: (frame) => (isCurrent(frame) ? callers[frame & INDEX]! : 0),
    startOf: (frame) => (frame !== 0 && isCurrent(frame) ? starts[frame & INDEX]! : Number.NaN),
    end,
    areCrowded: () => given > FRAMES / 2,
  };
}
