// What a fault of the plan does to a recorded service: to the function that it is in, and from there to whoever waits
// for that function. This is the truth that alerts are held against: an alert is true where a fault that is under way
// does change what the alert is about.

export const UNCHANGED = { keep: 1, factor: 1, fromBucket: -1, errorShare: 0, cpuNsPerSecond: 0 };
const DEEPEST = 16;
export const START_UP_WINDOWS = 2;
const WHOLE_MS = 9_000;
const cache = new WeakMap();

/**
 * { functions: Map of id -> { keep: share of the calls that is left, factor: of the durations from the bucket `fromBucket`
 * on, isCarrier: whether it is itself at fault, errorShare: of the calls that fail besides, cpuNsPerSecond: more of it }, endpoints: Map of id -> { factor,
 * fromBucket } }. Nothing is done to the recording for a fault that is the version's own.
 */
export function faultEffect(recording, fault) {
  let byFault = cache.get(recording);
  if (byFault === undefined) {
    byFault = new Map();
    cache.set(recording, byFault);
  }
  let effect = byFault.get(fault);
  if (effect === undefined) {
    effect = makeEffect(recording, fault);
    byFault.set(fault, effect);
  }
  return effect;
}

function makeEffect(recording, { does }) {
  const functions = new Map();
  const endpoints = new Map();
  const effect = { functions, endpoints };
  if (does === undefined) return effect;
  const sums = totals(recording);
  const { factor: times = 1, addMs = 0, keep = 1, errorShare = 0, cpuMsPerSecond = 0 } = does;
  const ids = targets(recording, does);
  for (const id of ids) {
    const row = sums.rows.get(id);
    const addNs = row === undefined ? 0 : row.meanNs * (times - 1) + addMs * 1e6;
    const change = { ...UNCHANGED, keep, errorShare, cpuNsPerSecond: cpuMsPerSecond * 1e6 };
    functions.set(id, { ...change, isCarrier: true, ...(addNs > 0 && slowed(row, addNs, 1)) });
    const waits = new Map();
    tellCallers(sums, id, { addNs, errorShare, share: 1 }, waits, 0);
    for (const [caller, wait] of waits) {
      const before = functions.get(caller) ?? UNCHANGED;
      const fails = Math.min(1, before.errorShare + wait.errorShare);
      functions.set(caller, { ...before, ...slowed(sums.rows.get(caller), wait.addNs, wait.share), errorShare: fails });
    }
    if (keep < 1) tellCallees(sums, id, 1 - keep, effect, 0);
    for (const { endpoint, function: through, calls } of sums.pairs.values()) {
      const requests = sums.endpoints.get(endpoint);
      if (through !== id || addNs === 0 || !(requests?.calls > 0)) continue;
      endpoints.set(endpoint, slowed(requests, (addNs * calls) / requests.calls, Math.min(1, calls / requests.calls)));
    }
  }
  return effect;
}

/**
 * By what the longest `share` of its calls must be multiplied, so that all of them take `addNs` more on average: those
 * that wait for what became slow are the long ones already.
 */
function slowed({ buckets, meanNs, timedCalls }, addNs, share) {
  if (addNs === 0 || meanNs === 0) return {};
  const byLength = [...buckets].sort((a, b) => b[0] - a[0]);
  let [calls, sumNs, fromBucket] = [0, 0, Number.POSITIVE_INFINITY];
  for (const [bucket, n] of byLength) {
    if (calls > 0 && calls + n / 2 > share * timedCalls) break;
    calls += n;
    sumNs += n * 2 ** ((bucket + 0.5) / 8);
    fromBucket = bucket;
  }
  return { factor: 1 + (addNs * timedCalls) / sumNs, fromBucket };
}

