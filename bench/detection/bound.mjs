// What no detector can beat on the simulated functions: the chance to see a rise that is exactly so large by so many minutes,
// where all is known of each function but whether it rose (its level before, its noise and memory, its load, its cold start),
// and one in 100,000 functions of its kind may be told of wrongly. That is the test of Neyman and Pearson: blocks weighted by
// what they are worth, and a threshold on the likelihood ratio, the same for all, so that false alerts are spent where they
// buy most. A detector knows none of it and has to look again and again with the same budget, so it stays below.

import { randomSource } from './random.mjs';

const FUNCTIONS = 2_000;
const FALSE_SHARE = 1e-5;
const BLOCK_MINUTES = 5;
/** Standard deviation of what another host does to one function and not to the others, log2 units. */
const HOST = (0.3 / Math.sqrt(3)) * 0.08;

/** Highest recall possible so many minutes after the deployment. `slowdown` 0.3 is 30 %. */
export function recallBound({ callsPerMinute, slowdown }, minutes) {
  const { uniform } = randomSource(99);
  const shift = Math.log2(1 + slowdown);
  // The rise in standard deviations of the best estimate.
  const apart = Array.from({ length: FUNCTIONS }, () => {
    // As simulator.mjs draws them.
    const modes = uniform(0, 1);
    const variance = uniform(0.3, 1.2) ** 2 + (modes < 0.2 ? 0.16 * 9 : modes < 0.25 ? 0.5 * 4 : 0);
    const memory = uniform(0.3, 0.9);
    const noise = Math.exp(uniform(Math.log(0.01), Math.log(0.08)));
    const phase = uniform(0, 2 * Math.PI);
    const covariance = (i, j) => {
      const shared = noise ** 2 * memory ** Math.abs(i - j) + HOST ** 2;
      if (i !== j) return shared;
      const load = 1 + 0.6 * Math.sin(phase + (2 * Math.PI * BLOCK_MINUTES * (i + 0.5)) / 1_440);
      return shared + variance / (callsPerMinute * BLOCK_MINUTES * load);
    };
    return shift * Math.sqrt(information(minutes / BLOCK_MINUTES, covariance));
  });
  const share = (of) => apart.reduce((sum, one) => sum + of(one), 0) / FUNCTIONS;
  // Of the likelihood ratio, its logarithm: as many false alerts as there may be.
  let [low, high] = [-10, 60];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (share((d) => normalAbove(middle / d + d / 2)) > FALSE_SHARE) low = middle;
    else high = middle;
  }
  return share((d) => normalAbove(low / d - d / 2));
}

/** 1'C⁻¹1 of so many blocks: the inverse variance of the best weighted mean. Cholesky. */
function information(blocks, covariance) {
  const root = Array.from({ length: blocks }, (_, i) => Array.from({ length: i + 1 }, (_, j) => covariance(i, j)));
  const solved = [];
  let sum = 0;
  for (let i = 0; i < blocks; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k < j; k++) root[i][j] -= root[i][k] * root[j][k];
      root[i][j] = i === j ? Math.sqrt(root[i][i]) : root[i][j] / root[j][j];
    }
    let rest = 1;
    for (let k = 0; k < i; k++) rest -= root[i][k] * solved[k];
    solved.push(rest / root[i][i]);
    sum += solved[i] ** 2;
  }
  return sum;
}

/** P(Z > z). Abramowitz and Stegun 26.2.17, absolute error below 1e-7. */
function normalAbove(z) {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const above =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series.reduce((sum, c, i) => sum + c * t ** (i + 1), 0);
  return z > 0 ? above : 1 - above;
}
