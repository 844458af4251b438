// Chance that is the same on every run, with what a simulated day draws.

import { randomNumbers } from '../../collector/dist/testing/random-numbers.js';

/** { uniform(): [0, 1), binomial(n, p): whole number }, for a whole seed. */
export function dayRandom(seed) {
  const { uniform, normal } = randomNumbers(seed);

  /** How many of n happen that each happen with probability p; of many, by the normal distribution. */
  function binomial(n, p) {
    if (p >= 1) return n;
    if (p <= 0) return 0;
    if (n * p * (1 - p) > 25) {
      return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal())));
    }
    let happened = 0;
    for (let i = 0; i < n; i++) if (uniform() < p) happened++;
    return happened;
  }

  return { uniform, binomial };
}
