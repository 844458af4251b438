// Frames of minutes for the analysis, from what a test says that functions do: durations around a median, as many calls
// as there are, the same on every run.

import { bucketIndex, type FunctionTotals } from '@prodlens/protocol';
import type { RandomNumbers } from './random-numbers.js';

export interface SimulatedFunction {
  functionId: number;
  callsPerMinute: number;
  medianMs: number;
  /** Standard deviation of log2 of the durations; default 0.4. */
  spread?: number;
  /** Standard deviation of what the log2 of a whole minute's durations moves by; default 0.03. */
  minuteSpread?: number;
  /** Share of the calls that fail. */
  errorRate?: number;
  /** Share of the calls that take `slowMs`. */
  slowShare?: number;
  slowMs?: number;
  cpuMsPerSecond?: number;
}

/** What a function did in one minute. */
export function simulatedMinute(f: SimulatedFunction, random: RandomNumbers): FunctionTotals {
  const calls = Math.max(0, Math.round(f.callsPerMinute + Math.sqrt(f.callsPerMinute) * 0.5 * random.normal()));
  const noise = (f.minuteSpread ?? 0.03) * random.normal();
  const counts = new Map<number, number>();
  const totals = { calls, errors: 0, sumNs: 0, maxNs: 0, selfNs: 0, cpuNs: (f.cpuMsPerSecond ?? 0) * 60 * 1e6 };
  for (let i = 0; i < calls; i++) {
    const isSlow = random.uniform() < (f.slowShare ?? 0);
    const median = isSlow ? (f.slowMs ?? f.medianMs) : f.medianMs;
    const ns = Math.round(median * 1e6 * 2 ** ((f.spread ?? 0.4) * random.normal() + noise));
    counts.set(bucketIndex(ns), (counts.get(bucketIndex(ns)) ?? 0) + 1);
    totals.sumNs += ns;
    totals.maxNs = Math.max(totals.maxNs, ns);
    if (random.uniform() < (f.errorRate ?? 0)) totals.errors++;
  }
  totals.selfNs = totals.sumNs;
  return { ...totals, buckets: [...counts].sort((a, b) => a[0] - b[0]).flat() };
}
