// Chance that is the same on every run, for tests and benches: mulberry32, a generator with 32 bits of state.

export interface RandomNumbers {
  /** In [0, 1), every number alike likely. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/** The same numbers for the same whole `seed`. */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
