// The statistics that the detectors are made of: tails of distributions, a robust centre and scale, and the choice of
// which of many p-values to believe. Plain numbers in and out.

/** Middle of the first `length` numbers, which are reordered. NaN when there are none. O(n). */
export function medianInPlace(values: Float64Array, length = values.length): number {
  if (length === 0) return Number.NaN;
  const middle = length >> 1;
  const upper = selectInPlace(values, length, middle);
  if (length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < middle; i++) lower = Math.max(lower, values[i]!);
  return (lower + upper) / 2;
}

/** The number that would stand at `rank` were the first `length` ascending. Hoare's selection. */
function selectInPlace(values: Float64Array, length: number, rank: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
}

/** Of a normal sample, an estimate of its standard deviation: 1.4826 times the median distance from the centre. */
export function robustScale(values: Float64Array, length: number, centre: number): number {
  for (let i = 0; i < length; i++) values[i] = Math.abs(values[i]! - centre);
  return 1.4826 * medianInPlace(values, length);
}

const LANCZOS = [
  76.1800917294715, -86.5053203294168, 24.0140982408309, -1.23173957245016, 0.1208650973866179e-2, -0.5395239384953e-5,
];

/** ln Γ(x) for x > 0; Lanczos, relative error below 1e-9. */
export function logGamma(x: number): number {
  const t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  let series = 1.000000000190015;
  for (const [i, c] of LANCZOS.entries()) series += c / (x + 1 + i);
  return -t + Math.log((Math.sqrt(2 * Math.PI) * series) / x);
}

/** P(T >= t) of Student's t with df degrees of freedom. */
export function studentTail(t: number, df: number): number {
  if (Number.isNaN(t)) return 1;
  const tail = 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5);
  return t >= 0 ? tail : 1 - tail;
}

/** Value above which a share `p` (below 1/2) of Student's t lies. Bisection, to 1e-6. */
export function studentQuantile(p: number, df: number): number {
  let [low, high] = [0, 1e3];
  for (let i = 0; i < 60 && high - low > 1e-6; i++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, df) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b). Continued fraction by Lentz. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    for (const step of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / nonZero(1 + step * d);
      c = nonZero(1 + step / c);
      fraction *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return fraction;

  function nonZero(value: number): number {
    return Math.abs(value) < tiny ? tiny : value;
  }
}

/**
 * P(X >= x) of X ~ BetaBinomial(n, a, b): how likely so many of n are when a - 1/2 of a + b - 1 were before. x and n need
 * not be whole. Sums the tail term by term, at most some thousand of them.
 */
export function betaBinomialTail(x: number, n: number, a: number, b: number): number {
  if (x <= 0) return 1;
  if (x > n) return 0;
  const logBeta = (p: number, q: number) => logGamma(p) + logGamma(q) - logGamma(p + q);
  let k = x;
  let term = Math.exp(
    logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + logBeta(k + a, n - k + b) - logBeta(a, b),
  );
  let tail = term;
  for (let i = 0; i < 5_000 && k + 1 <= n && term > tail * 1e-10; i++) {
    term *= ((n - k) * (k + a)) / ((k + 1) * (n - k - 1 + b));
    tail += term;
    k++;
  }
  return Math.min(1, tail);
}

/**
 * The largest p-value to believe so that of those believed at most a share q is expected to be wrong; 0 where none is
 * to be. `tests` counts all that were made, also those whose p-value is left out because it is near 1.
 * Benjamini and Hochberg 1995.
 */
export function believableP(pValues: number[], tests: number, q: number): number {
  const ascending = [...pValues].sort((a, b) => a - b);
  for (let rank = ascending.length; rank >= 1; rank--) {
    const p = ascending[rank - 1]!;
    if (p <= (q * rank) / tests) return p;
  }
  return 0;
}
