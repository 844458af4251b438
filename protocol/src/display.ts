// Numbers as a person reads them in a lens, a hover, a message or on the web page: two to three significant digits, a
// decimal point, the unit after a space. The same everywhere and in every locale, so that two readings can be compared.

const DURATION_UNITS = [
  { unit: 'ns', ns: 1, below: 1e3 },
  { unit: 'µs', ns: 1e3, below: 1e3 },
  { unit: 'ms', ns: 1e6, below: 1e3 },
  { unit: 's', ns: 1e9, below: 60 },
  { unit: 'min', ns: 60e9, below: Number.POSITIVE_INFINITY },
] as const;

/** "4.2 µs", "42 ms", "1.5 s", "120 min" for a duration in ns. */
export function formatDuration(durationNs: number): string {
  if (!(durationNs > 0)) return '0 ns';
  for (const { unit, ns, below } of DURATION_UNITS) {
    const value = durationNs / ns;
    if (Math.round(value) < below) return `${twoOrThreeDigits(value)} ${unit}`;
  }
  return '0 ns';
}

/** "0.3/min", "42/min", "1.2k/min", "3.4M/min" for calls a minute. */
export function formatRate(perMinute: number): string {
  if (perMinute > 0 && perMinute < 0.005) return '< 0.01/min';
  if (perMinute < 0.095) return `${perMinute === 0 ? '0' : perMinute.toFixed(2)}/min`;
  if (perMinute < 999.5) return `${twoOrThreeDigits(perMinute)}/min`;
  if (perMinute < 999_500) return `${twoOrThreeDigits(perMinute / 1e3)}k/min`;
  return `${twoOrThreeDigits(perMinute / 1e6)}M/min`;
}

/** "0.3 %", "4.0 %", "38 %" for a ratio where 1 is all. Says neither "0" of something nor "100" of less than all. */
export function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.005) return '< 0.01 %';
  if (percent < 0.095) return `${percent.toFixed(2)} %`;
  if (percent > 99 && percent < 100) return `${Math.min(99.9, percent).toFixed(1)} %`;
  return `${twoOrThreeDigits(percent)} %`;
}

/** "38 % slower", and from ten times on "25× slower", for (after - before) / before. */
export function formatSlowdown(slowdown: number): string {
  return slowdown < 9 ? `${formatPercent(slowdown)} slower` : `${formatCount(Math.round(slowdown + 1))}× slower`;
}

/** "1,234" */
export function formatCount(count: number): string {
  // A tenth of what toLocaleString takes, of which a large file needs thousands.
  return Number.isInteger(count) ? String(count).replace(/\B(?=(?:\d{3})+$)/g, ',') : count.toLocaleString('en-US');
}

/** One decimal below 10, whole above, grouped where no larger unit follows. */
function twoOrThreeDigits(value: number): string {
  return value < 9.95 ? value.toFixed(1) : formatCount(Math.round(value));
}
