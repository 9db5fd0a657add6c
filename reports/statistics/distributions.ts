// The two continuous distributions that the tests need, accurate to about twelve digits.

/** P(Z <= z) of the standard normal distribution. */
export function normalBelow(z: number): number {
  return z < 0 ? 0.5 * gammaUpper(0.5, (z * z) / 2) : 1 - 0.5 * gammaUpper(0.5, (z * z) / 2);
}

/** The z of which P(Z <= z) is `share`, for 0 < share < 1. */
export function normalQuantile(share: number): number {
  let [low, high] = [-40, 40];
  // Halving ends where doubles do; this is asked once per interval, not in a loop.
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(|T| >= |t|) of Student's t with `freedom` degrees of freedom: the two-sided p-value. */
export function studentBeyond(t: number, freedom: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  return Number.isFinite(t) ? betaShare(freedom / (freedom + t * t), freedom / 2, 0.5) : 0;
}

/** Q(a, x), the upper incomplete gamma function's share: a series for small x, a continued fraction for large. */
function gammaUpper(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 500 && Math.abs(term) > Math.abs(sum) * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  return front / continued(x + 1 - a, (n) => [-n * (n - a), x + 1 - a + 2 * n]);
}

/** I_x(a, b), the incomplete beta function's share. */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean only; above it the other tail is asked.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const fraction = continued(1, (n) => {
    const half = n >> 1;
    const over = n % 2 === 0 ? (half * (b - half) * x) / ((a + 2 * half - 1) * (a + 2 * half)) : -((a + half) * (a + b + half) * x) / ((a + 2 * half) * (a + 2 * half + 1));
    return [over, 1];
  });
  return front / fraction;
}

/** b0 + a1/(b1 + a2/(b2 + ...)) by Lentz's method. @param term gives [a, b] of the n-th step, from 1 */
function continued(first: number, term: (n: number) => readonly [over: number, plus: number]): number {
  const tiny = 1e-300;
  let value = first === 0 ? tiny : first;
  let c = value;
  let d = 0;
  for (let n = 1; n < 1_000; n++) {
    const [over, plus] = term(n);
    d = 1 / (plus + over * d || tiny);
    c = plus + over / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

// Stirling's series where it is exact to double precision, reached by the recurrence.
function logGamma(x: number): number {
  let [shifted, below] = [x, 0];
  for (; shifted < 15; shifted++) below += Math.log(shifted);
  const inverse = 1 / (shifted * shifted);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1_260 - inverse / 1_680))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - below;
}
