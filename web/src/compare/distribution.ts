/** The raw samples of two sides: each sample, each process, mean and interval; below, the share of processes below a value. */

import { axisShapes, legendShapes, yAxisWidth } from "../plot/axes";
import { lineStyle, type Palette } from "../plot/palette";
import { type Scaling, toX } from "../plot/scene";
import { type Figure, type Shape, segment } from "../plot/shapes";
import { linearTicks, valueLabels } from "../plot/ticks";
import { quantity } from "../text/units";
import type { Row } from "./judge";

const STRIP_HEIGHT = 64;
const ECDF_HEIGHT = 120;

/** Samples of a side that are drawn; more make one grey bar, and a larger file. */
const SAMPLES_DRAWN = 2000;

export function distributionFigure(row: Row, palette: Palette, width: number): Figure {
  const sides = row.cells.map((cell) => ({ costs: cell?.costs ?? [], samples: (cell?.samples ?? []).flat() }));
  const all = sides.flatMap((side) => [...side.costs, ...side.samples]);
  const least = all.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = all.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const room = (most - least) * 0.04 || Math.abs(most) * 0.05 || 1;
  const left = yAxisWidth(["100 %"]) + 4;
  const scaling: Scaling = {
    x0: least - room,
    x1: most + room,
    y0: 0,
    y1: 1,
    isLog: false,
    left,
    top: 48 + 2 * STRIP_HEIGHT + 16,
    width: width - left - 24,
    height: ECDF_HEIGHT,
  };
  const title = `${row.benchmark} · ${row.phase} ${row.metric.name}`;
  const shapes: Shape[] = [
    { kind: "text", x: 0, y: 24, text: title, size: 14, anchor: "start", fill: palette.ink, bold: true },
  ];
  const at = linearTicks(scaling.x0, scaling.x1, Math.max(Math.floor(scaling.width / 70), 2));
  const x = { at, labels: valueLabels(at, row.metric.unit) };
  shapes.push(...axisShapes(scaling, x, { at: [0, 0.5, 1], labels: ["0 %", "50 %", "100 %"] }, palette));
  sides.forEach((side, i) => {
    const centre = 48 + STRIP_HEIGHT * (i + 0.5);
    shapes.push(
      segment(left, centre + STRIP_HEIGHT / 2, left + scaling.width, centre + STRIP_HEIGHT / 2, palette.grid),
    );
    shapes.push(...stripShapes(side, row, i, centre, scaling, palette));
    shapes.push(...ecdfShapes(side.costs, i, scaling, palette));
  });
  const bottom = scaling.top + ECDF_HEIGHT + 34;
  const legend = row.variants.map((name, i) => ({ name: sideName(row, i, name), style: lineStyle(palette, i) }));
  shapes.push(...legendShapes(legend, 0, bottom + 6, palette));
  return { title, width, height: bottom + 48, background: palette.background, shapes };
}

function sideName(row: Row, side: number, name: string): string {
  const estimate = row.estimates[side];
  const label = row.variants[0] === row.variants[1] ? `${side === 0 ? "A" : "B"}, ${name}` : name;
  if (estimate === null) return `${label}: not measured`;
  return `${label}: ${quantity(estimate.centre, row.metric.unit)}, n = ${estimate.n}`;
}

/** A place between −1 and 1 that depends on the number alone: a picture drawn twice is the same. */
function jitter(i: number): number {
  return 2 * ((i * 0.6180339887498949) % 1) - 1;
}

function stripShapes(
  side: { costs: number[]; samples: number[] },
  row: Row,
  place: number,
  centre: number,
  scaling: Scaling,
  palette: Palette,
): Shape[] {
  const { colour, form } = lineStyle(palette, place);
  const shapes: Shape[] = [];
  const step = Math.max(Math.ceil(side.samples.length / SAMPLES_DRAWN), 1);
  for (let i = 0; i < side.samples.length; i += step) {
    const x = toX(scaling, side.samples[i]);
    const y = centre + jitter(i) * STRIP_HEIGHT * 0.34;
    shapes.push({
      kind: "area",
      points: [x - 1, y - 1, x + 1, y - 1, x + 1, y + 1, x - 1, y + 1],
      fill: colour,
      opacity: 0.35,
    });
  }
  side.costs.forEach((cost, i) => {
    const y = centre + jitter(i) * STRIP_HEIGHT * 0.22;
    shapes.push({ kind: "mark", form, x: toX(scaling, cost), y, size: 3.2, fill: colour, stroke: palette.background });
  });
  const estimate = row.estimates[place];
  if (estimate !== null) {
    const x = toX(scaling, estimate.centre);
    if (estimate.ci95 !== null) {
      const [lo, hi] = [toX(scaling, estimate.ci95.lo), toX(scaling, estimate.ci95.hi)];
      shapes.push({ kind: "line", points: [lo, centre, hi, centre], stroke: palette.ink, width: 3 });
    }
    shapes.push({ kind: "line", points: [x, centre - 14, x, centre + 14], stroke: palette.ink, width: 2 });
  }
  return shapes;
}

function ecdfShapes(costs: readonly number[], place: number, scaling: Scaling, palette: Palette): Shape[] {
  if (costs.length === 0) return [];
  const { colour, dash } = lineStyle(palette, place);
  const sorted = [...costs].sort((a, b) => a - b);
  const y = (share: number) => scaling.top + (1 - share) * scaling.height;
  const points: number[] = [scaling.left, y(0)];
  sorted.forEach((cost, i) => {
    const x = toX(scaling, cost);
    points.push(x, y(i / sorted.length), x, y((i + 1) / sorted.length));
  });
  points.push(scaling.left + scaling.width, y(1));
  return [{ kind: "line", points, stroke: colour, width: 1.75, dash }];
}
