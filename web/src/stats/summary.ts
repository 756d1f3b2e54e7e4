/** One number for a fixed suite: the geometric mean of the ratios, with an interval. */

import { type Comparison, INVOCATIONS_FOR_INTERVAL } from "./compare";
import { around, type Interval, mean, sd } from "./sample";
import { quantile } from "./student";

export interface MeanRatio {
  method: "satterthwaite" | "common_rounds";
  meanLog: number;
  seLog: number;
  /** `null` where there is no spread. */
  dof: number | null;
  ci95: Interval;
}

type Member = Pick<Comparison, "diffLog" | "seLog" | "dof">;

/** From the benchmarks' own variances, as if their errors were independent (Satterthwaite 1946). */
export function satterthwaite(members: readonly Member[]): MeanRatio | null {
  const meanLog = mean(members.map((member) => member.diffLog));
  if (meanLog === null) return null;
  const shares = members.map((member) => (member.seLog / members.length) ** 2);
  const variance = shares.reduce((sum, share) => sum + share, 0);
  let spread = 0;
  shares.forEach((share, i) => {
    const dof = members[i].dof;
    if (dof !== null) spread += share ** 2 / dof;
  });
  return meanRatio("satterthwaite", meanLog, Math.sqrt(variance), variance ** 2 / spread);
}

/** From the means of the rounds that all benchmarks share: right also where their errors go together. */
export function commonRounds(rounds: readonly (readonly number[])[]): MeanRatio | null {
  const common = Math.min(...rounds.map((differences) => differences.length));
  if (rounds.length === 0 || common < INVOCATIONS_FOR_INTERVAL) return null;
  const means: number[] = [];
  for (let i = 0; i < common; i++) means.push(mean(rounds.map((differences) => differences[i])) as number);
  return meanRatio("common_rounds", mean(means) as number, (sd(means) as number) / Math.sqrt(common), common - 1);
}

/** The one to print: the wider of the two, which names its method. `null` for fewer than two benchmarks. */
export function summary(members: readonly Member[], rounds: readonly (readonly number[])[]): MeanRatio | null {
  if (members.length < 2) return null;
  const own = satterthwaite(members);
  const common = rounds.length === members.length ? commonRounds(rounds) : null;
  if (own === null || common === null) return own;
  return width(common.ci95) > width(own.ci95) ? common : own;
}

function width(interval: Interval): number {
  return interval.hi - interval.lo;
}

function meanRatio(method: MeanRatio["method"], meanLog: number, seLog: number, dof: number): MeanRatio {
  if (seLog === 0) return { method, meanLog, seLog, dof: null, ci95: around(meanLog, 0) };
  return { method, meanLog, seLog, dof, ci95: around(meanLog, quantile(0.975, dof) * seLog) };
}
