/** Axes, title and legend around a scene: the figure that is downloaded. */

import type { LineStyle, Palette } from "./palette";
import { type Line, type Mark, type Scaling, scene, toX, toY } from "./scene";
import { type Figure, type Shape, segment } from "./shapes";
import { dateLabels, dateTicks, linearTicks, logTicks, positionTicks, valueLabels } from "./ticks";

export type XKind = "commit" | "date";

export interface Ticks {
  at: number[];
  labels: string[];
}

export function xTicks(kind: XKind, x0: number, x1: number, width: number): Ticks {
  const count = Math.max(Math.floor(width / 110), 2);
  if (kind === "date") {
    const at = dateTicks(x0, x1, count);
    return { at, labels: dateLabels(at) };
  }
  const at = positionTicks(x0, x1, count);
  return { at, labels: valueLabels(at, "1") };
}

export function yTicks(unit: string, y0: number, y1: number, isLog: boolean, height: number): Ticks {
  const count = Math.max(Math.floor(height / 44), 2);
  const at = isLog ? logTicks(y0, y1, count) : linearTicks(y0, y1, count);
  return { at, labels: valueLabels(at, unit) };
}

/** Room for the labels of the y axis: a fixed width would cut long ones off. */
export function yAxisWidth(labels: readonly string[]): number {
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  return Math.ceil(longest * 7.4 + 16);
}

export interface LegendEntry {
  name: string;
  style: LineStyle;
}

export interface PlotDescription {
  title: string;
  subtitle: string;
  lines: Line[];
  marks: Mark[];
  xKind: XKind;
  xLabel: string;
  unit: string;
  x: [number, number];
  y: [number, number];
  isLog: boolean;
  bands: boolean;
}

const FONT_SIZE = 12;
const LEGEND_ROW = 18;

/** A plot as a figure of its own, with what a reader of the page sees around it. */
export function plotFigure(plot: PlotDescription, palette: Palette, width: number, height: number): Figure {
  const y = yTicks(plot.unit, plot.y[0], plot.y[1], plot.isLog, height);
  const left = yAxisWidth(y.labels) + 8;
  const legendHeight = plot.lines.length * LEGEND_ROW + 10;
  const top = plot.subtitle === "" ? 40 : 58;
  const plotHeight = height;
  const scaling: Scaling = {
    x0: plot.x[0],
    x1: plot.x[1],
    y0: plot.y[0],
    y1: plot.y[1],
    isLog: plot.isLog,
    left,
    top,
    width: width - left - 20,
    height: plotHeight,
  };
  const shapes: Shape[] = [
    { kind: "text", x: 16, y: 26, text: plot.title, size: 16, anchor: "start", fill: palette.ink, bold: true },
    { kind: "text", x: 16, y: 44, text: plot.subtitle, size: FONT_SIZE, anchor: "start", fill: palette.muted },
    ...axisShapes(scaling, xTicks(plot.xKind, plot.x[0], plot.x[1], scaling.width), y, palette),
    ...scene(plot.lines, plot.marks, scaling, { palette, bands: plot.bands, labels: true }),
  ];
  const bottom = top + plotHeight + 40;
  shapes.push({
    kind: "text",
    x: left + scaling.width,
    y: bottom - 6,
    text: plot.xLabel,
    size: FONT_SIZE,
    anchor: "end",
    fill: palette.muted,
  });
  const legend = plot.lines.map((line) => ({ name: line.name, style: line.style }));
  shapes.push(...legendShapes(legend, left, bottom + 8, palette));
  return {
    title: plot.title,
    width,
    height: bottom + legendHeight + 6,
    background: palette.background,
    shapes,
  };
}

export function axisShapes(scaling: Scaling, x: Ticks, y: Ticks, palette: Palette): Shape[] {
  const shapes: Shape[] = [];
  const right = scaling.left + scaling.width;
  const bottom = scaling.top + scaling.height;
  y.at.forEach((tick, i) => {
    const at = toY(scaling, tick);
    shapes.push(segment(scaling.left, at, right, at, palette.grid));
    shapes.push({
      kind: "text",
      x: scaling.left - 8,
      y: at + 4,
      text: y.labels[i],
      size: FONT_SIZE,
      anchor: "end",
      fill: palette.muted,
    });
  });
  x.at.forEach((tick, i) => {
    const at = toX(scaling, tick);
    shapes.push(segment(at, bottom, at, bottom + 5, palette.muted));
    shapes.push({
      kind: "text",
      x: at,
      y: bottom + 19,
      text: x.labels[i],
      size: FONT_SIZE,
      anchor: "middle",
      fill: palette.muted,
    });
  });
  shapes.push(segment(scaling.left, bottom, right, bottom, palette.muted));
  return shapes;
}

export function legendShapes(legend: readonly LegendEntry[], left: number, top: number, palette: Palette): Shape[] {
  return legend.flatMap((entry, i): Shape[] => {
    const y = top + i * LEGEND_ROW + 4;
    const { colour, dash, form } = entry.style;
    return [
      { kind: "line", points: [left, y, left + 28, y], stroke: colour, width: 2, dash },
      { kind: "mark", form, x: left + 14, y, size: 3.5, fill: colour },
      { kind: "text", x: left + 38, y: y + 4, text: entry.name, size: FONT_SIZE, anchor: "start", fill: palette.ink },
    ];
  });
}
