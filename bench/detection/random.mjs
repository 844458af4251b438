// Numbers that are random and the same each time, by the distributions that the benches draw from.

import { randomNumbers } from '../../collector/dist/testing/random-numbers.js';

/** { uniform(low, high), normal(), exponential(rate), poisson(mean) }, for a whole seed. */
export function randomSource(seed) {
  const { uniform: next, normal } = randomNumbers(seed);
  const uniform = (low, high) => low + (high - low) * next();
  return {
    uniform,
    normal,
    exponential: (rate) => (rate > 0 ? -Math.log(1 - next()) / rate : Number.POSITIVE_INFINITY),
    /** Normal from 30 on, where the two can hardly be told apart. */
    poisson(mean) {
      if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let n = 0;
      for (let product = next(); product > limit; product *= next()) n++;
      return n;
    },
  };
}
