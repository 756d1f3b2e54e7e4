/** The epochs of machines as bars over time: a bar for each stretch in which the fingerprint stayed the same. */

import type { Machine } from "../data/types";
import { axisShapes } from "../plot/axes";
import { padded, timeTicks } from "../plot/over-time";
import type { Palette } from "../plot/palette";
import { type Scaling, toX } from "../plot/scene";
import { type Figure, rectangle, type Shape } from "../plot/shapes";
import { counted } from "../text/units";

const ROW = 44;
const BAR = 16;
const TOP = 34;

/** Bars are at least so wide, in pixels: an epoch of one run has no length. */
const BAR_MIN = 5;

/** Those of which at least one epoch is known. */
export function machinesWithEpochs(machines: readonly Machine[]): Machine[] {
  return machines.filter((machine) => machine.epochs.length > 0);
}

/** Of machines with epochs; at least one. */
export function epochsFigure(rows: readonly Machine[], palette: Palette, width: number): Figure {
  const ends = rows.flatMap((machine) => machine.epochs.flatMap((epoch) => [epoch.first_unix_s, epoch.last_unix_s]));
  const [x0, x1] = padded(ends, 1800);
  const scaling: Scaling = {
    x0,
    x1,
    y0: 0,
    y1: 1,
    isLog: false,
    left: 8,
    top: TOP,
    width: width - 28,
    height: rows.length * ROW,
  };
  const title = rows.length === 1 ? `Epochs of ${rows[0].name}` : "Epochs of the machines";
  const shapes: Shape[] = [
    { kind: "text", x: 0, y: 18, text: title, size: 14, anchor: "start", fill: palette.ink, bold: true },
    ...axisShapes(scaling, timeTicks(x0, x1, scaling.width), { at: [], labels: [] }, palette),
    ...rows.flatMap((machine, i) => rowShapes(machine, TOP + i * ROW, scaling, palette)),
  ];
  const height = TOP + scaling.height + 34;
  return { title, width, height, background: palette.background, shapes };
}

function rowShapes(machine: Machine, top: number, scaling: Scaling, palette: Palette): Shape[] {
  const text = `${machine.name}: ${counted(machine.epochs.length, "epoch")}, ${counted(machine.runs, "run")}`;
  const epochs = [...machine.epochs].sort((a, b) => a.first_unix_s - b.first_unix_s);
  return [
    { kind: "text", x: scaling.left, y: top + 14, text, size: 12, anchor: "start", fill: palette.muted },
    // Neighbours differ in shade: where one ends and the next begins is what matters.
    ...epochs.map((epoch, i) => {
      const left = toX(scaling, epoch.first_unix_s);
      const length = Math.max(toX(scaling, epoch.last_unix_s) - left, BAR_MIN);
      return rectangle(left, top + 20, length, BAR, palette.lines[0], i % 2 === 0 ? 0.85 : 0.45);
    }),
  ];
}
