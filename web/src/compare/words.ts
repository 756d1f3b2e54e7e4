/** Verdicts in the words of the command line. */

import { atLeastLog, type Comparison } from "../stats/compare";
import { grouped, percent, ratioDecimals, ratioText, signedQuantity } from "../text/units";
import type { Row } from "./judge";

export type Tone = "better" | "worse" | "open" | "plain";

/** Words for costing less and costing more: bytes are not faster. */
function directions(unit: string, direction: string): [string, string] {
  if (direction === "higher") return ["higher", "lower"];
  if (unit === "s") return ["faster", "slower"];
  return unit === "B" ? ["less", "more"] : ["fewer", "more"];
}

export function toneOf(row: Row): Tone {
  switch (row.verdict?.kind) {
    case "faster":
      return "better";
    case "slower":
      return "worse";
    case "inconclusive":
      return "open";
    default:
      return "plain";
  }
}

export function verdictText(row: Row): string {
  const { comparison, verdict } = row;
  if (comparison === null || verdict === null) return "";
  if (comparison.method === "exact") return exactText(comparison);
  const [less, more] = directions(row.metric.unit, row.metric.direction);
  const text = (() => {
    switch (verdict.kind) {
      case "same":
        return verdict.smallButReal ? `same, small but real: ${percent(ratioShown(row) - 1)}` : "same";
      case "faster":
        return withLeast(less, comparison);
      case "slower":
        return withLeast(more, comparison);
      case "inconclusive": {
        if (verdict.roundsNeeded === null) return "inconclusive";
        const what = comparison.method === "unpaired" ? "processes a side" : "rounds";
        return `inconclusive, about ${grouped(about(verdict.roundsNeeded), 0)} ${what} needed`;
      }
    }
  })();
  return row.isSameCode ? `${text}; same code` : text;
}

/** The ratio of values: where higher is better, costs are one over them. */
export function ratioShown(row: Row): number {
  const log = row.comparison?.diffLog ?? 0;
  return Math.exp(row.metric.direction === "higher" ? -log : log);
}

export function intervalShown(row: Row): string {
  const ci = row.comparison?.ci95;
  if (row.comparison?.method === "exact" || !ci) return "";
  const [lo, hi] = row.metric.direction === "higher" ? [-ci.hi, -ci.lo] : [ci.lo, ci.hi];
  const decimals = ratioDecimals(ratioShown(row));
  return `${grouped(Math.exp(lo), decimals)}–${grouped(Math.exp(hi), decimals)}`;
}

export function unitsText(row: Row): string {
  if (row.units === null) return "";
  const { diff, ci95 } = row.units;
  const show = (value: number) => signedQuantity(value, row.metric.unit);
  return ci95 === null ? show(diff) : `${show(diff)} (${show(ci95.lo)} to ${show(ci95.hi)})`;
}

/** Thousands of rounds to two digits, upwards: an estimate from a spread knows no more. */
function about(rounds: number): number {
  if (rounds < 1000) return rounds;
  const digit = 10 ** (Math.floor(Math.log10(rounds)) - 1);
  return Math.ceil(rounds / digit) * digit;
}

function withLeast(word: string, comparison: Comparison): string {
  const log = atLeastLog(comparison);
  const least = log === null ? null : atLeast(log);
  return least === null ? word : `${word}, at least ${least}`;
}

/** The end of an interval as a bound, rounded towards zero: rounded away, it would claim more than was shown. */
export function atLeast(log: number): string | null {
  const rounding = 1e-9;
  const times = Math.exp(Math.abs(log));
  if (times >= 2) {
    const floored = (digit: number) => Math.floor(times / digit + rounding) * digit;
    return `${times < 100 ? grouped(floored(0.1), 1) : grouped(floored(1), 0)}×`;
  }
  const value = 100 * Math.abs(Math.expm1(log));
  const [factor, decimals] = value >= 0.1 ? [10, 1] : [100, 2];
  const floored = Math.floor(value * factor + rounding) / factor;
  return floored > 0 ? `${floored.toFixed(decimals)} %` : null;
}

function exactText(comparison: Comparison): string {
  if (comparison.diffLog === 0) return "equal";
  const word = comparison.diffLog > 0 ? "larger" : "smaller";
  const ratio = Math.exp(comparison.diffLog);
  if (ratio >= 2) return `${ratioText(ratio)}× as large`;
  const value = 100 * Math.abs(Math.expm1(comparison.diffLog));
  if (value < 0.01) return `${word} by less than 0.01 %`;
  return `${word} by ${value.toFixed(value < 0.1 ? 2 : 1)} %`;
}

/** How often each verdict was given: `3 faster, 1 slower, 8 same`. */
export function countsText(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const { unit, direction } = rows[0].metric;
  const isExact = rows.every((row) => row.comparison === null || row.comparison.method === "exact");
  const [less, more] = isExact ? ["smaller", "larger"] : directions(unit, direction);
  const counts = new Map([less, more, isExact ? "equal" : "same", "inconclusive"].map((word) => [word, 0]));
  const add = (word: string) => counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const { comparison, verdict } of rows) {
    if (comparison === null || verdict === null) continue;
    if (isExact) add(comparison.diffLog < 0 ? less : comparison.diffLog > 0 ? more : "equal");
    else if (verdict.kind === "faster") add(less);
    else if (verdict.kind === "slower") add(more);
    else add(verdict.kind);
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");
}
