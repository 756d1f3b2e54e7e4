/** A spark line: a few values around a change, with the change marked. */

import type { JSX } from "preact";
import { useTheme } from "../ui/theme";
import { palette } from "./palette";
import { pathData } from "./svg";

interface SparkProps {
  values: readonly (number | null)[];
  /** Place of the change. */
  at: number | null;
  worse: boolean | null;
  label: string;
  width?: number;
  height?: number;
}

export function Spark({ values, at, worse, label, width = 120, height = 30 }: SparkProps): JSX.Element {
  const colours = palette(useTheme().isDark);
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return <span class="spark" />;
  const min = Math.min(...known);
  const max = Math.max(...known);
  const x = (i: number) => 3 + (i / Math.max(values.length - 1, 1)) * (width - 6);
  const y = (value: number) => (max > min ? 4 + (1 - (value - min) / (max - min)) * (height - 8) : height / 2);
  const points = (from: number, to: number) => {
    const path: number[] = [];
    for (let i = from; i < to; i++) {
      const value = values[i];
      path.push(value === null ? Number.NaN : x(i), value === null ? Number.NaN : y(value));
    }
    return path;
  };
  const change = at === null ? values.length : Math.min(Math.max(at, 0), values.length);
  const colour = worse === null ? colours.muted : worse ? colours.worse : colours.better;
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={pathData(points(0, change))} fill="none" stroke={colours.muted} stroke-width={1.5} />
      <path d={pathData(points(change, values.length))} fill="none" stroke={colour} stroke-width={2} />
      {change < values.length && values[change] !== null ? (
        <circle cx={x(change)} cy={y(values[change] as number)} r={2.5} fill={colour} />
      ) : null}
    </svg>
  );
}
