// Durations on a logarithmic scale, because they span six orders of magnitude and it is ratios that matter.

import { formatDuration } from '@prodlens/protocol';
import { type ScaleLogarithmic, scaleLog } from 'd3-scale';

/** Steps of the axis: where a person expects them. */
const STEPS = [1, 2, 5];

/** `domain` in ns, widened where it is narrower than a factor of two. */
export function durationScale(
  [lowNs, highNs]: [number, number],
  range: [number, number],
): ScaleLogarithmic<number, number> {
  const low = Math.max(1, lowNs);
  const high = Math.max(highNs, low * 2);
  return scaleLog([low, high], range);
}

/** At most about `count` round durations within the scale. */
export function durationTicks(scale: ScaleLogarithmic<number, number>, count: number): number[] {
  const [low, high] = scale.domain() as [number, number];
  const all: number[] = [];
  for (let ns = 1; ns <= high; ns *= 10) for (const step of STEPS) all.push(ns * step);
  // From a minute on powers of ten are no round durations.
  const within = all.filter((ns) => ns >= low && ns <= high);
  if (within.length <= count) return within;
  const tens = within.filter((ns) => Number.isInteger(Math.log10(ns)) || String(ns).startsWith('1'));
  const stride = Math.ceil(tens.length / count);
  return tens.filter((_, i) => i % stride === 0);
}

/** "5 ms", "200 µs": a round duration without the digits that say nothing. */
export function tickText(ns: number): string {
  return formatDuration(ns).replace('.0 ', ' ');
}
