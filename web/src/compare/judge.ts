/** Cells of two sides into rows with verdicts, by the rules of `kymo compare`. */

import type { Catalog } from "../data/catalog";
import { metricInfo, natureOf } from "../data/metrics";
import type { Cell, Floor, Machine, MetricInfo, RunFile } from "../data/types";
import {
  type Comparison,
  differenceInUnits,
  exact,
  INVOCATIONS_FOR_INTERVAL,
  logDifferences,
  paired,
  type UnitsDifference,
  unpaired,
} from "../stats/compare";
import { expInterval, type Interval, logs, mean, sd } from "../stats/sample";
import { quantile } from "../stats/student";
import { type MeanRatio, summary } from "../stats/summary";
import { benjaminiHochberg, marginOfFloor, type Verdict, verdictOf } from "../stats/verdict";

export interface Side {
  run: RunFile;
  cells: Cell[];
  /** Index of the variant; `null` for all. */
  variant: number | null;
}

export interface Estimate {
  n: number;
  /** Geometric mean; arithmetic for metrics that reach zero. */
  centre: number;
  ci95: Interval | null;
}

export interface Row {
  benchmark: string;
  phase: string;
  metric: MetricInfo;
  variants: [string, string];
  cells: [Cell | null, Cell | null];
  estimates: [Estimate | null, Estimate | null];
  /** Of costs: where higher is better, a cost is one over the value. */
  comparison: Comparison | null;
  units: UnitsDifference | null;
  /** Log differences by round, where there are rounds. */
  rounds: number[];
  q: number | null;
  verdict: Verdict | null;
  delta: number;
  isSameCode: boolean;
  notes: string[];
}

/** Pairs of variants to compare: those named, or each with the first of the run, or those of the same name. */
export function variantPairs(a: Side, b: Side): [number, number][] {
  if (a.run.id === b.run.id && a.variant === null && b.variant === null) {
    return a.run.variants.slice(1).map((_, i) => [0, i + 1]);
  }
  if (a.variant !== null && b.variant !== null) return [[a.variant, b.variant]];
  if (a.variant !== null) return sameNamed(a.run, b.run, [a.variant]);
  if (b.variant !== null) return sameNamed(b.run, a.run, [b.variant]).map(([x, y]) => [y, x]);
  if (a.run.variants.length === 1 && b.run.variants.length === 1) return [[0, 0]];
  return sameNamed(a.run, b.run, [...a.run.variants.keys()]);
}

function sameNamed(a: RunFile, b: RunFile, of: number[]): [number, number][] {
  return of.map((i): [number, number] => [i, b.variants.indexOf(a.variants[i])]).filter(([, other]) => other >= 0);
}

export function judge(a: Side, b: Side, machines: readonly Machine[], catalog: Catalog | null): Row[] {
  const isPaired = a.run.id === b.run.id && a.run.paired;
  const floors = machines.find((machine) => machine.name === b.run.machine)?.floors ?? [];
  const key = (cell: Cell) => `${cell.variant} ${cell.phase} ${cell.metric} ${cell.benchmark}`;
  const cellsB = new Map(b.cells.map((cell) => [key(cell), cell]));
  const rows: Row[] = [];
  for (const [variantA, variantB] of variantPairs(a, b)) {
    for (const cellA of a.cells.filter((cell) => cell.variant === variantA)) {
      const cellB = cellsB.get(key({ ...cellA, variant: variantB }));
      if (cellB === undefined) continue;
      const info = metricInfo(cellA.metric, b.run.metrics ?? a.run.metrics, catalog);
      const names: [string, string] = [a.run.variants[variantA], b.run.variants[variantB]];
      const floor = floorOf(floors, b.run.fingerprint, names[1], cellB);
      rows.push(rowOf(cellA, cellB, names, info, isPaired, floor));
    }
  }
  giveVerdicts(rows);
  return rows;
}

/** The machine's floor for a cell, relative: that of the benchmark, or else of all. */
function floorOf(floors: readonly Floor[], fingerprint: string | null, variant: string, cell: Cell): number | null {
  const matching = floors.filter(
    (floor) =>
      (fingerprint === null || floor.fingerprint === fingerprint) &&
      (floor.variant === null || floor.variant === variant) &&
      floor.phase === cell.phase &&
      floor.metric === cell.metric,
  );
  const found =
    matching.find((floor) => floor.benchmark === cell.benchmark) ?? matching.find((floor) => floor.benchmark === null);
  return found === undefined ? null : Math.expm1(found.floor);
}

