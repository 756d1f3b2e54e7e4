/** The lines, bands and marks of a plot, from data to shapes. */

import { decimate, lowerBound } from "./decimate";
import type { LineStyle, Palette } from "./palette";
import { rectangle, type Shape, segment } from "./shapes";

/** One line, in the numbers of the axes. */
export interface Line {
  name: string;
  unit: string;
  style: LineStyle;
  x: Float64Array;
  y: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** Indices before which the line is broken. */
  breaks: number[];
  failed: { x: number; outcome: string }[];
  isCanary: boolean;
  /** Which point of the history each point is, where they are not in its order. */
  source?: number[];
}

export interface Mark {
  x: number;
  /** From and to, where it is not one place. */
  range?: [number, number];
  label: string;
  kind: "incident" | "epoch" | "module" | "pin";
  /** Places of the lines that it is of. */
  members: number[];
}

export interface Scaling {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  isLog: boolean;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Look {
  palette: Palette;
  bands: boolean;
  /** Labels at marks, left out where there is no room. */
  labels: boolean;
}

/** Dots are drawn where they are at least so far apart, in pixels. */
const DOT_SPACING = 7;

export function toX(scaling: Scaling, x: number): number {
  return scaling.left + ((x - scaling.x0) / (scaling.x1 - scaling.x0)) * scaling.width;
}

export function toY(scaling: Scaling, y: number): number {
  const { y0, y1, isLog } = scaling;
  const share = isLog ? Math.log(y / y0) / Math.log(y1 / y0) : (y - y0) / (y1 - y0);
  return scaling.top + (1 - share) * scaling.height;
}

export function fromX(scaling: Scaling, pixel: number): number {
  return scaling.x0 + ((pixel - scaling.left) / scaling.width) * (scaling.x1 - scaling.x0);
}

/** Everything inside the axes, clipped to them, and what is told at their edges. */
export function scene(lines: readonly Line[], marks: readonly Mark[], scaling: Scaling, look: Look): Shape[] {
  const inside: Shape[] = marks.flatMap((mark) => markShapes(mark, scaling, look));
  if (look.bands) for (const line of lines) inside.push(...bandShapes(line, scaling));
  for (const line of lines) inside.push(...lineShapes(line, scaling, look));
  const { left, top, width, height } = scaling;
  const edges = lines.flatMap((line, i) => outlierShapes(line, i, scaling, look));
  return [{ kind: "clip", x: left, y: top, width, height, shapes: inside }, ...edges];
}

/** Stretches of a line between breaks that touch the visible range, with one point beyond each end. */
function stretches(line: Line, scaling: Scaling): [number, number][] {
  const bounds = [0, ...line.breaks, line.x.length];
  const from = Math.max(lowerBound(line.x, scaling.x0) - 1, 0);
  const to = Math.min(lowerBound(line.x, scaling.x1) + 2, line.x.length);
  const found: [number, number][] = [];
  for (let i = 1; i < bounds.length; i++) {
    const start = Math.max(bounds[i - 1], from);
    const end = Math.min(bounds[i], to);
    if (start < end) found.push([start, end]);
  }
  return found;
}

function bandShapes(line: Line, scaling: Scaling): Shape[] {
  const shapes: Shape[] = [];
  const column = (x: number) => Math.floor(toX(scaling, x));
  for (const [start, end] of stretches(line, scaling)) {
    const points = decimate(line, start, end, column);
    let upper: number[] = [];
    let lower: number[] = [];
    const close = () => {
      if (upper.length > 0) {
        const outline = [...upper];
        for (let i = lower.length - 2; i >= 0; i -= 2) outline.push(lower[i], lower[i + 1]);
        if (upper.length === 2) widen(outline);
        shapes.push({ kind: "area", points: outline, fill: line.style.colour, opacity: 0.16 });
      }
      upper = [];
      lower = [];
    };
    for (let i = 0; i < points.x.length; i++) {
      if (Number.isNaN(points.low[i]) || Number.isNaN(points.high[i])) {
        close();
        continue;
      }
      const x = toX(scaling, points.x[i]);
      const low = scaling.isLog ? Math.max(points.low[i], scaling.y0 / 10) : points.low[i];
      upper.push(x, toY(scaling, points.high[i]));
      lower.push(x, toY(scaling, low));
    }
    close();
  }
  return shapes;
}

/** A band of a single point has no width of its own. */
function widen(outline: number[]): void {
  const [x, high, , low] = outline;
  outline.splice(0, outline.length, x - 2, high, x + 2, high, x + 2, low, x - 2, low);
}

function lineShapes(line: Line, scaling: Scaling, look: Look): Shape[] {
  const shapes: Shape[] = [];
  const column = (x: number) => Math.floor(toX(scaling, x));
  const { colour, dash, form } = line.style;
  for (const [start, end] of stretches(line, scaling)) {
    const points = decimate(line, start, end, column);
    const path: number[] = [];
    for (let i = 0; i < points.x.length; i++) path.push(toX(scaling, points.x[i]), toY(scaling, points.y[i]));
    shapes.push({ kind: "line", points: path, stroke: colour, width: line.isCanary ? 1 : 1.75, dash });
    const isAlone = end - start === 1;
    const span = path.length > 2 ? path[path.length - 2] - path[0] : 0;
    if (isAlone || span / (end - start) >= DOT_SPACING) {
      for (let i = 0; i < path.length; i += 2) {
        const size = isAlone ? 4 : 2.6;
        shapes.push({
          kind: "mark",
          form: line.isCanary ? "ring" : form,
          x: path[i],
          y: path[i + 1],
          size,
          fill: colour,
        });
      }
    }
  }
  for (const failed of line.failed) {
    if (failed.x < scaling.x0 || failed.x > scaling.x1) continue;
    const y = scaling.top + scaling.height - 7;
    shapes.push({ kind: "mark", form: "cross", x: toX(scaling, failed.x), y, size: 3.5, fill: look.palette.worse });
  }
  return shapes;
}

function markShapes(mark: Mark, scaling: Scaling, look: Look): Shape[] {
  const { palette } = look;
  const x = toX(scaling, mark.x);
  const bottom = scaling.top + scaling.height;
  if (x < scaling.left - 1 || x > scaling.left + scaling.width + 1) return [];
  const colour = mark.kind === "incident" ? palette.incident : mark.kind === "pin" ? palette.ink : palette.muted;
  const dash = mark.kind === "incident" ? undefined : mark.kind === "pin" ? [1, 2] : [4, 3];
  const shapes: Shape[] = [];
  if (mark.range !== undefined) {
    const from = toX(scaling, mark.range[0]);
    const width = Math.max(toX(scaling, mark.range[1]) - from, 2);
    shapes.push(rectangle(from, scaling.top, width, scaling.height, colour, 0.12));
  }
  shapes.push(segment(x, scaling.top, x, bottom, colour, dash));
  if (mark.kind === "incident") {
    shapes.push({ kind: "mark", form: "down", x, y: scaling.top + 5, size: 4.5, fill: colour });
  }
  if (look.labels) {
    const isRight = x < scaling.left + scaling.width * 0.75;
    shapes.push({
      kind: "text",
      x: isRight ? x + 6 : x - 6,
      y: scaling.top + (mark.kind === "incident" ? 11 : 24),
      text: mark.label,
      size: 11,
      anchor: isRight ? "start" : "end",
      fill: colour,
    });
  }
  return shapes;
}

/** What lies beyond the axes is said at the edge, with an arrow and a number. */
function outlierShapes(line: Line, place: number, scaling: Scaling, look: Look): Shape[] {
  let above = 0;
  let below = 0;
  const from = lowerBound(line.x, scaling.x0);
  for (let i = from; i < line.x.length && line.x[i] <= scaling.x1; i++) {
    if (line.y[i] > scaling.y1) above++;
    else if (line.y[i] < scaling.y0) below++;
  }
  const shapes: Shape[] = [];
  const say = (count: number, isAbove: boolean) => {
    const x = scaling.left + scaling.width - 10 - place * 46;
    const y = isAbove ? scaling.top + 9 : scaling.top + scaling.height - 9;
    shapes.push({ kind: "mark", form: isAbove ? "triangle" : "down", x, y, size: 5, fill: line.style.colour });
    shapes.push({
      kind: "text",
      x: x - 9,
      y: y + 4,
      text: String(count),
      size: 11,
      anchor: "end",
      fill: look.palette.ink,
      bold: true,
    });
  };
  if (above > 0) say(above, true);
  if (below > 0) say(below, false);
  return shapes;
}
