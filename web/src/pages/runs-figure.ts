/** How long runs took, over time; a shape and a colour for each machine. */

import type { Run } from "../data/types";
import { overTimeFigure } from "../plot/over-time";
import { lineStyle, type Palette } from "../plot/palette";
import type { Figure } from "../plot/shapes";

/** Dots that are drawn: the figure is made anew with each letter of the filter. */
const RUNS_DRAWN = 1000;

/** The newest of those that say how long they took. */
export function timedRuns(newestFirst: readonly Run[]): Run[] {
  return newestFirst.filter((run) => (run.duration_s ?? 0) > 0).slice(0, RUNS_DRAWN);
}

/** Of runs that say how long they took; at least one. */
export function runsFigure(timed: readonly Run[], palette: Palette, width: number): Figure {
  const machines = [...new Set(timed.map((run) => run.machine))].sort();
  const plot = {
    title: "How long runs took",
    unit: "s",
    isLog: true,
    kinds: machines.map((name, i) => {
      const { colour, form } = lineStyle(palette, i);
      return { name, form, colour };
    }),
    dots: timed.map((run) => ({
      unixS: run.created_unix_s,
      value: run.duration_s as number,
      kind: machines.indexOf(run.machine),
    })),
  };
  return overTimeFigure(plot, palette, width);
}
