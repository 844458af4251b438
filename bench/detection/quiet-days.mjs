// Two days in which nothing happens but noise, load and a deployment that changes nothing, through everything that the
// collector runs: whatever is found is false. And the same with faults put in: how many are found, and after how long.

import { packMinute } from '../../collector/dist/analysis/minute-frame.js';
import { createScopeAnalysis } from '../../collector/dist/analysis/scope-analysis.js';
import { randomSource } from './random.mjs';

const SERVICES = 4;
const FUNCTIONS = 150;
const QUIET_MINUTES = 2 * 1_440;
const START = 29_000_000;
const FAULT_MINUTES = 120;

/** kind -> what a function does instead. */
const FAULTS = {
  'dramatic-slowdown': { shift: 2.2 },
  outliers: { slowShare: 0.04 },
  'new-error': { errorRate: 0.05 },
  'call-rate-collapsed': { rateFactor: 0 },
  'cpu-burner': { cpuMsPerSecond: 500 },
  drift: { shift: 0.6 },
};

export function measureQuietDays(note) {
  const falseByKind = new Map();
  const delays = new Map(Object.keys(FAULTS).map((kind) => [kind, []]));
  for (let seed = 1; seed <= SERVICES; seed++) {
    note(`every detector over two quiet days, service ${seed} of ${SERVICES}`);
    const service = createService(seed);
    const analysis = createScopeAnalysis();
    analysis.deployed({ deploymentId: 1, startedMinute: START, follows: false });
    const told = new Set();
    let minute = START;
    for (; minute < START + QUIET_MINUTES; minute++) {
      const isAfter = minute >= START + 2_000;
      if (minute === START + 2_000) analysis.deployed({ deploymentId: 2, startedMinute: minute, follows: true });
      for (const { kind, functionId } of analysis.minute(minute, [
        { deploymentId: isAfter ? 2 : 1, frame: service.minute(minute, new Map()) },
      ])) {
        const key = `${kind} ${functionId}`;
        if (told.has(key)) continue;
        told.add(key);
        falseByKind.set(kind, (falseByKind.get(kind) ?? 0) + 1);
      }
    }
    measureFaults(service, analysis, minute, delays);
  }
  const functionDays = (SERVICES * FUNCTIONS * QUIET_MINUTES) / 1_440;
  const row = (subject, metric, unit, value) => ({
    ...{ case: 'all detectors', subject, metric, unit, value, node: process.versions.node },
  });
  // What the counts below rest on: none in so few says less than it seems.
  const rows = [row('quiet days', 'functions and days observed', 'days', functionDays)];
  for (const kind of new Set([...falseByKind.keys(), ...delays.keys()])) {
    const perDay = (1e5 * (falseByKind.get(kind) ?? 0)) / functionDays;
    rows.push(row(kind, 'false alerts in 1e5 functions and day', 'alerts', perDay));
  }
  for (const [kind, found] of delays) {
    const told = found.filter(Number.isFinite).sort((a, b) => a - b);
    rows.push(row(kind, 'recall', 'share', told.length / found.length));
    if (told.length > 0) rows.push(row(kind, 'delay, median', 'min', told[told.length >> 1]));
  }
  return rows;
}

/** One function of each fault, all at once, spread over the service. */
function measureFaults(service, analysis, start, delays) {
  const busy = service.functions.filter(({ rate }) => rate >= 30).map(({ functionId }) => functionId);
  const faults = new Map(Object.entries(FAULTS).map(([kind, fault], i) => [busy[i], { kind, ...fault }]));
  const open = new Map([...faults].map(([functionId, { kind }]) => [`${kind} ${functionId}`, kind]));
  for (let minute = start; minute < start + FAULT_MINUTES; minute++) {
    const frame = service.minute(minute, faults);
    for (const { kind, functionId } of analysis.minute(minute, [{ deploymentId: 2, frame }])) {
      if (!open.delete(`${kind} ${functionId}`)) continue;
      delays.get(kind).push(minute + 1 - start);
    }
  }
  for (const kind of open.values()) delays.get(kind).push(Number.POSITIVE_INFINITY);
}

function createService(seed) {
  const random = randomSource(77 * seed);
  const { uniform, normal } = random;
  const functions = Array.from({ length: FUNCTIONS }, (_, i) => ({
    functionId: i + 1,
    rate: Math.exp(uniform(0, Math.log(300))),
    level: uniform(21, 27),
    spread: uniform(0.3, 1),
    noise: uniform(0.01, 0.06),
    memory: uniform(0.9, 0.99),
    sensitivity: uniform(0, 1),
    errorRate: uniform(0, 1) < 0.3 ? uniform(0.001, 0.05) : 0,
    cpuMsPerSecond: uniform(0, 1) < 0.1 ? uniform(5, 150) : 1,
    ar: 0,
  }));

  function minute(at, faults) {
    const load = Math.sin((2 * Math.PI * at) / 1_440);
    return packMinute(
      functions.flatMap((f) => {
        const fault = faults.get(f.functionId) ?? {};
        f.ar = f.memory * f.ar + f.noise * Math.sqrt(1 - f.memory ** 2) * normal();
        const calls = random.poisson(f.rate * (1 + 0.5 * load) * (fault.rateFactor ?? 1));
        if (calls === 0) return [];
        const counts = new Map();
        const mean = f.level + f.ar + 0.1 * f.sensitivity * load + (fault.shift ?? 0);
        let errors = 0;
        for (let n = 0; n < calls; n++) {
          const slow = uniform(0, 1) < (fault.slowShare ?? 0) ? 4 : 0;
          const bucket = Math.ceil(8 * (mean + slow + f.spread * normal())) - 1;
          counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
          if (uniform(0, 1) < (fault.errorRate ?? 0) + f.errorRate) errors++;
        }
        const buckets = [...counts].sort((a, b) => a[0] - b[0]).flat();
        const cpuNs = 6e7 * ((fault.cpuMsPerSecond ?? 0) + f.cpuMsPerSecond * uniform(0.7, 1.3));
        return [{ functionId: f.functionId, totals: { calls, errors, cpuNs, buckets } }];
      }),
    );
  }
  return { functions, minute };
}
