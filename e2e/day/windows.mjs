// Windows of a simulated instance out of recorded ones: each is one that a real sensor sent, drawn at random, with as
// many of its calls as the load of the hour asks for, and with what the day's faults do to it. Durations stay those of
// the recording, bucket by bucket, but where a fault changes them; what is not changed is not made up.
//
// Load thins every function alike, also timers that would go on in a quiet hour; requests are thinned one function at a
// time, so that calls of a caller and its callee scatter against each other more than in the real service.

import { bucketIndex } from '../../protocol/dist/index.js';
import { faultEffect, START_UP_WINDOWS, steadyWindows, UNCHANGED } from './effects.mjs';

const BUCKETS_PER_DOUBLING = 8;
/** Parts into which the calls of a bucket are cut, to be moved each for itself. */
const PARTS = 4;
const NOTHING = { share: 0, grown: 0, grownSelf: 0 };

/**
 * What an instance reports from its start on: `next({ load, faults, stretch })` is the next window without sequence and
 * age. `load`: share of the recorded calls, 0 to 1; `faults`: those of plan.mjs that are under way; `stretch`: factor
 * of all durations.
 */
export function createInstanceWindows(recording, random) {
  const { windows } = recording;
  const steady = steadyWindows(recording);
  let sent = 0;
  return {
    next({ load, faults, stretch }) {
      // It starts as the real one did, then goes on as it did.
      const window = sent < START_UP_WINDOWS ? windows[sent] : steady[Math.floor(random.uniform() * steady.length)];
      sent++;
      return simulatedWindow(window, { load, stretch, effects: faults.map((f) => faultEffect(recording, f)) }, random);
    },
  };
}

function simulatedWindow(window, { load, stretch, effects }, random) {
  const rows = [];
  /** By function: share of its calls that is left, its time and its own time over what they were. */
  const done = new Map();
  for (const row of window.rows) {
    let { keep, errorShare, cpuNsPerSecond } = UNCHANGED;
    let isCarrier = false;
    const slower = [];
    for (const { functions } of effects) {
      const one = functions.get(row.id);
      if (one === undefined) continue;
      keep *= one.keep;
      slower.push(one);
      isCarrier ||= one.isCarrier === true;
      errorShare = Math.max(errorShare, one.errorShare);
      cpuNsPerSecond += one.cpuNsPerSecond;
    }
    const thinned = timed(row, { share: load * keep, stretch, slower }, random);
    const grown = row.sumNs === 0 ? 0 : thinned.sumNs / row.sumNs;
    const share = row.calls === 0 ? 0 : thinned.calls / row.calls;
    // Who only waits for what became slower takes no longer itself.
    const ownNs = isCarrier
      ? thinned.sumNs - (row.sumNs - row.selfNs) * share * stretch
      : row.selfNs * Math.min(grown, share * stretch);
    const selfNs = Math.max(0, Math.min(thinned.sumNs, Math.round(ownNs)));
    done.set(row.id, { share, grown, grownSelf: row.selfNs === 0 ? 0 : selfNs / row.selfNs });
    if (thinned.calls === 0 && thinned.buckets.length === 0) continue;
    const failed = errorShare === 0 ? 0 : random.binomial(thinned.calls, errorShare);
    rows.push({
      ...{ id: row.id, ...thinned, errors: Math.min(thinned.calls, thinned.errors + failed) },
      selfNs,
      cpuNs: Math.round(row.cpuNs * load + (cpuNsPerSecond * window.durationMs) / 1_000),
    });
  }
  const endpoints = window.endpoints.flatMap((row) => {
    const slower = effects.flatMap(({ endpoints }) => endpoints.get(row.id) ?? []);
    const thinned = timed(row, { share: load, stretch, slower }, random);
    const { id } = row;
    const databaseNs = Math.min(thinned.sumNs, row.databaseNs * load);
    return thinned.calls === 0
      ? []
      : [{ id, ...thinned, databaseNs, outboundNs: Math.min(thinned.sumNs, row.outboundNs * load) }];
  });
  const scaled = ({ calls: n, sumNs, ...rest }, { share, grown }) => ({
    ...rest,
    calls: Math.round(n * share),
    sumNs: sumNs * grown,
  });
  return {
    ...window,
    rows,
    edges: window.edges.map((edge) => scaled(edge, done.get(edge.callee) ?? NOTHING)).filter((edge) => edge.calls > 0),
    endpoints,
    endpointFunctions: window.endpointFunctions
      .map((pair) => {
        const of = done.get(pair.function) ?? NOTHING;
        return { ...scaled(pair, of), selfNs: pair.selfNs * of.grownSelf, busyNs: pair.busyNs * of.share };
      })
      .filter((pair) => pair.calls > 0),
  };
}

/** So many of the calls, each `stretch` times as long and, from a bucket on, longer by each of `slower`. */
function timed({ calls, errors, sumNs, maxNs, buckets }, { share, stretch, slower }, random) {
  const counts = new Map();
  // Of what lies in the buckets: the sums that were measured are more exact, and grow as these do.
  let [beforeNs, afterNs, after] = [0, 0, 0];
  for (let i = 0; i < buckets.length; i += 2) {
    const [index, n] = [buckets[i], buckets[i + 1]];
    const factor = slower.reduce((all, one) => (index >= one.fromBucket ? all * one.factor : all), stretch);
    const ns = 2 ** ((index + 0.5) / BUCKETS_PER_DOUBLING);
    beforeNs += n * ns;
    const left = random.binomial(n, share);
    after += left;
    afterNs += left * ns * factor;
    for (let part = 0; part < PARTS && left > 0; part++) {
      const moved = Math.floor((left * (part + 1)) / PARTS) - Math.floor((left * part) / PARTS);
      if (moved === 0) continue;
      const to = bucketIndex(2 ** ((index + random.uniform()) / BUCKETS_PER_DOUBLING) * factor);
      counts.set(to, (counts.get(to) ?? 0) + moved);
    }
  }
  const sorted = [...counts].sort((a, b) => a[0] - b[0]);
  const highestNs = after === 0 ? 0 : 2 ** ((sorted.at(-1)[0] + 1) / BUCKETS_PER_DOUBLING);
  const most = slower.reduce((all, one) => all * one.factor, stretch);
  const left = random.binomial(calls, share);
  return {
    calls: left,
    errors: Math.min(left, random.binomial(errors, share)),
    sumNs: beforeNs === 0 ? 0 : Math.round((sumNs * afterNs) / beforeNs),
    maxNs: Math.round(Math.min(maxNs * most, highestNs)),
    buckets: sorted.flat(),
  };
}
