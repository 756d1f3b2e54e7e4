/** The changes that incidents report, over time. */

import type { Incident } from "../data/types";
import { overTimeFigure } from "../plot/over-time";
import type { Palette } from "../plot/palette";
import type { Figure } from "../plot/shapes";

const WORSE = 0;
const BETTER = 1;
const NEITHER = 2;

export function changesFigure(incidents: readonly Incident[], palette: Palette, width: number): Figure {
  const plot = {
    title: "Changes over time",
    unit: "%",
    isLog: false,
    kinds: [
      { name: "worse", form: "triangle" as const, colour: palette.worse },
      { name: "better", form: "down" as const, colour: palette.better },
      { name: "neither", form: "diamond" as const, colour: palette.muted },
    ],
    dots: incidents.map((one) => ({
      unixS: one.opened_unix_s,
      value: one.size * 100,
      kind: one.worse === null ? NEITHER : one.worse ? WORSE : BETTER,
    })),
  };
  return overTimeFigure(plot, palette, width);
}
