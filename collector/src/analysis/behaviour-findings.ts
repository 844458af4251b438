// What else changed in one service at the end of a time block: errors, call rates, processor time, outliers.

import { formatDuration } from '@prodlens/protocol';
import { collapsedRate } from './detectors/call-rate.js';
import { errorsClose } from './detectors/closing.js';
import { cpuBurner } from './detectors/cpu-burner.js';
import { type ErrorHistory, errorChange, errorGone } from './detectors/errors.js';
import { BLOCK_MINUTES } from './detectors/level-shift.js';
import { outlierShare } from './detectors/outliers.js';
import type { Finding } from './finding.js';
import { isFresh, type JudgedScope, MANY_AT_ONCE } from './judged-scope.js';
import { DAY_BLOCKS } from './packed-series.js';

const QUIET_BLOCKS = 36;
const TAIL_WINDOW_BLOCKS = 2;
/** The first calls after a start take five microseconds where later ones take one: nobody's incident. */
const LEAST_SLOW_BUCKET = 8 * Math.log2(500_000);

/** Functions that began to fail, or fail more, in the two time blocks before `end`, a block's number. */
export function errorFindings(scope: JudgedScope, end: number): Finding[] {
  const { series } = scope;
  const found: Finding[] = [];
  const fresh = isFresh(scope, end * BLOCK_MINUTES);
  const history = { calls: new Float64Array(DAY_BLOCKS), errors: new Float64Array(DAY_BLOCKS), length: 0 };
  for (const index of series.errors.indices()) {
    const window = 2;
    fillErrors(scope, index, end - window, history);
    let [calls, errors] = [0, 0];
    for (let t = end - window; t < end; t++) {
      calls += series.calls.get(t, index);
      errors += series.errors.get(t, index);
    }
    const times = {
      functionId: series.ids[index]!,
      measure: 'errorRate' as const,
      beforeMinutes: [(end - history.length - window) * BLOCK_MINUTES, (end - window) * BLOCK_MINUTES] as [
        number,
        number,
      ],
      afterMinutes: [(end - window) * BLOCK_MINUTES, end * BLOCK_MINUTES] as [number, number],
    };
    const change = errorChange(history, { calls, errors, minutes: series.errorMinutes(index) });
    if (change !== null) {
      const from = (end - window) * BLOCK_MINUTES;
      const isOfDeployment = fresh && scope.current!.startedMinute <= end * BLOCK_MINUTES;
      found.push({
        ...times,
        subject: 'errors',
        kind: change.type,
        sinceMinute: isOfDeployment ? scope.current!.startedMinute : from,
        isOfDeployment,
        before: change.before,
        after: change.after,
        change: null,
        detector: change.type === 'new-error' ? 'first error' : 'error rate',
        detail: `10 min against the ${history.length >= 280 ? 'day' : 'time'} before`,
        ...errorsClose(change),
      });
      continue;
    }
    fillErrors(scope, index, end, history);
    const gone = errorGone(history, QUIET_BLOCKS);
    if (gone === null) continue;
    const from = (end - QUIET_BLOCKS) * BLOCK_MINUTES;
    const started = scope.current?.startedMinute ?? 0;
    const isOfDeployment = scope.current?.follows === true && Math.abs(started - from) <= 6 * BLOCK_MINUTES;
    found.push({
      ...times,
      subject: 'error-gone',
      kind: 'error-gone',
      sinceMinute: isOfDeployment ? started : from,
      isOfDeployment,
      before: gone.before,
      after: 0,
      afterMinutes: [from, end * BLOCK_MINUTES],
      change: null,
      detector: 'error gone',
      detail: '3 h without an error',
      closesAt: 0,
    });
  }
  return found;
}

function fillErrors({ series }: JudgedScope, index: number, end: number, into: ErrorHistory): void {
  const start = Math.max(series.firstBlock, series.block - DAY_BLOCKS + 1);
  into.length = Math.max(0, end - start);
  for (let i = 0; i < into.length; i++) {
    into.calls[i] = series.calls.get(start + i, index);
    into.errors[i] = series.errors.get(start + i, index);
  }
}

