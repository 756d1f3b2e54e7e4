/** A against B: the difference of log costs, with intervals and a p-value. Positive means that B costs more. */

import { hodgesLehmann, wilcoxonP } from "./rank";
import { around, expInterval, type Interval, lag1Autocorrelation, logs, mean, sd, variance } from "./sample";
import { quantile, twoSidedP } from "./student";

/** Below 5 invocations an interval means nothing; below 10 rounds there is no verdict (statistics reference, 2.1). */
export const INVOCATIONS_FOR_INTERVAL = 5;
export const ROUNDS_FOR_VERDICT = 10;
export const ALPHA = 0.05;
const AUTOCORRELATION_LIMIT = 0.3;
const AUTOCORRELATION_ERRORS = 2;
const ROUNDS_FOR_WILCOXON = 6;

export type Method = "paired" | "unpaired" | "exact";

export interface Comparison {
  method: Method;
  /** Rounds; unpaired and exact: invocations of the side that has fewer. */
  n: number;
  diffLog: number;
  sdLog: number;
  seLog: number;
  /** `null` where there is no spread to estimate. */
  dof: number | null;
  ci90: Interval | null;
  ci95: Interval | null;
  p: number;
  warnings: string[];
}

export interface UnitsDifference {
  n: number;
  diff: number;
  ci95: Interval | null;
  p: number;
}

interface Inference {
  ci90: Interval;
  ci95: Interval;
  p: number;
}

function infer(centre: number, se: number, dof: number): Inference {
  if (se === 0) {
    const point = around(centre, 0);
    return { ci90: point, ci95: point, p: centre === 0 ? 1 : 0 };
  }
  return {
    ci90: around(centre, quantile(0.95, dof) * se),
    ci95: around(centre, quantile(0.975, dof) * se),
    p: twoSidedP(centre / se, dof),
  };
}

function compared(
  method: Method,
  n: number,
  diffLog: number,
  spread: { sdLog: number; seLog: number; dof: number },
): Comparison {
  const { ci90, ci95, p } = infer(diffLog, spread.seLog, spread.dof);
  const printed = n >= INVOCATIONS_FOR_INTERVAL;
  const noun = method === "unpaired" ? "processes a side" : "rounds";
  return {
    method,
    n,
    diffLog,
    sdLog: spread.sdLog,
    seLog: spread.seLog,
    dof: spread.seLog > 0 ? spread.dof : null,
    ci90: printed ? ci90 : null,
    ci95: printed ? ci95 : null,
    p,
    warnings: n < ROUNDS_FOR_VERDICT ? [`only ${n} ${noun}: no verdict`] : [],
  };
}

/** ln B − ln A of each round; `null` unless both sides have as many costs, all positive. */
export function logDifferences(a: readonly number[], b: readonly number[]): number[] | null {
  const logA = logs(a);
  const logB = logs(b);
  if (logA === null || logB === null || logA.length !== logB.length) return null;
  return logB.map((value, i) => value - logA[i]);
}

/** Student's t on the differences within rounds: `a[i]` and `b[i]` are one round. */
export function paired(a: readonly number[], b: readonly number[]): Comparison | null {
  const differences = logDifferences(a, b);
  if (differences === null) return null;
  const sdLog = sd(differences);
  if (sdLog === null) return null;
  const n = differences.length;
  const spread = { sdLog, seLog: sdLog / Math.sqrt(n), dof: n - 1 };
  const comparison = compared("paired", n, mean(differences) as number, spread);
  comparison.warnings.push(...tailWarning(comparison, differences), ...autocorrelationWarning(differences));
  return comparison;
}

