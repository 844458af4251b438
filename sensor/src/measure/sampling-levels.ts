// How densely calls are timed, and what is given up, in this order, where measuring costs more than it should.
// Counting calls and errors is never given up, and neither are sync calls of SLOW_MS and more.

/**
 * From here on, each sync call is timed, also of a function that is sampled: two ticks of the coarse clock, which is
 * off by half a tick at most.
 */
export const SLOW_MS = 16;

/** How samples of a sync function thin out within a window. */
export interface Thinning {
  /** Calls that are timed before one in twice as many is. */
  callsAtEachGap: number;
  /** One in so many calls is always timed. */
  largestGap: number;
  /** Samples that took so long, in ns, do not thin out. */
  longNs: number;
}

export interface SamplingLevel {
  own: Thinning;
  packages: Thinning;
  /** One in so many asynchronous calls is timed. */
  ownAsyncEvery: number;
  packagesAsyncEvery: number;
}

/** Of the service's own functions timing costs a hundredth, at most, of what it measures. */
const DENSE: Thinning = { callsAtEachGap: 64, largestGap: 1_024, longNs: 20_000 };
/** A request goes through a dozen functions of packages, one within the other: each would be timed each time. */
const MODERATE: Thinning = { ...DENSE, longNs: 1_000_000 };
const SPARSE: Thinning = { callsAtEachGap: 4, largestGap: 65_536, longNs: Number.POSITIVE_INFINITY };

/** By level. */
export const SAMPLING_LEVELS: readonly SamplingLevel[] = [
  { own: DENSE, packages: MODERATE, ownAsyncEvery: 1, packagesAsyncEvery: 1 },
  { own: DENSE, packages: SPARSE, ownAsyncEvery: 1, packagesAsyncEvery: 1 },
  { own: DENSE, packages: SPARSE, ownAsyncEvery: 1, packagesAsyncEvery: 32 },
  { own: SPARSE, packages: SPARSE, ownAsyncEvery: 1, packagesAsyncEvery: 32 },
  { own: SPARSE, packages: SPARSE, ownAsyncEvery: 32, packagesAsyncEvery: 32 },
];
export const HIGHEST_LEVEL = SAMPLING_LEVELS.length - 1;

/** Share of the program's thread that timing may take before something is given up. */
const TOO_MUCH = 0.02;
/** Below this share, for QUIET_WINDOWS in a row, one level is taken back. */
const LITTLE = 0.005;
const QUIET_WINDOWS = 3;

/** What one call, one sample and one asynchronous call cost the program's thread, in ns: rounded up from `npm run bench -- sensor`. */
const COST_NS = { call: 1.5, sample: 200, asyncCall: 250 };

/** Estimate of what counting took of the program's thread, in ms. It stays at every level. */
export function countingCostMs(calls: number): number {
  return (calls * COST_NS.call) / 1e6;
}

/** The same of timing, which can thin out. */
export function timingCostMs(samples: number, asyncCalls: number): number {
  return (samples * COST_NS.sample + asyncCalls * COST_NS.asyncCall) / 1e6;
}

/** Decides, window by window, at which level to go on. */
export class Shedding {
  #level = 0;
  #quiet = 0;

  get level(): number {
    return this.#level;
  }

  /** `cost`: estimated share of the program's thread that timing took in the window that ended, 0 to 1. */
  windowEnded(cost: number): number {
    if (cost > TOO_MUCH) {
      this.#quiet = 0;
      this.#level = Math.min(this.#level + 1, HIGHEST_LEVEL);
    } else if (cost < LITTLE && ++this.#quiet >= QUIET_WINDOWS) {
      this.#quiet = 0;
      this.#level = Math.max(this.#level - 1, 0);
    } else if (cost >= LITTLE) {
      this.#quiet = 0;
    }
    return this.#level;
  }
}
