// What became slower in one service: at the looks after a deployment, in the last two minutes, and with no deployment at
// the end of a time block. Many functions at once are told as one.

import { dramaticSlowdown } from './detectors/dramatic.js';
import { creep, stepWithoutDeployment } from './detectors/drift.js';
import {
  type AfterLevel,
  BLOCK_MINUTES,
  CONTROL_BLOCKS,
  isTangible,
  LEAST_BLOCKS,
  type LevelShift,
  levelShift,
  weightOf,
} from './detectors/level-shift.js';
import { LEAST_FOR_COMMON_MODE, type Look, slowerSince } from './detectors/slower-since.js';
import type { Finding } from './finding.js';
import { type CurrentDeployment, isFresh, type JudgedScope, latency, MANY_AT_ONCE, together } from './judged-scope.js';
import { DAY_BLOCKS, RECENT_MINUTES, WEEK_HOURS } from './packed-series.js';
import { robustScale } from './statistics.js';

const COLD_MINUTES = 2;
const SHIFTED_TOGETHER = Math.log2(1.25);
const LEAST_CALLS_OF_LOOK = 10;

/** Functions that became slower with no deployment, judged at the end of the block before `end`. */
export function driftFindings(scope: JudgedScope, end: number): Finding[] {
  const { series } = scope;
  const found: Finding[] = [];
  const isHourEnd = (end * BLOCK_MINUTES) % 60 === 0;
  let active = 0;
  for (let index = 0; index < series.count; index++) {
    const calls = series.blocks.calls(end - 1, index);
    if (calls === 0) continue;
    active++;
    const level = series.blocks.level(end - 1, index) - series.common[(end - 1) % DAY_BLOCKS]!;
    const stepped =
      level - series.centre[index]! > 0.15 ? stepWithoutDeployment(series.history(index, end, scope.history)) : null;
    const step = stepped !== null && isOfTheHour(scope, index, end * BLOCK_MINUTES, stepped) ? null : stepped;
    const creeping = step === null && isHourEnd ? creepOf(scope, index, Math.floor((end * BLOCK_MINUTES) / 60)) : null;
    const shift = step ?? creeping;
    if (shift === null) continue;
    const minutes = step !== null ? 80 : 360;
    const from = end * BLOCK_MINUTES - minutes;
    const before = step !== null ? shift.before : level - shift.shift;
    found.push({
      ...latency(series.ids[index]!, before, shift, minutes),
      kind: 'drift',
      sinceMinute: from,
      isOfDeployment: false,
      beforeMinutes: step !== null ? [from - 180, from] : [from - 1_440, end * BLOCK_MINUTES - 1_440],
      afterMinutes: [from, end * BLOCK_MINUTES],
      detector: step !== null ? 'step without a deployment' : 'creep without a deployment',
      detail: step !== null ? '80 min against the 3 h before' : '6 h against the same hours of an earlier day',
    });
  }
  if (found.length <= Math.max(MANY_AT_ONCE.least, MANY_AT_ONCE.share * active)) return found;
  const [first] = found as [Finding];
  return together(found, first);
}

function creepOf(scope: JudgedScope, index: number, endHour: number) {
  const { hours } = scope.series;
  const into = scope.hours;
  let first = -1;
  into.length = WEEK_HOURS - 1;
  for (let i = 0; i < into.length; i++) {
    const t = endHour - into.length + i;
    const calls = t < 0 ? 0 : hours.calls(t, index);
    if (calls > 0 && first === -1) first = i;
    into.weight[i] = calls === 0 ? 0 : weightOf(calls);
    into.level[i] = calls === 0 ? 0 : hours.level(t, index);
  }
  if (first === -1) return null;
  const length = into.length - first;
  const seen = { level: into.level.slice(first), weight: into.weight.slice(first), length };
  return creep(seen, length >= 168 + 6 ? 168 : 24);
}

/** At least half as much higher at the same time a day or a week before: a nightly job, a Monday morning. */
function isOfTheHour(
  { series }: JudgedScope,
  index: number,
  nowMinute: number,
  { before, shift }: Pick<LevelShift, 'before' | 'shift'>,
): boolean {
  const hour = Math.floor((nowMinute - 1) / 60);
  return [24, 168].some((period) =>
    [-1, 0, 1].some((near) => {
      const t = hour - period + near;
      return t >= 0 && series.hours.calls(t, index) > 0 && series.hours.level(t, index) >= before + shift / 2;
    }),
  );
}

