/** Wilcoxon's signed-rank test and the Hodges-Lehmann estimate: a second opinion, which never decides a verdict. */

import { median } from "./sample";
import { normalTwoSidedP } from "./student";

/** Up to this many differences the distribution is computed exactly. */
const EXACT_UP_TO = 25;

/** Two-sided p; zeros are dropped, ties get midranks. `null` if nothing is left. */
export function wilcoxonP(differences: readonly number[]): number | null {
  const kept = differences.filter((d) => d !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  if (kept.length === 0) return null;
  const ranks = doubledMidranks(kept);
  let positive = 0;
  kept.forEach((d, i) => {
    if (d > 0) positive += ranks[i];
  });
  return kept.length <= EXACT_UP_TO ? exactP(ranks, positive) : approximateP(ranks, positive);
}

/** Median of (dᵢ + dⱼ)/2 over i ≤ j. */
export function hodgesLehmann(differences: readonly number[]): number | null {
  const averages: number[] = [];
  for (let i = 0; i < differences.length; i++) {
    for (let j = i; j < differences.length; j++) averages.push((differences[i] + differences[j]) / 2);
  }
  return median(averages);
}

/** Twice the midranks: whole numbers even where ties share a rank. */
function doubledMidranks(sorted: readonly number[]): number[] {
  const ranks: number[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && Math.abs(sorted[end]) === Math.abs(sorted[start])) end++;
    for (let i = start; i < end; i++) ranks.push(start + 1 + end);
    start = end;
  }
  return ranks;
}

function exactP(ranks: readonly number[], positive: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let sum = reach; sum >= 0; sum--) {
      probability[sum] = 0.5 * (probability[sum] + (sum >= rank ? probability[sum - rank] : 0));
    }
  }
  let below = 0;
  let above = 0;
  for (let i = 0; i <= positive; i++) below += probability[i];
  for (let i = positive; i <= total; i++) above += probability[i];
  return Math.min(2 * Math.min(below, above), 1);
}

function approximateP(ranks: readonly number[], positive: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const squares = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4;
  // Ranks are doubled, so half a rank is 1.
  const distance = Math.max(Math.abs(positive - total / 2) - 1, 0);
  return normalTwoSidedP(distance / Math.sqrt(squares));
}
