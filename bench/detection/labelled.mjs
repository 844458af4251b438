// Public data that people have labelled: the series of the Numenta Anomaly Benchmark that are times (how long requests to a
// load balancer took, how long it took to drive a stretch of road), one value every five minutes. The detectors of drift
// without a deployment and other people's rules walk through each; what begins within a labelled window has found it, what
// begins elsewhere is false. The data is not in this repository: `--repo` names a checkout of it.
//
// The labels are of anything unusual, of a single value and of a fall too; a detector of lasting slowness leaves those out.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepWithoutDeployment } from '../../collector/dist/analysis/detectors/drift.js';
import { studentTail } from '../../collector/dist/analysis/statistics.js';

const SERIES = [
  'realKnownCause/ec2_request_latency_system_failure.csv',
  'realTraffic/TravelTime_387.csv',
  'realTraffic/TravelTime_451.csv',
];
const DAY_BLOCKS = 288;
/** What is said again within this time is the same alert. */
const SAME_MS = 12 * 3_600_000;
/** A rule needs as much to look at after the window has begun. */
const LATE_MS = 90 * 60_000;

const RULES = {
  prodlens: (levels) => {
    const level = Float64Array.from(levels.slice(-DAY_BLOCKS));
    return (
      stepWithoutDeployment({ level, weight: new Float64Array(level.length).fill(1), length: level.length }) !== null
    );
  },
  'Welch p<.01, +10 % (as Sentry)': (levels) => welch(levels, Math.log2(1.1)),
  'Welch 98 %, +25 % (as Kayenta)': (levels) => welch(levels, Math.log2(1.25)),
  'three standard deviations': (levels) => {
    const past = levels.slice(-DAY_BLOCKS - 1, -1);
    const [m, v] = moments(past);
    return past.length > 36 && levels.at(-1) - m > 3 * Math.sqrt(v);
  },
};

export function measureLabelled(checkout) {
  const labels = JSON.parse(readFileSync(join(checkout, 'labels/combined_windows.json'), 'utf8'));
  const counts = Object.fromEntries(
    Object.keys(RULES).map((name) => [name, { found: 0, windows: 0, right: 0, said: 0 }]),
  );
  let days = 0;
  for (const name of SERIES) {
    const rows = readFileSync(join(checkout, 'data', name), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const values = rows.map((row) => ({
      at: time(row.split(',')[0]),
      level: Math.log2(1e6 * Number(row.split(',')[1])),
    }));
    const windows = labels[name].map(([from, to]) => [time(from), time(to) + LATE_MS]);
    days += (values.at(-1).at - values[0].at) / 86_400_000;
    for (const [rule, says] of Object.entries(RULES)) tally(counts[rule], values, windows, says);
  }
  const row = (subject, metric, unit, value) => ({
    ...{ case: 'labelled series', subject, metric, unit, value, node: process.versions.node },
  });
  return Object.entries(counts).flatMap(([rule, { found, windows, right, said }]) => [
    row(rule, 'labelled windows found', 'share', found / windows),
    row(rule, 'alerts', 'alerts', said),
    row(rule, 'precision', 'share', said === 0 ? Number.NaN : right / said),
    row(rule, 'false alerts a series and day', 'alerts', (said - right) / days),
  ]);
}

function tally(count, values, windows, says) {
  const found = new Set();
  let saidAt = Number.NEGATIVE_INFINITY;
  for (let i = 1; i <= values.length; i++) {
    const { at } = values[i - 1];
    if (!says(values.slice(Math.max(0, i - DAY_BLOCKS - 1), i).map(({ level }) => level))) continue;
    const isNew = at - saidAt > SAME_MS;
    saidAt = at;
    if (!isNew) continue;
    count.said++;
    const within = windows.findIndex(([from, to]) => at >= from && at <= to);
    if (within !== -1) count.right++;
    if (within !== -1) found.add(within);
  }
  count.found += found.size;
  count.windows += windows.length;
}

/** The last 80 minutes against the three hours before. */
function welch(levels, least) {
  const y = levels.slice(-16);
  const x = levels.slice(-52, -16);
  if (x.length < 36) return false;
  const [mx, vx] = moments(x);
  const [my, vy] = moments(y);
  const [ex, ey] = [vx / x.length, vy / y.length];
  const df = (ex + ey) ** 2 / (ex ** 2 / (x.length - 1) + ey ** 2 / (y.length - 1));
  return my - mx > least && studentTail((my - mx) / Math.sqrt(ex + ey), df) < 0.01;
}

function moments(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)];
}

const time = (text) => Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
