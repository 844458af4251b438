// Does a function fail more than it did, in a way that chance and its own bad days do not explain? The same test says
// when it fails for the first time. Errors come in bursts, so what the blocks of the past scattered by is divided out
// before anything is compared; and a first error must be seen in two minutes.

import { betaBinomialTail } from '../statistics.js';

/** By time block, oldest first. */
export interface ErrorHistory {
  calls: Float64Array;
  errors: Float64Array;
  length: number;
}

export interface ErrorsNow {
  calls: number;
  errors: number;
  /** Minutes in which there was at least one. */
  minutes: number;
}

export interface ErrorChange {
  type: 'new-error' | 'error-rate';
  before: number;
  after: number;
  p: number;
}

const NEW_ERROR_P = 1e-6;
const RATE_P = 1e-9;
const LEAST_NEW_ERRORS = 3;
const LEAST_ERRORS = 5;
const LEAST_MINUTES = 2;
/** Less of a rise is not worth a word: twice the rate, and half a percent of the calls. */
const LEAST_RATIO = 2;
const LEAST_RISE = 0.005;
/** Calls of the past without which nothing was ever seen to go well. */
const LEAST_CALLS = 100;

/**
 * null where there is too little to judge, or the change is small or may be chance. `before` and `after`: errors a
 * call, 0 to 1.
 */
export function errorChange(history: ErrorHistory, now: ErrorsNow): ErrorChange | null {
  if (now.minutes < LEAST_MINUTES || now.errors < LEAST_NEW_ERRORS) return null;
  const { calls, errors, overdispersion } = summary(history);
  if (calls < LEAST_CALLS) return null;
  const before = errors / calls;
  // A call may begin before the time in which it fails.
  const nowCalls = Math.max(now.calls, now.errors);
  const after = now.errors / nowCalls;
  if (after < LEAST_RATIO * before || after - before < LEAST_RISE) return null;
  const p = betaBinomialTail(
    now.errors / overdispersion,
    nowCalls / overdispersion,
    errors / overdispersion + 0.5,
    (calls - errors) / overdispersion + 0.5,
  );
  if (errors === 0) return p < NEW_ERROR_P ? { type: 'new-error', before, after, p } : null;
  return p < RATE_P && now.errors >= LEAST_ERRORS ? { type: 'error-rate', before, after, p } : null;
}

const LEAST_GONE_ERRORS = 20;
const LEAST_GONE_BLOCKS = 12;
/** So many were to be expected, bursts counted once, and there was none. */
const EXPECTED = 14;

/** Whether a function that kept failing has stopped: not one error in the last `quiet` blocks of the history. */
export function errorGone(history: ErrorHistory, quiet: number): { before: number; calls: number } | null {
  const split = history.length - quiet;
  if (split <= 0) return null;
  let quietCalls = 0;
  for (let i = split; i < history.length; i++) {
    if (history.errors[i]! > 0) return null;
    quietCalls += history.calls[i]!;
  }
  const { calls, errors, failing, overdispersion } = summary({ ...history, length: split });
  if (errors < LEAST_GONE_ERRORS || failing < LEAST_GONE_BLOCKS) return null;
  const before = errors / Math.max(calls, errors);
  return (before * quietCalls) / overdispersion >= EXPECTED ? { before, calls: quietCalls } : null;
}

/** `overdispersion`: variance of the blocks' errors over that of a binomial, at least 1. */
function summary({ calls: blockCalls, errors: blockErrors, length }: ErrorHistory) {
  let [calls, errors, failing] = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    calls += blockCalls[i]!;
    errors += blockErrors[i]!;
    if (blockErrors[i]! > 0) failing++;
  }
  const rate = Math.min(0.999, errors / calls);
  let [excess, blocks] = [0, 0];
  for (let i = 0; errors > 0 && i < length; i++) {
    const expected = rate * blockCalls[i]!;
    if (expected === 0) continue;
    excess += (blockErrors[i]! - expected) ** 2 / (expected * (1 - rate));
    blocks++;
  }
  return { calls, errors, failing, overdispersion: blocks < 2 ? 1 : Math.max(1, excess / (blocks - 1)) };
}
