/** The catalogue: which series there are, and where their points lie. */

import type { CatalogFile, MetricInfo } from "./types";

/** The dimensions of a series, in the order in which its name is written. */
export const DIMENSIONS = ["project", "machine", "benchmark", "variant", "phase", "metric"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const VALUES = {
  project: "projects",
  machine: "machines",
  benchmark: "benchmarks",
  variant: "variants",
  phase: "phases",
} as const;

export class Catalog {
  readonly size: number;
  private readonly groups: { first: number; count: number; tail: string | null; number: number }[];
  private readonly canaries: Set<number>;
  private texts: string[] | null = null;
  private keys: Map<string, number> | null = null;

  constructor(readonly file: CatalogFile) {
    this.size = file.project.length;
    this.groups = file.groups.map((group, number) => ({ ...group, number })).sort((a, b) => a.first - b.first);
    this.canaries = new Set(file.canary);
  }

  /** The values of a dimension, by index. */
  values(dimension: Dimension): string[] {
    return dimension === "metric" ? this.file.metrics.map((metric) => metric.name) : this.file[VALUES[dimension]];
  }

  name(dimension: Dimension, series: number): string {
    const at = this.file[dimension][series];
    return dimension === "metric" ? this.file.metrics[at].name : this.file[VALUES[dimension]][at];
  }

  metric(series: number): MetricInfo {
    return this.file.metrics[this.file.metric[series]];
  }

  unit(series: number): string {
    return this.metric(series).unit;
  }

  isCanary(series: number): boolean {
    return this.canaries.has(series);
  }

  /** The name that people read in lists: what is measured first, where last. */
  label(series: number): string {
    const part = (dimension: Dimension) => this.name(dimension, series);
    return `${part("benchmark")} · ${part("variant")} · ${part("phase")} · ${part("metric")} · ${part("machine")}`;
  }

  /** All names in lower case, for the filter. */
  text(series: number): string {
    this.texts ??= new Array<string>(this.size);
    const known = this.texts[series];
    if (known !== undefined) return known;
    const text = DIMENSIONS.map((dimension) => this.name(dimension, series))
      .join(" ")
      .toLowerCase();
    this.texts[series] = text;
    return text;
  }

  /** The series' key: its names, which outlive its number where a site is built anew. */
  key(series: number): string {
    return JSON.stringify(DIMENSIONS.map((dimension) => this.name(dimension, series)));
  }

  /** The series with these names, in the order of `DIMENSIONS`. */
  find(names: readonly string[]): number | null {
    if (this.keys === null) {
      this.keys = new Map();
      for (let series = 0; series < this.size; series++) this.keys.set(this.key(series), series);
    }
    return this.keys.get(JSON.stringify(names)) ?? null;
  }

  names(series: number): string[] {
    return DIMENSIONS.map((dimension) => this.name(dimension, series));
  }

  /** The group that holds a series, and the series' place in it. */
  place(series: number): { group: number; index: number; tail: string | null } | null {
    let low = 0;
    let high = this.groups.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.groups[middle].first <= series) low = middle + 1;
      else high = middle;
    }
    const group = this.groups[low - 1];
    if (group === undefined || series >= group.first + group.count) return null;
    return { group: group.number, index: series - group.first, tail: group.tail };
  }
}
