/** What is known of a metric: its unit and direction from the data, its nature by name. */

import type { Catalog } from "./catalog";
import type { MetricInfo } from "./types";

/** Noisy: compared as logarithms. Exact: equal in every invocation. Reaching zero: compared in units. */
export type Nature = "noisy" | "exact" | "zero";

/** The lab's metrics that are not noisy; the others are, and so is one that is not known here. */
const NATURES: Record<string, Nature> = {
  code_size: "exact",
  module_size: "exact",
  fuel: "exact",
  instructions_simulated: "exact",
  page_faults: "zero",
  context_switches: "zero",
};

export function natureOf(metric: string): Nature {
  return NATURES[metric] ?? "noisy";
}

/** As the run's own list has it, or the catalogue's; a metric that neither knows is a plain number, less is better. */
export function metricInfo(
  name: string,
  listed: readonly MetricInfo[] | undefined,
  catalog: Catalog | null,
): MetricInfo {
  const found = (of: readonly MetricInfo[] | undefined) => of?.find((metric) => metric.name === name);
  return found(listed) ?? found(catalog?.file.metrics) ?? { name, unit: "1", direction: "lower" };
}
