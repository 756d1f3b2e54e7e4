/** What figures are made of. One description is painted on canvas, written as SVG, and shown in the page. */

export type Form = "circle" | "square" | "triangle" | "diamond" | "down" | "cross" | "ring";
export type Anchor = "start" | "middle" | "end";

export type Shape =
  /** Points x0, y0, x1, y1 …; NaN lifts the pen. */
  | { kind: "line"; points: number[]; stroke: string; width: number; dash?: number[] }
  | { kind: "area"; points: number[]; fill: string; opacity: number }
  | { kind: "mark"; form: Form; x: number; y: number; size: number; fill: string; stroke?: string }
  | {
      kind: "text";
      x: number;
      y: number;
      text: string;
      size: number;
      anchor: Anchor;
      fill: string;
      bold?: boolean;
    }
  | { kind: "clip"; x: number; y: number; width: number; height: number; shapes: Shape[] };

export interface Figure {
  title: string;
  width: number;
  height: number;
  background: string;
  shapes: Shape[];
}

export function segment(x1: number, y1: number, x2: number, y2: number, stroke: string, dash?: number[]): Shape {
  return { kind: "line", points: [x1, y1, x2, y2], stroke, width: 1, dash };
}

export function rectangle(x: number, y: number, width: number, height: number, fill: string, opacity = 1): Shape {
  return { kind: "area", points: [x, y, x + width, y, x + width, y + height, x, y + height], fill, opacity };
}

/** The outline of a mark about the origin; `null` for what is no polygon. */
export function outline(form: Form, size: number): number[] | null {
  const r = size;
  switch (form) {
    case "square":
      return [-r, -r, r, -r, r, r, -r, r];
    case "triangle":
      return [0, -r * 1.15, r * 1.1, r * 0.85, -r * 1.1, r * 0.85];
    case "down":
      return [0, r * 1.15, r * 1.1, -r * 0.85, -r * 1.1, -r * 0.85];
    case "diamond":
      return [0, -r * 1.3, r * 1.3, 0, 0, r * 1.3, -r * 1.3, 0];
    default:
      return null;
  }
}

function moved(points: readonly number[], dy: number): number[] {
  return points.map((value, i) => (i % 2 === 0 ? value : value + dy));
}

function lowered(shape: Shape, dy: number): Shape {
  switch (shape.kind) {
    case "line":
    case "area":
      return { ...shape, points: moved(shape.points, dy) };
    case "clip":
      return { ...shape, y: shape.y + dy, shapes: shape.shapes.map((inner) => lowered(inner, dy)) };
    default:
      return { ...shape, y: shape.y + dy };
  }
}

/** Figures one below the other. */
export function stack(figures: readonly Figure[]): Figure {
  const first = figures[0];
  if (figures.length === 1) return first;
  let top = 0;
  const shapes = figures.flatMap((figure) => {
    const here = figure.shapes.map((shape) => lowered(shape, top));
    top += figure.height;
    return here;
  });
  return { ...first, width: Math.max(...figures.map((figure) => figure.width)), height: top, shapes };
}
