/** Dots over time: when things happened, and how large they were. */

import { dateTime } from "../text/time";
import { axisShapes, type Ticks, xTicks, yAxisWidth, yTicks } from "./axes";
import type { Palette } from "./palette";
import { type Scaling, toX, toY } from "./scene";
import { type Figure, type Form, type Shape, segment } from "./shapes";

const HEIGHT = 150;
const TOP = 56;

/** Room below the axis for its labels. */
const BELOW = 34;

/** A sort of dots, told by shape and colour. */
export interface DotKind {
  name: string;
  form: Form;
  colour: string;
}

export interface Dot {
  unixS: number;
  value: number;
  /** Which of the kinds. */
  kind: number;
}

export interface OverTime {
  title: string;
  /** Unit of the values; `%` for changes about zero. */
  unit: string;
  isLog: boolean;
  kinds: DotKind[];
  dots: Dot[];
}

/** From the least to the greatest, with room at both ends; about one value there is a range, too. */
export function padded(values: readonly number[], least: number): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const room = Math.max((high - low) * 0.04, least);
  return [low - room, high + room];
}

/** Days where there are at least two of them, both ends with the time of day otherwise. */
export function timeTicks(x0: number, x1: number, width: number): Ticks {
  const days = xTicks("date", x0, x1, width);
  if (days.at.length >= 2) return days;
  const inner = (x1 - x0) * 0.1;
  const at = [x0 + inner, x1 - inner];
  return { at, labels: at.map(dateTime) };
}

export function overTimeFigure(plot: OverTime, palette: Palette, width: number): Figure {
  const { dots, kinds } = plot;
  const [x0, x1] = padded(
    dots.map((dot) => dot.unixS),
    1800,
  );
  const [y0, y1] = valueRange(plot);
  const y = yTicks(plot.unit, y0, y1, plot.isLog, HEIGHT);
  const left = yAxisWidth(y.labels) + 8;
  const scaling: Scaling = {
    x0,
    x1,
    y0,
    y1,
    isLog: plot.isLog,
    left,
    top: TOP,
    width: width - left - 20,
    height: HEIGHT,
  };
  const shapes: Shape[] = [
    { kind: "text", x: 0, y: 18, text: plot.title, size: 14, anchor: "start", fill: palette.ink, bold: true },
    ...kindsShapes(
      kinds.filter((_, kind) => dots.some((dot) => dot.kind === kind)),
      width,
      palette,
    ),
    ...axisShapes(scaling, timeTicks(x0, x1, scaling.width), y, palette),
  ];
  if (!plot.isLog && y0 < 0) {
    shapes.push(segment(left, toY(scaling, 0), left + scaling.width, toY(scaling, 0), palette.muted));
  }
  for (const dot of dots) {
    const { form, colour } = kinds[dot.kind];
    const [x, at] = [toX(scaling, dot.unixS), toY(scaling, dot.value)];
    shapes.push({ kind: "mark", form, x, y: at, size: 5, fill: colour, stroke: palette.background });
  }
  const height = TOP + HEIGHT + BELOW;
  return { title: plot.title, width, height, background: palette.background, shapes };
}

function valueRange({ dots, isLog }: OverTime): [number, number] {
  const values = dots.map((dot) => dot.value);
  if (isLog) {
    const [low, high] = padded(values.map(Math.log), 0.2);
    return [Math.exp(low), Math.exp(high)];
  }
  // Changes are read against zero.
  return padded([0, ...values], 0.5);
}

/** One line below the title: the sign of each kind and its name, as many as there is room for. */
function kindsShapes(kinds: readonly DotKind[], width: number, palette: Palette): Shape[] {
  const shapes: Shape[] = [];
  let x = 6;
  for (const { name, form, colour } of kinds) {
    const end = x + 12 + name.length * 7 + 16;
    if (end > width) break;
    shapes.push({ kind: "mark", form, x, y: 36, size: 4, fill: colour });
    shapes.push({ kind: "text", x: x + 10, y: 40, text: name, size: 12, anchor: "start", fill: palette.muted });
    x = end;
  }
  return shapes;
}
