// Chance that is the same on every run.

/** { uniform(): [0, 1), binomial(n, p): whole number }, for a whole seed. */
export function randomNumbers(seed) {
  let state = seed | 0;

  /** Mulberry32. */
  function uniform() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  function normal() {
    return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }

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