/** Who calls it takes as much longer, and fails as often, as it calls it. `waits`: of each caller. */
function tellCallers(sums, callee, { addNs, errorShare, share }, waits, depth) {
  if (depth === DEEPEST || (addNs === 0 && errorShare === 0)) return;
  for (const edge of sums.edges.values()) {
    const row = sums.rows.get(edge.caller);
    if (edge.callee !== callee || edge.caller === callee || row === undefined || row.calls === 0) continue;
    const times = edge.calls / row.calls;
    const each = {
      addNs: addNs * times,
      errorShare: Math.min(1, errorShare * times),
      share: Math.min(1, share * times),
    };
    const before = waits.get(edge.caller) ?? { addNs: 0, errorShare: 0, share: 0 };
    waits.set(edge.caller, {
      addNs: before.addNs + each.addNs,
      errorShare: Math.min(1, before.errorShare + each.errorShare),
      share: Math.min(1, before.share + each.share),
    });
    tellCallers(sums, edge.caller, each, waits, depth + 1);
  }
}

/** What only it called is no longer called either. */
function tellCallees(sums, caller, lost, effect, depth) {
  if (depth === DEEPEST) return;
  for (const edge of sums.edges.values()) {
    const row = sums.rows.get(edge.callee);
    if (edge.caller !== caller || edge.callee === caller || row === undefined || row.calls === 0) continue;
    const share = lost * Math.min(1, edge.calls / row.calls);
    const before = effect.functions.get(edge.callee) ?? UNCHANGED;
    if (before.keep === 0) continue;
    effect.functions.set(edge.callee, { ...before, keep: Math.max(0, before.keep - share) });
    tellCallees(sums, edge.callee, share, effect, depth + 1);
  }
}

/** Ids of the functions that the fault is in: by their names, or all that a file has. */
function targets({ functions }, { file, names }) {
  const found = functions.filter((f) => f.file === file && (names === undefined || names.includes(f.name)));
  if (found.length === 0) throw new Error(`the recording has no ${names ?? 'function'} in ${file}`);
  return new Set(found.map(({ id }) => id));
}

/** From when on it is not starting any more, until it ends. */
export function steadyWindows({ windows }) {
  return windows.slice(START_UP_WINDOWS).filter(({ durationMs }) => durationMs >= WHOLE_MS);
}

const sumsOf = new WeakMap();

/**
 * What the recording's functions, endpoints and edges did in all of its steady windows together. Of functions and
 * endpoints also { buckets: Map of bucket -> calls, timedCalls, meanNs, level: mean of log2 of their durations }.
 */
export function totals(recording) {
  const known = sumsOf.get(recording);
  if (known !== undefined) return known;
  const sums = { rows: new Map(), endpoints: new Map(), edges: new Map(), pairs: new Map() };
  for (const window of steadyWindows(recording)) {
    for (const row of window.rows) add(sums.rows, row.id, row);
    for (const row of window.endpoints) add(sums.endpoints, row.id, row);
    for (const edge of window.edges) add(sums.edges, `${edge.caller} ${edge.callee}`, edge);
    for (const pair of window.endpointFunctions) add(sums.pairs, `${pair.endpoint} ${pair.function}`, pair);
  }
  for (const sum of [...sums.rows.values(), ...sums.endpoints.values()]) {
    let logs = 0;
    for (const [bucket, n] of sum.buckets) {
      sum.timedCalls += n;
      logs += ((bucket + 0.5) / 8) * n;
    }
    sum.meanNs = sum.timedCalls === 0 ? 0 : sum.sumNs / sum.timedCalls;
    sum.level = sum.timedCalls === 0 ? Number.NaN : logs / sum.timedCalls;
  }
  sumsOf.set(recording, sums);
  return sums;
}

function add(into, key, one) {
  let sum = into.get(key);
  if (sum === undefined) {
    sum = { ...one, calls: 0, errors: 0, sumNs: 0, cpuNs: 0, buckets: new Map(), timedCalls: 0 };
    into.set(key, sum);
  }
  sum.calls += one.calls;
  sum.errors += one.errors ?? 0;
  sum.sumNs += one.sumNs;
  sum.cpuNs += one.cpuNs ?? 0;
  const { buckets = [] } = one;
  for (let i = 0; i < buckets.length; i += 2)
    sum.buckets.set(buckets[i], (sum.buckets.get(buckets[i]) ?? 0) + buckets[i + 1]);
}
