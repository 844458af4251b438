// Runs the detectors over what is remembered of one service in one environment: the quick ones at the end of each minute,
// the others at the end of each time block, those for a deployment when their look is due. Says what it found, not what
// is new about it: that is for whoever keeps the alerts.

import { cpuFindings, errorFindings, rateFindings, tailFindings } from './behaviour-findings.js';
import { BLOCK_MINUTES, type BlockHistory } from './detectors/level-shift.js';
import { LOOKS } from './detectors/slower-since.js';
import { verdictOf } from './detectors/watched.js';
import type { Finding, Verdict, Watched } from './finding.js';
import { type CurrentDeployment, isFresh, type JudgedScope } from './judged-scope.js';
import { dramaticFindings, driftFindings, environmentFindings, lookFindings } from './latency-findings.js';
import { DAY_BLOCKS, WEEK_HOURS } from './packed-series.js';
import { ScopeSeries } from './scope-series.js';

export interface DeploymentFrame {
  deploymentId: number;
  /** As packMinute gives it. */
  frame: Float64Array;
}

export interface ScopeAnalysis {
  readonly series: ScopeSeries;
  /** Before the minutes of a deployment that has become the current one. */
  deployed(current: CurrentDeployment): void;
  /**
   * A minute that is over, each once and in order: what the deployments did in it. What is due by then is judged, unless
   * the minute is only remembered.
   */
  minute(minute: number, frames: Iterable<DeploymentFrame>, isPast?: boolean): Finding[];
  /** After a minute. */
  verdicts(watched: Watched[]): Verdict[];
}

export function createScopeAnalysis(): ScopeAnalysis {
  const series = new ScopeSeries();
  const scope: JudgedScope = { series, current: null, history: scratch(DAY_BLOCKS), hours: scratch(WEEK_HOURS) };
  let lookedAt = 0;

  function dueLooks(nowMinute: number, isPast: boolean): Finding[] {
    const found: Finding[] = [];
    for (; scope.current?.follows; lookedAt++) {
      const look = LOOKS[lookedAt];
      if (look === undefined || nowMinute < scope.current.startedMinute + look.skipMinutes + look.minutes) break;
      if (!isPast) found.push(...lookFindings(scope, look, scope.current));
    }
    return found;
  }

  /** `end`: the block that begins. */
  function endOfBlock(end: number): Finding[] {
    return [
      ...(isFresh(scope, end * BLOCK_MINUTES) ? [] : driftFindings(scope, end)),
      ...environmentFindings(scope, end),
      ...errorFindings(scope, end),
      ...rateFindings(scope, end),
      ...cpuFindings(scope, end),
      ...tailFindings(scope, end),
    ];
  }

  return {
    series,

    deployed(current) {
      const before = scope.current;
      if (before?.deploymentId === current.deploymentId && before.startedMinute === current.startedMinute) return;
      scope.current = current;
      lookedAt = 0;
      series.forgetBesides();
    },

    minute(minute, frames, isPast = false) {
      series.begin(minute);
      for (const { deploymentId, frame } of frames) {
        const { current } = scope;
        const isOlder = current !== null && deploymentId !== current.deploymentId && minute >= current.startedMinute;
        series.add(frame, isOlder);
      }
      const nowMinute = minute + 1;
      const ended = nowMinute % BLOCK_MINUTES === 0;
      if (ended) series.endBlock();
      const looked = dueLooks(nowMinute, isPast);
      if (isPast) {
        // Their judgements have been made; only what they leave behind is wanted.
        if (ended) tailFindings(scope, nowMinute / BLOCK_MINUTES);
        return [];
      }
      return [
        ...(ended ? endOfBlock(nowMinute / BLOCK_MINUTES) : []),
        ...looked,
        ...dramaticFindings(scope, nowMinute),
      ];
    },

    verdicts: (watched) =>
      watched.map((one) => verdictOf(series, Math.floor((series.minute + 1) / BLOCK_MINUTES), one)),
  };
}

function scratch(length: number): BlockHistory {
  return { level: new Float64Array(length), weight: new Float64Array(length), length: 0 };
}
