// How far a quantile can be trusted, and how much it changed: from the order statistics of the calls themselves, so that
// nothing is assumed of their distribution. It takes calls as independent of each other; bursts make it too narrow, which
// is why detectors compare blocks of time instead (analysis/detectors/level-shift.ts).

import { bucketsCount, type FunctionTotals, SCALE } from '@prodlens/protocol';
import { clampedQuantileNs } from '../analysis/detectors/regression.js';

/** after / before of a quantile with its confidence interval; 1 is no change. */
export interface QuantileChange {
  ratio: number;
  low: number;
  high: number;
  /** 0.95 */
  confidence: number;
}

export const CONFIDENCE = 0.95;
/** Each side gets what makes the ratio hold at CONFIDENCE: two sides, each in its interval at sqrt(0.95). */
const Z = 2.236;
/** Below so many timed calls on a side nothing is said. */
const LEAST_CALLS = 10;

/** Two quantiles out of histograms may each be off by half a bucket. */
const BUCKET = 2 ** (1 / 2 ** SCALE);

type Timed = Pick<FunctionTotals, 'buckets' | 'maxNs'>;

/** A ratio nearer to 1 is not worth a word, however sure it is. */
const NEGLIGIBLE = 1.05;

export const CHANGE_VERDICTS = ['slower', 'faster', 'no change seen', 'too few calls'] as const;
export type ChangeVerdict = (typeof CHANGE_VERDICTS)[number];

/** What may be said of a change; a change is told where its interval leaves 1 out and it is not negligible. */
export function changeVerdict(change: QuantileChange | null): ChangeVerdict {
  if (change === null) return 'too few calls';
  if (change.low > 1 && change.ratio >= NEGLIGIBLE) return 'slower';
  return change.high < 1 && change.ratio <= 1 / NEGLIGIBLE ? 'faster' : 'no change seen';
}

/** null where either side has too few timed calls. */
export function quantileChange(before: Timed, after: Timed, q: number): QuantileChange | null {
  if (Math.min(bucketsCount(before.buckets), bucketsCount(after.buckets)) < LEAST_CALLS) return null;
  const [b, a] = [intervalNs(before, q), intervalNs(after, q)];
  if (b.value <= 0 || b.low <= 0) return null;
  const low = a.low / b.high / BUCKET;
  const high = (a.high / b.low) * BUCKET;
  return { ratio: a.value / b.value, low, high, confidence: CONFIDENCE };
}

function intervalNs(totals: Timed, q: number) {
  const n = bucketsCount(totals.buckets);
  const half = Z * Math.sqrt((q * (1 - q)) / n);
  const at = (p: number) => clampedQuantileNs(totals, Math.min(1, Math.max(0, p)));
  return { low: at(q - half), value: at(q), high: at(q + half) };
}
