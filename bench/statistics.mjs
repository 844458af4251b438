// Numbers of repeated runs: the median says what was measured, the quartiles how far to trust it.

/** { value, low, high, runs }: median and quartiles of the values, null where there are none. */
export function summary(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    value: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    runs: sorted.length,
  };
}

/** NaN of nothing. */
export function median(values) {
  return summary(values)?.value ?? Number.NaN;
}

/** Of ascending values, q in [0, 1], linear between neighbours. NaN when there are none. */
export function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  return below === undefined ? Number.NaN : below + (above - below) * (at - Math.floor(at));
}
