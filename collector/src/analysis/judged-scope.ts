// What the detectors of one service share: its past, the deployment that runs, and the shape of a finding about time.

import { CLOSING_SHARE, spanOfShift } from './detectors/closing.js';
import type { BlockHistory, LevelShift } from './detectors/level-shift.js';
import type { Finding } from './finding.js';
import type { ScopeSeries } from './scope-series.js';
import { medianInPlace, studentQuantile } from './statistics.js';

export interface CurrentDeployment {
  deploymentId: number;
  startedMinute: number;
  /** Whether another version ran before: without one there is nothing to hold it against. */
  follows: boolean;
}

export interface JudgedScope {
  readonly series: ScopeSeries;
  current: CurrentDeployment | null;
  /** Used again by each detector. */
  readonly history: BlockHistory;
  readonly hours: BlockHistory;
}

/** After a deployment, changes within this time are held to be its; the longest looks are later, and know it to be. */
const DEPLOYMENT_MINUTES = 90;
const CONFIDENCE = 0.95;
/** Of many, so many are named. */
const MEMBERS = 20;
/** And so many could be told of one by one. */
const ALONE = 100;
/** Functions that rise at once are taken for one incident from here on. */
export const MANY_AT_ONCE = { least: 8, share: 0.05 };

/** Whether a change that is seen now is held to be the running deployment's. */
export function isFresh({ current }: JudgedScope, nowMinute: number): boolean {
  return current?.follows === true && nowMinute <= current.startedMinute + DEPLOYMENT_MINUTES;
}

/**
 * The parts of a finding about time, made on so many minutes. `before` and `shift` in log2 of ns; `scale`: standard
 * deviation of the shift.
 */
export function latency(
  functionId: number | null,
  before: number,
  { shift, scale, degreesOfFreedom: df }: Pick<LevelShift, 'shift' | 'scale' | 'degreesOfFreedom'>,
  minutes: number,
) {
  const margin = studentQuantile((1 - CONFIDENCE) / 2, Math.max(2, df)) * scale;
  return {
    subject: 'latency' as const,
    functionId,
    measure: 'medianNs' as const,
    before: 2 ** before,
    after: 2 ** (before + shift),
    change: { ratio: 2 ** shift, low: 2 ** (shift - margin), high: 2 ** (shift + margin), confidence: CONFIDENCE },
    closesAt: 2 ** (before + shift * CLOSING_SHARE),
    closesOver: spanOfShift(shift, scale, minutes),
  };
}

/** Many functions at once are one thing to say of the service. */
export function together(
  of: Finding[],
  rest: Pick<Finding, 'sinceMinute' | 'isOfDeployment' | 'beforeMinutes' | 'afterMinutes' | 'detail'>,
): Finding[] {
  const rises = of.map(({ before, after }) => after / before);
  if (rises.length === 0) return [];
  const rise = medianInPlace(Float64Array.from(rises));
  const alone = [...of].sort((a, b) => b.after / b.before - a.after / a.before).slice(0, ALONE);
  const members = alone.slice(0, MEMBERS).map(({ functionId, before, after, closesAt }) => {
    return { functionId: functionId!, before, after, closesAt };
  });
  return [
    {
      ...rest,
      subject: 'service',
      kind: 'environment-shift',
      functionId: null,
      measure: 'timesAsSlow',
      before: 1,
      after: rise,
      change: null,
      detector: 'many functions at once',
      functions: rises.length,
      members,
      alone,
      closesAt: rise ** (1 / 3),
    },
  ];
}