function rowOf(
  a: Cell,
  b: Cell,
  variants: [string, string],
  metric: MetricInfo,
  isPaired: boolean,
  floor: number | null,
): Row {
  const nature = natureOf(metric.name);
  const row: Row = {
    benchmark: a.benchmark,
    phase: a.phase,
    metric,
    variants,
    cells: [a, b],
    estimates: [estimateOf(a, nature === "zero"), estimateOf(b, nature === "zero")],
    comparison: null,
    units: null,
    rounds: [],
    q: null,
    verdict: null,
    delta: marginOfFloor(floor),
    isSameCode: a.phase === "execute" && a.code !== null && a.code === b.code,
    notes: [],
  };
  if (a.outcome !== "measured" || b.outcome !== "measured") return row;
  if (nature === "exact") {
    row.comparison = exact(a.samples.flat(), b.samples.flat());
    if (row.comparison === null) row.notes.push("declared exact, but it varied: treated as noisy");
  }
  const [costsA, costsB] = isPaired ? commonRounds(a, b) : [a.costs, b.costs];
  if (nature === "zero") {
    row.units = isPaired ? differenceInUnits(costsA, costsB) : null;
  } else if (row.comparison === null) {
    const cost = metric.direction === "higher" ? (value: number) => 1 / value : (value: number) => value;
    const [x, y] = [costsA.map(cost), costsB.map(cost)];
    row.comparison = isPaired ? paired(x, y) : unpaired(x, y);
    if (isPaired) row.rounds = logDifferences(x, y) ?? [];
    // Times without any spread were rounded, not measured exactly: there is nothing to judge by.
    if (!isPaired && row.comparison?.dof === null) row.comparison = null;
  }
  if (row.comparison !== null) row.notes.push(...row.comparison.warnings);
  return row;
}

/** Costs of the rounds that both sides have: an incomplete round is no pair. */
function commonRounds(a: Cell, b: Cell): [number[], number[]] {
  const ofB = new Map(b.rounds.map((round, i) => [round, b.costs[i]]));
  const pairs = a.rounds.map((round, i) => [a.costs[i], ofB.get(round)] as const);
  const complete = pairs.filter((pair): pair is readonly [number, number] => pair[1] !== undefined);
  return [complete.map((pair) => pair[0]), complete.map((pair) => pair[1])];
}

export function estimateOf(cell: Cell, reachesZero: boolean): Estimate | null {
  const n = cell.costs.length;
  if (cell.outcome !== "measured" || n === 0) return null;
  const values = reachesZero ? null : logs(cell.costs);
  if (values === null) return { n, centre: mean(cell.costs) as number, ci95: null };
  const centre = mean(values) as number;
  const spread = sd(values);
  if (spread === null || n < INVOCATIONS_FOR_INTERVAL) return { n, centre: Math.exp(centre), ci95: null };
  const half = (quantile(0.975, n - 1) * spread) / Math.sqrt(n);
  return { n, centre: Math.exp(centre), ci95: expInterval({ lo: centre - half, hi: centre + half }) };
}

/** q over two families: the wall times of the report, and everything else in it. */
function giveVerdicts(rows: Row[]): void {
  for (const isWallTime of [true, false]) {
    const family = rows.filter(
      (row) => (row.metric.name === "wall_time") === isWallTime && (row.comparison !== null || row.units !== null),
    );
    const q = benjaminiHochberg(family.map((row) => (row.comparison ?? row.units)?.p ?? 1));
    family.forEach((row, i) => {
      row.q = q[i];
      if (row.comparison !== null) row.verdict = verdictOf(row.comparison, q[i], row.delta);
    });
  }
}

/** The rows of one table: a phase and a metric, of one pair of variants. */
export interface Section {
  phase: string;
  metric: MetricInfo;
  variants: [string, string];
  rows: Row[];
  mean: MeanRatio | null;
}

export function sections(rows: readonly Row[]): Section[] {
  const found = new Map<string, Section>();
  for (const row of rows) {
    const key = JSON.stringify([row.phase, row.metric.name, row.variants]);
    const section = found.get(key) ?? {
      phase: row.phase,
      metric: row.metric,
      variants: row.variants,
      rows: [],
      mean: null,
    };
    section.rows.push(row);
    found.set(key, section);
  }
  for (const section of found.values()) {
    const judged = section.rows.filter((row) => row.comparison !== null);
    const rounds = judged.every((row) => row.rounds.length > 0) ? judged.map((row) => row.rounds) : [];
    section.mean = summary(
      judged.map((row) => row.comparison as Comparison),
      rounds,
    );
  }
  return [...found.values()];
}
