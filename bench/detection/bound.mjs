// What no detector can beat on the simulated functions: the chance that a rise shows which is exactly so large, where the
// function's level before, its noise, its memory and its load are all known, and where one in 100,000 functions may be
// told of wrongly (Neyman and Pearson: a threshold on the mean of all calls so far, 4.26 of its standard deviations). A
// detector knows none of these and has to look again and again with the same budget, so it stays below.

import { randomSource } from './random.mjs';

const FUNCTIONS = 20_000;
/** Of a normal distribution, one in 100,000 is above. */
const THRESHOLD = 4.265;
const SKIP_MINUTES = 5;
/** Standard deviation of what another host does to one function and not to the others, log2 units. */
const HOST = (0.3 / Math.sqrt(3)) * 0.08;

/** Highest recall possible so many minutes after the deployment. `slowdown` 0.3 is 30 %. */
export function recallBound({ callsPerMinute, slowdown }, minutes) {
  const { uniform } = randomSource(99);
  let sum = 0;
  for (let i = 0; i < FUNCTIONS; i++) {
    // As simulator.mjs draws them.
    const modes = uniform(0, 1);
    const variance = uniform(0.3, 1.2) ** 2 + (modes < 0.2 ? 0.16 * 9 : modes < 0.25 ? 0.5 * 4 : 0);
    const memory = uniform(0.3, 0.9);
    const noise = Math.exp(uniform(Math.log(0.01), Math.log(0.08)));
    const phase = uniform(0, 2 * Math.PI);
    const blocks = (minutes - SKIP_MINUTES) / 5;
    let calls = 0;
    for (let m = SKIP_MINUTES; m < minutes; m++)
      calls += callsPerMinute * (1 + 0.6 * Math.sin(phase + (2 * Math.PI * m) / 1_440));
    let remembered = blocks;
    for (let lag = 1; lag < blocks; lag++) remembered += 2 * (blocks - lag) * memory ** lag;
    const deviation = Math.sqrt(variance / calls + (noise ** 2 * remembered) / blocks ** 2 + HOST ** 2);
    sum += normalBelow(Math.log2(1 + slowdown) / deviation - THRESHOLD);
  }
  return sum / FUNCTIONS;
}

/** P(Z <= z). Abramowitz and Stegun 26.2.17, absolute error below 1e-7. */
function normalBelow(z) {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const above =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series.reduce((sum, c, i) => sum + c * t ** (i + 1), 0);
  return z > 0 ? 1 - above : above;
}
