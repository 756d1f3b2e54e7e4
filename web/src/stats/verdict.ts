/** The verdict: what a comparison amounts to, given a margin and the q of its family. */

import { ALPHA, type Comparison, ROUNDS_FOR_VERDICT } from "./compare";
import { quantile } from "./student";

/** Least margin, relative: code layout alone moves programs by about 1 % (Curtsinger & Berger, ASPLOS 2013). */
export const LEAST_DELTA = 0.01;

/** More rounds than this are out of reach. */
const ROUNDS_MAX = 1e9;

export type Verdict =
  | { kind: "same"; smallButReal: boolean }
  | { kind: "faster" }
  | { kind: "slower" }
  | { kind: "inconclusive"; roundsNeeded: number | null };

/** δ = max(1 %, the machine's floor), relative. */
export function marginOfFloor(floor: number | null): number {
  return floor !== null && Number.isFinite(floor) ? Math.max(floor, LEAST_DELTA) : LEAST_DELTA;
}

export function verdictOf(comparison: Comparison, q: number, delta: number): Verdict {
  const { ci90, ci95 } = comparison;
  const margin = Math.log1p(delta);
  const tooFew = comparison.method !== "exact" && comparison.n < ROUNDS_FOR_VERDICT;
  if (ci90 === null || ci95 === null || tooFew) return inconclusive(comparison, margin);
  if (-margin < ci90.lo && ci90.hi < margin) {
    return { kind: "same", smallButReal: !(ci95.lo <= 0 && 0 <= ci95.hi) };
  }
  if (q <= ALPHA && comparison.diffLog !== 0) return { kind: comparison.diffLog < 0 ? "faster" : "slower" };
  return inconclusive(comparison, margin);
}

function inconclusive(comparison: Comparison, margin: number): Verdict {
  const needed = roundsToSettle(comparison.sdLog, margin);
  const have = comparison.method === "exact" ? Number.POSITIVE_INFINITY : comparison.n;
  return { kind: "inconclusive", roundsNeeded: needed !== null && needed > have ? needed : null };
}

/** Smallest N ≥ 10 with N ≥ (2·t(.975, N − 1)·s/Δ)²: then the stopping rule holds. */
export function roundsToSettle(sdLog: number, marginLog: number): number | null {
  const ratio = sdLog / marginLog;
  if (!Number.isFinite(ratio) || ratio < 0) return null;
  const normal = (2 * quantile(0.975, ROUNDS_MAX) * ratio) ** 2;
  if (normal > ROUNDS_MAX) return null;
  let n = Math.max(Math.floor(normal), ROUNDS_FOR_VERDICT);
  while (n < (2 * quantile(0.975, n - 1) * ratio) ** 2) n++;
  return n;
}

/** q-values of Benjamini & Hochberg 1995, in the order of `p`. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((i, j) => p[i] - p[j]);
  const adjusted = new Array<number>(p.length).fill(1);
  let least = 1;
  for (let position = order.length - 1; position >= 0; position--) {
    least = Math.min(least, p[order[position]] * (p.length / (position + 1)));
    adjusted[order[position]] = least;
  }
  return adjusted;
}