/**
 * At most one finding: the whole service shifted at once, by the common level of its functions over four blocks before
 * `end`.
 */
export function environmentFindings(scope: JudgedScope, end: number): Finding[] {
  const { series } = scope;
  if (series.count < LEAST_FOR_COMMON_MODE) return [];
  const blocks = 4;
  const history = scope.history;
  const start = Math.max(series.firstBlock, series.block - DAY_BLOCKS + 1);
  history.length = Math.max(0, end - start);
  for (let i = 0; i < history.length; i++) {
    history.level[i] = series.common[(start + i) % DAY_BLOCKS]!;
    history.weight[i] = series.reported[(start + i) % DAY_BLOCKS] === 0 ? 0 : 1;
  }
  const parts = Array.from(history.level.subarray(history.length - blocks, history.length));
  if (history.length <= blocks || parts.some((level) => level < SHIFTED_TOGETHER)) return [];
  history.length -= blocks;
  const after = { level: parts.reduce((a, b) => a + b) / blocks, weight: blocks, parts, blocks };
  const found = levelShift(history, after);
  if (found === null || found.shift < SHIFTED_TOGETHER || found.p > 1e-6) return [];
  const from = (end - blocks) * BLOCK_MINUTES;
  const isOfDeployment = isFresh(scope, end * BLOCK_MINUTES) && from >= scope.current!.startedMinute - BLOCK_MINUTES;
  const times = {
    sinceMinute: isOfDeployment ? scope.current!.startedMinute : from,
    isOfDeployment,
    beforeMinutes: [from - 180, from] as [number, number],
    afterMinutes: [from, end * BLOCK_MINUTES] as [number, number],
    detail: '20 min against the 3 h before',
  };
  return [
    {
      ...times,
      ...latency(null, 0, found, blocks * BLOCK_MINUTES),
      subject: 'service',
      kind: 'environment-shift',
      measure: 'timesAsSlow',
      detector: 'common mode of the service',
      alone: risenAlone(scope, times),
    },
  ];
}

/** The functions that rose in the time, each for itself: as the common mode has it, what is common included. */
function risenAlone(
  scope: JudgedScope,
  times: Pick<Finding, 'sinceMinute' | 'isOfDeployment' | 'beforeMinutes' | 'afterMinutes' | 'detail'>,
): Finding[] {
  const [from, to] = times.afterMinutes;
  const risen: Finding[] = [];
  for (let index = 0; index < scope.series.count; index++) {
    const after = levelBetween(scope, index, from, to);
    if (after === null) continue;
    const history = scope.series.history(index, from / BLOCK_MINUTES, scope.history);
    const shift = levelShift(history, after);
    if (shift === null || shift.shift < SHIFTED_TOGETHER || !isTangible(shift)) continue;
    const found = latency(scope.series.ids[index]!, shift.before, shift, to - from);
    const kind = times.isOfDeployment ? 'slower-since-deployment' : 'drift';
    risen.push({ ...times, ...found, kind, detector: 'slower together with others' });
  }
  return together(risen, times)[0]?.alone ?? [];
}

/**
 * The blocks since the running deployment started, where they are enough and fewer than three hours: what was before it,
 * as in a version that was taken back, says nothing of this one.
 */
function blocksOfRunning({ current }: JudgedScope, end: number): number | undefined {
  const own = current === null ? 0 : end - Math.ceil(current.startedMinute / BLOCK_MINUTES);
  return own >= LEAST_BLOCKS && own < CONTROL_BLOCKS ? own : undefined;
}

