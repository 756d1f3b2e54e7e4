/** The chart by keys: what the mouse can do, and in the same places. */

import type { Line } from "./scene";

/** A point: the place of its line, and its index on it. */
export interface Point {
  line: number;
  index: number;
}

interface Keyed {
  lines: Line[];
  x: [number, number];
  hover: Point | null;
  pinned: Point | null;
  onHover: (point: Point | null) => void;
  onZoom: (range: [number, number] | null) => void;
  onPin: (point: Point | null, isCompare: boolean) => void;
}

/** The point that a key moves to; `null` where the key moves nothing. */
export function moved(lines: readonly Line[], from: Point | null, key: string): Point | null {
  const start = lines.findIndex((line) => line.x.length > 0);
  if (start < 0) return null;
  const at = from ?? { line: start, index: lines[start].x.length - 1 };
  const last = lines[at.line].x.length - 1;
  const isFirst = from === null;
  switch (key) {
    case "ArrowLeft":
      return isFirst ? at : { ...at, index: Math.max(at.index - 1, 0) };
    case "ArrowRight":
      return isFirst ? at : { ...at, index: Math.min(at.index + 1, last) };
    case "PageUp":
      return { ...at, index: Math.max(at.index - 20, 0) };
    case "PageDown":
      return { ...at, index: Math.min(at.index + 20, last) };
    case "Home":
      return { ...at, index: 0 };
    case "End":
      return { ...at, index: last };
    case "ArrowUp":
    case "ArrowDown":
      return isFirst ? at : otherLine(lines, at, key === "ArrowDown" ? 1 : -1);
    default:
      return null;
  }
}

function otherLine(lines: readonly Line[], at: Point, step: number): Point {
  for (let i = 1; i < lines.length; i++) {
    const line = (at.line + step * i + lines.length * i) % lines.length;
    if (lines[line].x.length === 0) continue;
    const x = lines[at.line].x[at.index];
    let index = lines[line].x.findIndex((other) => other >= x);
    if (index < 0) index = lines[line].x.length - 1;
    return { line, index };
  }
  return at;
}

const ZOOMS: Record<string, number> = { "+": 0.5, "=": 0.5, "-": 2 };

export function chartKey(event: KeyboardEvent, props: Keyed): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
  const { hover, pinned } = props;
  if (event.key === "Enter") {
    props.onPin(hover, event.shiftKey);
  } else if (event.key === "Escape") {
    if (pinned !== null) props.onPin(null, false);
    else props.onHover(null);
  } else if (event.key === "0") {
    props.onZoom(null);
  } else if (ZOOMS[event.key] !== undefined) {
    const [x0, x1] = props.x;
    const centre = hover === null ? (x0 + x1) / 2 : props.lines[hover.line].x[hover.index];
    const half = ((x1 - x0) / 2) * ZOOMS[event.key];
    props.onZoom([centre - half, centre + half]);
  } else {
    const point = moved(props.lines, hover ?? pinned, event.key);
    if (point === null) return;
    props.onHover(point);
  }
  event.preventDefault();
}