/** Welch's t on the log costs of sides without rounds. */
export function unpaired(a: readonly number[], b: readonly number[]): Comparison | null {
  const logA = logs(a);
  const logB = logs(b);
  if (logA === null || logB === null || logA.length < 2 || logB.length < 2) return null;
  const varianceA = variance(logA) as number;
  const varianceB = variance(logB) as number;
  const errorA = varianceA / logA.length;
  const errorB = varianceB / logB.length;
  const error = errorA + errorB;
  const dof = error ** 2 / (errorA ** 2 / (logA.length - 1) + errorB ** 2 / (logB.length - 1));
  const diffLog = (mean(logB) as number) - (mean(logA) as number);
  const spread = { sdLog: Math.sqrt(varianceA + varianceB), seLog: Math.sqrt(error), dof };
  const comparison = compared("unpaired", Math.min(logA.length, logB.length), diffLog, spread);
  comparison.warnings.push("unpaired: measured without rounds, drift of the machine is not cancelled");
  return comparison;
}

/** Exact metrics: every sample of a side is the same number. `null` where they are not, or where there is no ratio. */
export function exact(a: readonly number[], b: readonly number[]): Comparison | null {
  const valueA = onlyValue(a);
  const valueB = onlyValue(b);
  if (valueA === null || valueB === null) return null;
  if (valueA !== valueB && !(valueA > 0 && valueB > 0)) return null;
  const diffLog = valueA === valueB ? 0 : Math.log(valueB) - Math.log(valueA);
  const point = around(diffLog, 0);
  return {
    method: "exact",
    n: Math.min(a.length, b.length),
    diffLog,
    sdLog: 0,
    seLog: 0,
    dof: null,
    ci90: point,
    ci95: point,
    p: diffLog === 0 ? 1 : 0,
    warnings: [],
  };
}

function onlyValue(samples: readonly number[]): number | null {
  if (samples.length === 0 || !samples.every((sample) => sample === samples[0])) return null;
  return Number.isFinite(samples[0]) ? samples[0] : null;
}

/** Metrics that reach zero have no logarithm: B − A in units, from rounds, without a ratio or a verdict. */
export function differenceInUnits(a: readonly number[], b: readonly number[]): UnitsDifference | null {
  if (a.length !== b.length) return null;
  const differences = b.map((value, i) => value - a[i]);
  const spread = sd(differences);
  if (spread === null || !differences.every(Number.isFinite)) return null;
  const n = differences.length;
  const diff = mean(differences) as number;
  const { ci95, p } = infer(diff, spread / Math.sqrt(n), n - 1);
  return { n, diff, ci95: n >= INVOCATIONS_FOR_INTERVAL ? ci95 : null, p };
}

export function ratio(comparison: Comparison): number {
  return Math.exp(comparison.diffLog);
}

export function ratioCi95(comparison: Comparison): Interval | null {
  return comparison.ci95 === null ? null : expInterval(comparison.ci95);
}

/** The end of the 95 % interval nearer to zero: the difference is "at least" this. `null` if the interval holds zero. */
export function atLeastLog(comparison: Comparison): number | null {
  const ci = comparison.ci95;
  if (ci === null || (ci.lo <= 0 && 0 <= ci.hi)) return null;
  return ci.lo > 0 ? ci.lo : ci.hi;
}

function tailWarning(comparison: Comparison, differences: readonly number[]): string[] {
  if (differences.length < ROUNDS_FOR_WILCOXON) return [];
  const p = wilcoxonP(differences);
  if (p === null || p <= ALPHA === comparison.p <= ALPHA) return [];
  const typical = 100 * Math.expm1(hodgesLehmann(differences) as number);
  const sign = typical < 0 ? "−" : "+";
  return [
    `driven by the tail: the signed-rank test says p = ${p.toFixed(3)}, typical difference ${sign}${Math.abs(typical).toFixed(2)} %`,
  ];
}

function autocorrelationWarning(differences: readonly number[]): string[] {
  const lag1 = lag1Autocorrelation(differences);
  const limit = Math.max(AUTOCORRELATION_LIMIT, AUTOCORRELATION_ERRORS / Math.sqrt(differences.length));
  if (lag1 === null || Math.abs(lag1) <= limit) return [];
  const shown = `${lag1 < 0 ? "−" : "+"}${Math.abs(lag1).toFixed(2)}`;
  return [`neighbouring rounds are correlated (${shown}): the interval may be off`];
}
