// Services whose functions behave as production does, with a deployment that slows some of them: what a detector says
// of them can be held against what was done to them. Levels are means of log2 of durations in ns; a mean over n calls is
// drawn at once, so that 30,000 calls a minute cost no more than one. Seeds are fixed; nothing here knows a detector.
//
// A function has a rate (1 to 30,000 calls a minute, log-uniform), a spread of its calls (one, two or three modes), noise
// from block to block that remembers itself (AR 1), and a part in its service's daily load. A service has incidents
// that a third of its functions share, hosts that change with the deployment, and a cold start after it.

import { randomSource } from './random.mjs';

export const BLOCK_MINUTES = 5;
export const BEFORE_BLOCKS = 288;
export const AFTER_MINUTES = 360;

export const DEFAULTS = {
  functions: 500,
  beforeBlocks: BEFORE_BLOCKS,
  /** Share of the functions that the deployment slows, by 10 to 100 %. */
  slowedShare: 0.02,
  /** Incidents of a service a day. */
  incidentsPerDay: 1.5,
  /** Incidents of a single function a day. */
  ownIncidentsPerDay: 0,
  /** Functions of a stated rate and effect besides: [{ callsPerMinute, slowdown, count }]. */
  probes: [],
};

/** One service from a day before its deployment to six hours after. */
export function simulateService(seed, settings = {}) {
  const options = { ...DEFAULTS, ...settings };
  const random = randomSource(seed);
  const { uniform, normal, exponential } = random;
  const startMinute = 1440 * uniform(0, 1);
  const minutesBefore = options.beforeBlocks * BLOCK_MINUTES;
  const service = {
    loadPhase: uniform(0, 2 * Math.PI),
    loadAmplitude: uniform(0.02, 0.12),
    hostShift: 0.08 * normal(),
    coldStart: uniform(0.5, 2),
    coldMinutes: uniform(0.5, 1.5),
    incidents: [],
  };
  const total = minutesBefore + AFTER_MINUTES;
  for (
    let at = exponential(options.incidentsPerDay / 1440);
    at < total;
    at += exponential(options.incidentsPerDay / 1440)
  )
    service.incidents.push({
      at: at - minutesBefore,
      lasts: uniform(5, 40),
      shift: uniform(0.2, 0.8),
      salt: uniform(0, 1),
    });

  const functions = [];
  for (const probe of options.probes) {
    for (let i = 0; i < probe.count; i++) functions.push(simulateFunction(probe.callsPerMinute, probe.slowdown));
  }
  for (let i = functions.length; i < options.functions; i++) {
    const slowdown = uniform(0, 1) < options.slowedShare ? uniform(0.1, 1) : 0;
    functions.push(simulateFunction(Math.exp(uniform(0, Math.log(30_000))), slowdown));
  }
  return { functions, minutesBefore };

  function simulateFunction(callsPerMinute, slowdown) {
    const level = uniform(17, 27);
    const modes = uniform(0, 1);
    const spread = uniform(0.3, 1.2);
    const variance = spread ** 2 + (modes < 0.2 ? 0.16 * 9 : modes < 0.25 ? 0.5 * 4 : 0);
    const memory = uniform(0.3, 0.9);
    const noise = Math.exp(uniform(Math.log(0.01), Math.log(0.08)));
    const sensitivity = uniform(0, 1.5);
    const hosts = uniform(0.7, 1.3) * service.hostShift;
    const cold = uniform(0, 1.5) * service.coldStart;
    const hit = service.incidents.map(() => uniform(0, 1) < 1 / 3);
    const own = [];
    if (options.ownIncidentsPerDay > 0) {
      const rate = options.ownIncidentsPerDay / 1440;
      for (let at = exponential(rate); at < total; at += exponential(rate))
        own.push({ at: at - minutesBefore, lasts: uniform(5, 40), shift: uniform(0.2, 0.8) });
    }
    const shift = Math.log2(1 + slowdown);
    let ar = noise * normal();
    const step = (blocks) => {
      const keep = memory ** blocks;
      ar = keep * ar + noise * Math.sqrt(1 - keep * keep) * normal();
    };
    const meanAt = (minute) => {
      const load = Math.sin((2 * Math.PI * (startMinute + minute)) / 1440 + service.loadPhase);
      let mean = level + sensitivity * service.loadAmplitude * load + ar;
      for (const [i, incident] of service.incidents.entries()) if (hit[i]) mean += within(incident, minute);
      for (const incident of own) mean += within(incident, minute);
      if (minute >= 0) mean += shift + hosts + cold * Math.exp(-minute / service.coldMinutes);
      return { mean, rate: callsPerMinute * (1 + 0.6 * load) };
    };
    const before = { level: new Float64Array(options.beforeBlocks), calls: new Float64Array(options.beforeBlocks) };
    for (let j = 0; j < options.beforeBlocks; j++) {
      step(1);
      const { mean, rate } = meanAt(j * BLOCK_MINUTES - minutesBefore + BLOCK_MINUTES / 2);
      draw(before, j, mean, rate * BLOCK_MINUTES);
    }
    const after = { level: new Float64Array(AFTER_MINUTES), calls: new Float64Array(AFTER_MINUTES) };
    for (let minute = 0; minute < AFTER_MINUTES; minute++) {
      step(1 / BLOCK_MINUTES);
      const { mean, rate } = meanAt(minute + 0.5);
      draw(after, minute, mean, rate);
    }
    return { callsPerMinute, slowdown, before, after, variance };

    function draw(side, at, mean, expected) {
      const n = random.poisson(expected);
      side.calls[at] = n;
      side.level[at] = n === 0 ? 0 : mean + Math.sqrt(variance / n) * normal();
    }
  }
}

function within({ at, lasts, shift }, minute) {
  return minute >= at && minute < at + lasts ? shift : 0;
}