/** Functions that are no longer called while their service runs, judged at the end of the block before `end`. */
export function rateFindings(scope: JudgedScope, end: number): Finding[] {
  const { series } = scope;
  const start = Math.max(series.firstBlock, series.block - DAY_BLOCKS + 1);
  const length = end - start;
  if (length < 40) return [];
  const reported = Uint8Array.from({ length }, (_, i) => (series.reported[(start + i) % DAY_BLOCKS] === 31 ? 1 : 0));
  const calls = new Float64Array(length);
  const found: Finding[] = [];
  let lively = 0;
  for (let index = 0; index < series.count; index++) {
    // Cheaply first: called in the last block as in the hour before it.
    const last = series.calls.get(end - 1, index);
    const usual = series.calls.get(end - 12, index);
    if (usual > 0) lively++;
    if (last > 0.2 * usual || usual < 10) continue;
    for (let i = 0; i < length; i++) calls[i] = series.calls.get(start + i, index);
    const collapsed = collapsedRate({ calls, reported, length });
    if (collapsed !== null) found.push(collapsedFinding(scope, series.ids[index]!, end, collapsed));
  }
  if (found.length <= Math.max(MANY_AT_ONCE.least, 0.5 * lively)) return found;
  // Nobody calls the service: one thing to say.
  const sum = (of: (one: Finding) => number) => found.reduce((total, one) => total + of(one), 0);
  const all = { before: sum((f) => f.before), after: sum((f) => f.after) };
  return [{ ...collapsedFinding(scope, null, end, all), functions: found.length }];
}

function collapsedFinding(
  scope: JudgedScope,
  functionId: number | null,
  end: number,
  { before, after }: { before: number; after: number },
): Finding {
  const from = (end - 2) * BLOCK_MINUTES;
  const isOfDeployment = isFresh(scope, end * BLOCK_MINUTES);
  return {
    subject: functionId === null ? 'service' : 'call-rate',
    kind: 'call-rate-collapsed',
    functionId,
    sinceMinute: isOfDeployment ? scope.current!.startedMinute : from,
    isOfDeployment,
    measure: 'callsPerMinute',
    before,
    after,
    beforeMinutes: [from - 180, from],
    afterMinutes: [from, end * BLOCK_MINUTES],
    change: null,
    detector: 'call rate',
    detail: '10 min against the hours and the day before',
    closesAt: before / 3,
  };
}

/**
 * Functions that take far more processor time than ever in the past day, judged at the end of the block before `end`.
 */
export function cpuFindings(scope: JudgedScope, end: number): Finding[] {
  const { series } = scope;
  const start = Math.max(series.firstBlock, series.block - DAY_BLOCKS + 1);
  const length = end - start;
  const perSecond = 1e6 * 60 * BLOCK_MINUTES;
  const found: Finding[] = [];
  for (const index of series.cpuNs.indices()) {
    if (series.cpuNs.get(end - 1, index) / perSecond < 100) continue;
    const msPerSecond = Float64Array.from({ length }, (_, i) => series.cpuNs.get(start + i, index) / perSecond);
    const burner = cpuBurner({ msPerSecond, length });
    if (burner === null) continue;
    const from = (end - 2) * BLOCK_MINUTES;
    const isOfDeployment = isFresh(scope, end * BLOCK_MINUTES);
    found.push({
      subject: 'cpu',
      kind: 'cpu-burner',
      functionId: series.ids[index]!,
      sinceMinute: isOfDeployment ? scope.current!.startedMinute : from,
      isOfDeployment,
      measure: 'cpuNsPerSecond',
      before: burner.before * 1e6,
      after: burner.after * 1e6,
      beforeMinutes: [start * BLOCK_MINUTES, from],
      afterMinutes: [from, end * BLOCK_MINUTES],
      change: null,
      detector: 'processor time',
      detail: '10 min against the most of the day before',
      closesAt: 1e6 * (burner.before + (burner.after - burner.before) / 3),
    });
  }
  return found;
}

/**
 * Functions of which a share of the calls became slow, over the windows of tails that are whole at `end`; closes those
 * windows.
 */
export function tailFindings(scope: JudgedScope, end: number): Finding[] {
  const { series } = scope;
  const found: Finding[] = [];
  for (const [index, tail] of series.tails) {
    if (tail.windowBlocks < TAIL_WINDOW_BLOCKS) continue;
    const share = outlierShare(tail, tail.window, LEAST_SLOW_BUCKET - tail.first);
    const from = (end - tail.windowBlocks) * BLOCK_MINUTES;
    series.tails.closeWindow(index, share === null);
    if (share === null) continue;
    const isOfDeployment = isFresh(scope, end * BLOCK_MINUTES);
    found.push({
      subject: 'tail',
      kind: 'outliers',
      functionId: series.ids[index]!,
      sinceMinute: isOfDeployment ? scope.current!.startedMinute : from,
      isOfDeployment,
      measure: 'tailShare',
      before: share.before,
      after: share.after,
      beforeMinutes: [Math.max(series.firstBlock * BLOCK_MINUTES, from - 1_440), from],
      afterMinutes: [from, end * BLOCK_MINUTES],
      change: null,
      detector: 'outliers',
      detail: `calls above ${formatDuration(2 ** ((tail.first + share.bucket) / 8))}, against the day before`,
      closesAt: share.before + (share.after - share.before) / 3,
    });
  }
  return found;
}
