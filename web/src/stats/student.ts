/** Student's t distribution: two-sided tail and quantile. The same methods as the crate `kymo-stats`. */

/** Above this many degrees of freedom expansions are exact enough, and the continued fraction loses digits. */
const EXPANSION_ABOVE_DOF = 1000;
const NEWTON_STEPS_MAX = 200;
const FRACTION_STEPS_MAX = 500;
const TINY = 1e-300;

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0, by Lanczos' approximation (g = 7, nine terms): about 15 digits. */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised incomplete beta function by Lentz' continued fraction. */
export function betaRegularised(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRegularised(b, a, 1 - x);
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= FRACTION_STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * fraction;
}

function guarded(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** erfc(x) for x ≥ 0: a series near zero, a continued fraction of the incomplete gamma function farther out. */
function erfc(x: number): number {
  const square = x * x;
  if (square < 1.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -square / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let b = square + 0.5;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i <= FRACTION_STEPS_MAX; i++) {
    const an = -i * (i - 0.5);
    b += 2;
    d = 1 / guarded(an * d + b);
    c = guarded(b + an / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return (fraction * x * Math.exp(-square)) / Math.sqrt(Math.PI);
}

/** P(|Z| > |z|) for a standard normal Z. */
export function normalTwoSidedP(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** Quantile of the standard normal distribution for 0.5 ≤ p < 1, by Newton's method on the tail. */
function normalQuantile(p: number): number {
  const target = 2 * (1 - p);
  let z = Math.sqrt(-2 * Math.log(1 - p)) - 0.5;
  z = Math.max(z, 0);
  for (let i = 0; i < NEWTON_STEPS_MAX; i++) {
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const next = Math.max(z + (normalTwoSidedP(z) - target) / (2 * density), 0);
    if (Math.abs(next - z) <= 1e-14 * Math.max(next, TINY)) return next;
    z = next;
  }
  return z;
}

/** P(|T| > |t|) for Student's t with `dof` degrees of freedom. */
export function twoSidedP(t: number, dof: number): number {
  return Number.isFinite(t) ? tail(Math.abs(t), dof) : 0;
}

function tail(t: number, dof: number): number {
  if (dof > EXPANSION_ABOVE_DOF) {
    // A normal deviate of the same tail (Hill, CACM algorithm 395, 1970, first terms).
    const a = dof - 0.5;
    const y = a * Math.log1p((t * t) / dof);
    return normalTwoSidedP(Math.sqrt(y) * (1 + (y + 3) / (48 * a * a)));
  }
  return betaRegularised(dof / 2, 0.5, dof / (dof + t * t));
}

const remembered = new Map<string, number>();

/** The t with P(T ≤ t) = `probability` at `dof` degrees of freedom, which need not be whole. */
export function quantile(probability: number, dof: number): number {
  if (probability < 0.5) return -quantile(1 - probability, dof);
  const key = `${probability} ${dof}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const start = expansion(normalQuantile(probability), dof);
  const found = dof > EXPANSION_ABOVE_DOF ? start : newton(2 * (1 - probability), start, dof);
  // A report asks for the same few thousands of times.
  if (remembered.size < 4096) remembered.set(key, found);
  return found;
}

/** First terms of the t quantile in powers of 1/ν about the normal one (Abramowitz & Stegun 26.7.5). */
function expansion(z: number, dof: number): number {
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + first / dof + second / (dof * dof);
}

function newton(target: number, start: number, dof: number): number {
  const logScale = lnGamma((dof + 1) / 2) - lnGamma(dof / 2) - 0.5 * Math.log(dof * Math.PI);
  let t = Math.max(start, 0);
  for (let i = 0; i < NEWTON_STEPS_MAX; i++) {
    const density = Math.exp(logScale - ((dof + 1) / 2) * Math.log1p((t * t) / dof));
    const next = Math.max(t + (tail(t, dof) - target) / (2 * density), 0);
    if (Math.abs(next - t) <= 1e-14 * Math.max(next, TINY)) return next;
    t = next;
  }
  return t;
}
