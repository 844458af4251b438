// What one function did in some time, and how two such times add up: windows in the sensor, minutes in the collector.

import { addBuckets } from './exponential-histogram.js';
import { mergeTimedTotals, NO_TIMED_TOTALS, type TimedTotals } from './timed-totals.js';

/** Calls are those that began in the time; one that ended by a throw or a rejection counts as an error. Only some calls are timed. */
export interface FunctionTotals extends TimedTotals {
  /** Of sumNs, what was not spent in calls of other timed functions: waiting included. 0 where it was not measured. */
  selfNs: number;
  /** Processor time in the function's own code, as a sampling profiler of the process saw it; 0 where none ran. */
  cpuNs: number;
}

/** What both hold together. Neither is changed. */
export function mergeTotals(a: FunctionTotals, b: FunctionTotals): FunctionTotals {
  return {
    ...mergeTimedTotals(a, b),
    selfNs: a.selfNs + b.selfNs,
    cpuNs: a.cpuNs + b.cpuNs,
  };
}

/** Adds in place, which costs a tenth of merging; `into` must be its owner's alone. */
export function addTotals(into: FunctionTotals, more: FunctionTotals): void {
  into.calls += more.calls;
  into.errors += more.errors;
  into.sumNs += more.sumNs;
  if (more.maxNs > into.maxNs) into.maxNs = more.maxNs;
  into.buckets = addBuckets(into.buckets, more.buckets);
  into.selfNs += more.selfNs;
  into.cpuNs += more.cpuNs;
}

/** What a function did not do: the totals to add others to. */
export const NO_TOTALS: Readonly<FunctionTotals> = { ...NO_TIMED_TOTALS, selfNs: 0, cpuNs: 0 };
