/** Mean and spread of a sample, written so that equal values have exactly no spread. `null`: cannot be had. */

export interface Interval {
  lo: number;
  hi: number;
}

export function around(centre: number, halfWidth: number): Interval {
  return { lo: centre - halfWidth, hi: centre + halfWidth };
}

export function expInterval(interval: Interval): Interval {
  return { lo: Math.exp(interval.lo), hi: Math.exp(interval.hi) };
}

/** Arithmetic mean, summed as deviations from the first value: the mean of equal values is that value to the last bit. */
export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const first = values[0];
  let deviations = 0;
  for (const value of values) deviations += value - first;
  return first + deviations / values.length;
}

/** Variance with divisor n − 1. */
export function variance(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values) as number;
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return squares / (values.length - 1);
}

export function sd(values: readonly number[]): number | null {
  const v = variance(values);
  return v === null ? null : Math.sqrt(v);
}

/** Quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996). */
export function sampleQuantile(values: readonly number[], probability: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const weight = position - below;
  return weight === 0 ? sorted[below] : sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

export function median(values: readonly number[]): number | null {
  return sampleQuantile(values, 0.5);
}

/** Logarithms of costs, or `null` if one has none. */
export function logs(costs: readonly number[]): number[] | null {
  return costs.every((cost) => Number.isFinite(cost) && cost > 0) ? costs.map(Math.log) : null;
}

/** Lag-1 autocorrelation about the mean. */
export function lag1Autocorrelation(series: readonly number[]): number | null {
  const centre = mean(series);
  if (centre === null || series.length < 2) return null;
  let squares = 0;
  let products = 0;
  for (let i = 0; i < series.length; i++) {
    squares += (series[i] - centre) ** 2;
    if (i > 0) products += (series[i - 1] - centre) * (series[i] - centre);
  }
  return squares > 0 ? products / squares : null;
}
