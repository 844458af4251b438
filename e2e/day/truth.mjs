// Whether an alert is true: whether a fault of the plan that is under way, or was a moment ago, does change what the alert
// is about, and in that way. Held against the recordings and what was done to them, never against what was found.

import { faultEffect, steadyWindows, totals } from './effects.mjs';

/** Looks reach back: so long after a fault its traces are in the minutes that are looked at. */
const TRACES_MINUTES = 30;
/** Times as long as before; less of a change would be no consequence to speak of. */
const SLOWER = 1.05;
const MUCH_LONGER = 1.3;
const RISEN_TOGETHER = 8;
const COLLAPSED = 0.15;

/** The fault that makes the alert, opened at the minute of the day, true; null: none does. */
export function faultOf(alert, minute, plan, recordings) {
  const isNow = ({ from, until }) => minute >= from && minute <= until + TRACES_MINUTES;
  // Good news comes hours after.
  const candidates = plan.faults.filter((f) => (alert.kind === 'error-gone' ? minute >= f.until : isNow(f)));
  return candidates.find((fault) => explains(fault, alert, recordings)) ?? null;
}

function explains(fault, { kind, place }, recordings) {
  if (kind === 'environment-shift') return risen(fault, recordings) >= RISEN_TOGETHER;
  if (place === null) return false;
  const change =
    place.type === 'endpoint' ? endpointChange(fault, place, recordings) : functionChange(fault, place, recordings);
  switch (kind) {
    case 'error-rate':
    case 'new-error':
    case 'error-gone':
      return change.errorShare > 0;
    case 'call-rate-collapsed':
      return change.calls <= COLLAPSED;
    case 'cpu-burner':
      return change.cpuNsPerSecond > 0;
    case 'outliers':
      return change.hasLonger;
    default:
      return change.ratio >= SLOWER;
  }
}

const NO_CHANGE = { ratio: 1, hasLonger: false, calls: 1, errorShare: 0, cpuNsPerSecond: 0 };

/**
 * { ratio: time of a call over that without the fault, hasLonger: whether some calls are far longer, calls: their share
 * that is left, errorShare: of the calls, cpuNsPerSecond: more of it }
 */
function functionChange(fault, place, recordings) {
  const base = recordings.get('1.0.0');
  const id = idOf(base.functions, place);
  const before = totals(base).rows.get(id);
  if (fault.version === undefined) return made(before, faultEffect(base, fault).functions.get(id));
  const other = recordings.get(fault.version);
  return recorded(before, totals(other).rows.get(idOf(other.functions, place)), base, other);
}

function endpointChange(fault, place, recordings) {
  const base = recordings.get('1.0.0');
  const id = idOf(base.endpoints, place);
  const before = totals(base).endpoints.get(id);
  if (fault.version === undefined) return made(before, faultEffect(base, fault).endpoints.get(id));
  const other = recordings.get(fault.version);
  return recorded(before, totals(other).endpoints.get(idOf(other.endpoints, place)), base, other);
}

/** What a fault does that is laid over the recording. */
function made(before, effect) {
  if (before === undefined || effect === undefined) return NO_CHANGE;
  const { keep: calls = 1, errorShare = 0, cpuNsPerSecond = 0, factor = 1, fromBucket = 0 } = effect;
  let longer = 0;
  for (const [bucket, n] of before.buckets) if (bucket >= fromBucket) longer += n;
  const ratio = before.timedCalls === 0 ? 1 : factor ** (longer / before.timedCalls);
  return { ratio, hasLonger: factor >= MUCH_LONGER, calls, errorShare, cpuNsPerSecond };
}

/** What one recording has that the other had not. */
function recorded(before, after, base, other) {
  const seconds = ({ windows }) => windows.reduce((sum, { durationMs }) => sum + durationMs / 1_000, 0);
  const [from, to] = [base, other].map((recording) => seconds({ windows: steadyWindows(recording) }));
  const shareOf = (sum) => (sum === undefined || sum.calls === 0 ? 0 : sum.errors / sum.calls);
  const cpuNsPerSecond = (after?.cpuNs ?? 0) / to - (before?.cpuNs ?? 0) / from;
  const errorShare = Math.max(0, shareOf(after) - shareOf(before));
  const calls = before === undefined ? 1 : (after?.calls ?? 0) / to / (before.calls / from);
  if (before === undefined || after === undefined) return { ...NO_CHANGE, calls, errorShare, cpuNsPerSecond };
  return {
    ratio: 2 ** (after.level - before.level),
    hasLonger: hasLonger(before, after),
    calls,
    errorShare,
    cpuNsPerSecond,
  };
}

/** Whether more of its calls than before lie somewhere beyond the middle. */
function hasLonger(before, after) {
  const middle = 8 * before.level;
  const beyond = ({ buckets, timedCalls }, cut) => {
    let calls = 0;
    for (const [bucket, n] of buckets) if (bucket >= cut) calls += n;
    return calls / timedCalls;
  };
  return [1, 2, 3, 4, 5, 6].some((octaves) => {
    const cut = middle + 8 * octaves;
    return beyond(after, cut) >= 1.5 * beyond(before, cut) + 0.002;
  });
}

/** How many functions the fault made slower. */
function risen(fault, recordings) {
  const { functions } = recordings.get('1.0.0');
  const places = new Map(functions.map((f) => [f.id, f])).values();
  return [...places].filter((f) => functionChange(fault, f, recordings).ratio >= SLOWER).length;
}

/** Of a function or of an endpoint. */
function idOf(named, place) {
  const keys = place.type === 'endpoint' ? ['kind', 'method', 'route'] : ['file', 'name', 'ordinal'];
  return named.find((one) => keys.every((key) => one[key] === place[key]))?.id;
}
