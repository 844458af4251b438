// Is what an open alert is about still so? The same measure, over as much of the last time as it takes to tell, against the
// value at which the fault counts as gone. What is seen too little of to tell stays open.

import type { Verdict, Watched } from '../finding.js';
import { DAY_BLOCKS } from '../packed-series.js';
import type { ScopeSeries } from '../scope-series.js';
import { HALF_HOUR } from './closing.js';
import { BLOCK_MINUTES, weightOf } from './level-shift.js';

const JUDGED_BLOCKS = 6;
const LEAST_CALLS = 10;
/** Outliers are looked for every ten minutes: not found for so long, with calls, is gone. */
const TAIL_QUIET_MINUTES = 60;

/** `end`: the block that begins. */
export function verdictOf(series: ScopeSeries, end: number, watched: Watched): Verdict {
  const { id, before, after, closesAt, members, seenMinute } = watched;
  const start = end - JUDGED_BLOCKS;
  // What was before it was found says nothing of whether it is gone.
  if (start < series.firstBlock || start * BLOCK_MINUTES < seenMinute)
    return { id, state: 'unknown', value: Number.NaN };
  if (members !== undefined) {
    const known = members
      .map((member) => ({ value: medianNs(series, series.indexOf(member.functionId), start, end), ...member }))
      .filter(({ value }) => !Number.isNaN(value));
    const recovered = known.filter((member) => member.value <= member.closesAt).length;
    const state = known.length === 0 ? 'unknown' : 2 * recovered > known.length ? 'gone' : 'lasts';
    return { id, state, value: Number.NaN };
  }
  const judged = judgedFrom(series, end, watched);
  const value = measureOf(series, judged.from, end, watched);
  if (Number.isNaN(value)) return { id, state: 'unknown', value };
  const isBack = after >= before ? value <= closesAt : value >= closesAt;
  return { id, state: !isBack ? 'lasts' : judged.isEnough ? 'gone' : 'unknown', value };
}

/** The first of the blocks that are judged, and whether they are as many, with as many calls, as it takes. */
function judgedFrom(series: ScopeSeries, end: number, { closesOver, seenMinute, subject, functionId }: Watched) {
  const { minutes, calls: leastCalls } = closesOver ?? HALF_HOUR;
  const index = functionId === null ? undefined : series.indexOf(functionId);
  const day = end - DAY_BLOCKS + 1;
  const first = Math.max(day, series.firstBlock, Math.ceil(seenMinute / BLOCK_MINUTES));
  let calls = 0;
  let from = end;
  const isEnough = () => end - from >= minutes / BLOCK_MINUTES && (index === undefined || calls >= leastCalls);
  while (from > first && !isEnough()) {
    from--;
    if (index === undefined) continue;
    calls += subject === 'latency' ? series.blocks.calls(from, index) : series.calls.get(from, index);
  }
  return { from, isEnough: from === day || isEnough() };
}

function measureOf(series: ScopeSeries, start: number, end: number, watched: Watched): number {
  const { subject, functionId } = watched;
  const index = functionId === null ? undefined : series.indexOf(functionId);
  if (functionId !== null && index === undefined) return Number.NaN;
  const calls = sumBlocks(start, end, (t) => (index === undefined ? allCalls(series, t) : series.calls.get(t, index)));
  switch (subject) {
    case 'latency':
      return medianNs(series, index, start, end);
    case 'service':
      return watched.after > watched.before
        ? commonRise(series, start, end)
        : callsPerMinute(series, calls, start, end);
    case 'call-rate':
      return callsPerMinute(series, calls, start, end);
    case 'cpu': {
      const sum = sumBlocks(start, end, (t) => series.cpuNs.get(t, index!));
      return sum / ((end - start) * BLOCK_MINUTES * 60);
    }
    case 'tail':
      if (calls < LEAST_CALLS) return Number.NaN;
      return end * BLOCK_MINUTES - watched.seenMinute > TAIL_QUIET_MINUTES ? watched.before : watched.after;
    case 'errors': {
      const errors = sumBlocks(start, end, (t) => series.errors.get(t, index!));
      return calls < LEAST_CALLS ? Number.NaN : errors / calls;
    }
    case 'error-gone':
    case 'error-type':
    case 'endpoint':
    case 'rule':
      // Good news, types of errors, endpoints and thresholds are judged elsewhere.
      return Number.NaN;
  }
}

/** 2^(mean level); NaN with too few calls. */
function medianNs(series: ScopeSeries, index: number | undefined, start: number, end: number): number {
  if (index === undefined) return Number.NaN;
  let [sum, total, calls] = [0, 0, 0];
  for (let t = start; t < end; t++) {
    const n = series.blocks.calls(t, index);
    if (n === 0) continue;
    sum += weightOf(n) * series.blocks.level(t, index);
    total += weightOf(n);
    calls += n;
  }
  return calls < LEAST_CALLS ? Number.NaN : 2 ** (sum / total);
}

function commonRise(series: ScopeSeries, start: number, end: number): number {
  return 2 ** (sumBlocks(start, end, (t) => series.common[t % DAY_BLOCKS]!) / (end - start));
}

function callsPerMinute(series: ScopeSeries, calls: number, start: number, end: number): number {
  const reported = sumBlocks(start, end, (t) => (series.reported[t % DAY_BLOCKS] === 0 ? 0 : 1));
  return reported < end - start ? Number.NaN : calls / ((end - start) * BLOCK_MINUTES);
}

function allCalls(series: ScopeSeries, t: number): number {
  let sum = 0;
  for (let index = 0; index < series.count; index++) sum += series.calls.get(t, index);
  return sum;
}

function sumBlocks(start: number, end: number, of: (block: number) => number): number {
  let sum = 0;
  for (let t = start; t < end; t++) sum += of(t);
  return sum;
}
