// The memory in which the program's thread counts and from which the reporter's thread reads: preallocated, shared,
// written by one side only. Counts are never set back, so that a reader in another thread cannot lose any; what a
// window holds is the difference of two readings.

// Taken now: a program may replace them.
const { load, compareExchange } = Atomics;

/** Functions that can be measured in one process: bounds the memory. Pages that no function uses are never touched. */
export const CAPACITY = 131_072;

/** Above the highest number of an endpoint: flow/endpoints.ts gives out so many, and one more of each kind. */
const SLOW_ENDPOINTS = 1_024;

/** Whose a function is: what is given up first comes last. */
export type Tier = 'own' | 'direct' | 'transitive';

/** Ids that may be given out before a tier gets no more: own functions find room where packages no longer do. */
export const TIER_CAPACITY: Record<Tier, number> = {
  own: CAPACITY,
  direct: Math.floor(CAPACITY * 0.9),
  transitive: Math.floor(CAPACITY * 0.75),
};

/** Cells of `control`. */
export const CONTROL = {
  /** The next id to give out; ids start at 1, 0 stands for no function. */
  nextId: 0,
  /** 0 while measuring is switched off. */
  measuring: 1,
  /** How much is given up to cost less; see sampling-levels.ts. */
  shedLevel: 2,
  /** Turns 1 when the reporter has nothing more to send at the end of the process. */
  ended: 3,
  /** Durations that found no room. */
  droppedSamples: 4,
  /** Durations that were taken, and asynchronous calls: what the cost is estimated from. */
  samples: 5,
  asyncCalls: 6,
  /** Processor time of the ticker's thread, in ms. */
  tickerCpuMs: 7,
  /** Captures that the budget did not allow. */
  suppressedCaptures: 12,
} as const;

/** Bits of a function's flags. */
export const FLAG = {
  package: 1,
  /** Async or a generator: a call may end in a later window than the one in which it began. */
  suspends: 2,
  /** Its counter runs down to a sample; else it only counts. */
  sampled: 4,
} as const;

/** Flags of a function, by what is known of it when it is instrumented. */
export function flagsOf({ suspends, timed, isAsync }: { suspends: boolean; timed: boolean; isAsync: boolean }): number {
  return (suspends ? FLAG.suspends : 0) | (timed && !isAsync ? FLAG.sampled : 0);
}

export interface Counters {
  /** Calls of a function left until its next sample; each call takes one away. Below 0 where none is ever due. */
  left: Int32Array;
  /** Calls so far are granted - left, modulo 2^32. */
  granted: Int32Array;
  /** Calls that threw or rejected, modulo 2^32. */
  errors: Int32Array;
  /** Time of a function that does not wait in asynchronous functions it called, up to their first wait, in ns. */
  withinNs: Float64Array;
  /** Bits of FLAG. */
  flags: Uint8Array;
  /** From which duration on a call of a function is slow, in ms; 0 where nobody has said. */
  slowMs: Float32Array;
  /** The same of requests, jobs and runs, by endpoint. */
  slowEndpointMs: Float32Array;
  control: Int32Array;
}

/** All zero but the next id, which is 1, and the switch for measuring, which is on. */
export function createCounters(): Counters {
  const control = new Int32Array(new SharedArrayBuffer(16 * 4));
  control[CONTROL.nextId] = 1;
  control[CONTROL.measuring] = 1;
  return {
    left: new Int32Array(new SharedArrayBuffer(CAPACITY * 4)),
    granted: new Int32Array(new SharedArrayBuffer(CAPACITY * 4)),
    errors: new Int32Array(new SharedArrayBuffer(CAPACITY * 4)),
    withinNs: new Float64Array(new SharedArrayBuffer(CAPACITY * 8)),
    flags: new Uint8Array(new SharedArrayBuffer(CAPACITY)),
    slowMs: new Float32Array(new SharedArrayBuffer(CAPACITY * 4)),
    slowEndpointMs: new Float32Array(new SharedArrayBuffer(SLOW_ENDPOINTS * 4)),
    control,
  };
}

/** Gives out n ids in a row, in any thread; the first of them, or null where the tier's share is used up. */
export function allocateIds({ control }: Counters, n: number, tier: Tier): number | null {
  for (;;) {
    const first = load(control, CONTROL.nextId);
    if (first + n > TIER_CAPACITY[tier]) return null;
    if (compareExchange(control, CONTROL.nextId, first, first + n) === first) return first;
  }
}

/** Says what a function is, before its first call. The first call of one that is sampled becomes its first sample. */
export function defineFunction({ left, granted, flags }: Counters, id: number, flag: number): void {
  flags[id] = flag;
  if ((flag & FLAG.sampled) !== 0 && granted[id] === 0) left[id] = granted[id] = 1;
}

/** Calls so far, modulo 2^32. */
export function callsOf({ left, granted }: Counters, id: number): number {
  return (granted[id]! - left[id]!) >>> 0;
}