/** Functions at least three times as slow in each of the two minutes before `nowMinute`. */
export function dramaticFindings(scope: JudgedScope, nowMinute: number): Finding[] {
  const { series } = scope;
  const current = scope.current;
  // The running minute may still grow; the two before it are whole.
  const from = nowMinute - 2;
  const fresh = isFresh(scope, nowMinute);
  if (fresh && from < current!.startedMinute + COLD_MINUTES) return [];
  const end = Math.floor((fresh ? current!.startedMinute : from) / BLOCK_MINUTES);
  const own = fresh ? undefined : blocksOfRunning(scope, end);
  const control = own ?? CONTROL_BLOCKS;
  const found: Finding[] = [];
  let active = 0;
  for (let index = 0; index < series.count; index++) {
    if (series.minutes.calls(from + 1, index) === 0) continue;
    active++;
    // Cheaply first: nearly all end here.
    if (series.minutes.level(from + 1, index) - series.centre[index]! < 1) continue;
    const two = [from, from + 1].map((t) => {
      const calls = series.minutes.calls(t, index);
      return { calls, level: calls === 0 ? 0 : series.minutes.level(t, index) };
    });
    const before = series.levelBefore(index, end, scope.history, own);
    if (Number.isNaN(before)) continue;
    const history = series.history(index, end, scope.history, control);
    const scale = Math.max(
      0.05,
      Math.sqrt(BLOCK_MINUTES) * robustScale(Float64Array.from(history.level), history.length, before),
    );
    const shift = dramaticSlowdown(two, before, scale);
    if (shift === null || (!fresh && isOfTheHour(scope, index, nowMinute, { before, shift }))) continue;
    found.push({
      ...latency(series.ids[index]!, before, { shift, scale, degreesOfFreedom: 30 }, 2),
      kind: fresh ? 'slower-since-deployment' : 'dramatic-slowdown',
      sinceMinute: fresh ? current!.startedMinute : from,
      isOfDeployment: fresh,
      beforeMinutes: [(end - control) * BLOCK_MINUTES, end * BLOCK_MINUTES],
      afterMinutes: [from, from + 2],
      detector: 'dramatic slowdown',
      detail: `two minutes one after the other, against the ${own === undefined ? '3 h' : `${own * BLOCK_MINUTES} min`} before`,
    });
  }
  if (found.length <= Math.max(MANY_AT_ONCE.least, MANY_AT_ONCE.share * active)) return found;
  const [first] = found as [Finding];
  return together(found, first);
}

/**
 * Functions that are slower since the running deployment, at one of its looks: minutes after its start, and over how
 * many.
 */
export function lookFindings(scope: JudgedScope, look: Look, { startedMinute }: CurrentDeployment): Finding[] {
  const { series } = scope;
  const end = Math.floor(startedMinute / BLOCK_MINUTES);
  const from = startedMinute + look.skipMinutes;
  const to = from + look.minutes;
  const result = slowerSince(
    {
      count: series.count,
      levelBefore: (index) => series.levelBefore(index, end, scope.history),
      history: (index) => series.history(index, end, scope.history),
      after: (index) => levelBetween(scope, index, from, to),
      besides: (index) => series.besides(index, Math.max(from, to - RECENT_MINUTES + 1), to),
    },
    look,
  );
  const times = {
    sinceMinute: startedMinute,
    isOfDeployment: true,
    beforeMinutes: [Math.max(series.firstBlock, end - 36) * BLOCK_MINUTES, startedMinute] as [number, number],
    afterMinutes: [from, to] as [number, number],
  };
  const detail = `${look.minutes} min after the first ${look.skipMinutes}, against the 3 h before and each function's own day`;
  const found = result.slower.map(
    (one): Finding => ({
      ...times,
      ...latency(series.ids[one.index]!, one.before, one, look.minutes),
      kind: 'slower-since-deployment',
      detector: 'slower since a deployment',
      detail,
    }),
  );
  return result.together ? together(found, { ...times, detail }) : found;
}

/** Of the minutes [from, to), which are no longer remembered one by one where they are many: then of the blocks within. */
function levelBetween({ series }: JudgedScope, index: number, from: number, to: number): AfterLevel | null {
  const isLong = to - from >= RECENT_MINUTES - BLOCK_MINUTES;
  const ring = isLong ? series.blocks : series.minutes;
  const [first, end] = isLong ? [Math.ceil(from / BLOCK_MINUTES), Math.floor(to / BLOCK_MINUTES)] : [from, to];
  const parts = Math.min(4, end - first);
  const sums = new Float64Array(parts);
  const weights = new Float64Array(parts);
  let [sum, total, calls] = [0, 0, 0];
  for (let t = first; t < end; t++) {
    const n = ring.calls(t, index);
    if (n === 0) continue;
    const weight = weightOf(n);
    const level = ring.level(t, index);
    const part = Math.floor(((t - first) * parts) / (end - first));
    sums[part]! += weight * level;
    weights[part]! += weight;
    sum += weight * level;
    total += weight;
    calls += n;
  }
  if (calls < LEAST_CALLS_OF_LOOK || weights.some((w) => w === 0)) return null;
  const blocks = isLong ? end - first : (to - from) / BLOCK_MINUTES;
  const weight = weightOf(calls / blocks) * blocks;
  return { level: sum / total, weight, parts: Array.from(sums, (s, i) => s / weights[i]!), blocks };
}
