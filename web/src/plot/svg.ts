/** Figures written as SVG files. */

import { FONT } from "./canvas";
import { type Figure, outline, type Shape } from "./shapes";

export function figureSvg(figure: Figure): string {
  const clips: string[] = [];
  const body = figure.shapes.map((shape) => element(shape, clips)).join("\n");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${figure.width}" height="${figure.height}" viewBox="0 0 ${figure.width} ${figure.height}" role="img" font-family="${escapeText(FONT)}">`,
    `<title>${escapeText(figure.title)}</title>`,
    clips.length === 0 ? "" : `<defs>${clips.join("")}</defs>`,
    `<rect width="100%" height="100%" fill="${figure.background}"/>`,
    body,
    "</svg>\n",
  ].join("\n");
}

export function escapeText(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  // Control characters are no XML, whatever they are escaped as.
  return [...text]
    .filter((letter) => letter >= " " || letter === "\t" || letter === "\n")
    .join("")
    .replace(/[&<>"']/g, (letter) => named[letter]);
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The `d` of a path; NaN lifts the pen. */
export function pathData(points: readonly number[], isClosed = false): string {
  let data = "";
  let isDown = false;
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isNaN(points[i])) {
      isDown = false;
      continue;
    }
    data += `${isDown ? "L" : "M"}${round(points[i])} ${round(points[i + 1])}`;
    isDown = true;
  }
  return isClosed ? `${data}Z` : data;
}

/** The `d` of a mark at its place. */
export function markData(mark: Extract<Shape, { kind: "mark" }>): string {
  const { x, y, size } = mark;
  if (mark.form === "cross") {
    return `M${round(x - size)} ${round(y - size)}L${round(x + size)} ${round(y + size)}M${round(x - size)} ${round(y + size)}L${round(x + size)} ${round(y - size)}`;
  }
  const points = outline(mark.form, size);
  if (points === null) {
    const r = round(size);
    return `M${round(x - size)} ${round(y)}a${r} ${r} 0 1 0 ${round(2 * size)} 0a${r} ${r} 0 1 0 ${round(-2 * size)} 0Z`;
  }
  return pathData(
    points.map((value, i) => value + (i % 2 === 0 ? x : y)),
    true,
  );
}

function element(shape: Shape, clips: string[]): string {
  switch (shape.kind) {
    case "line": {
      const dash = shape.dash === undefined ? "" : ` stroke-dasharray="${shape.dash.join(" ")}"`;
      return `<path d="${pathData(shape.points)}" fill="none" stroke="${shape.stroke}" stroke-width="${shape.width}" stroke-linejoin="round"${dash}/>`;
    }
    case "area":
      return `<path d="${pathData(shape.points, true)}" fill="${shape.fill}" fill-opacity="${shape.opacity}"/>`;
    case "mark": {
      const isOpen = shape.form === "cross" || shape.form === "ring";
      const stroke = shape.stroke ?? (isOpen ? shape.fill : null);
      const line = stroke === null ? "" : ` stroke="${stroke}" stroke-width="${shape.form === "cross" ? 2 : 1.5}"`;
      return `<path d="${markData(shape)}" fill="${isOpen ? "none" : shape.fill}"${line}/>`;
    }
    case "text": {
      const weight = shape.bold ? ' font-weight="600"' : "";
      return `<text x="${round(shape.x)}" y="${round(shape.y)}" font-size="${shape.size}" text-anchor="${shape.anchor}" fill="${shape.fill}"${weight}>${escapeText(shape.text)}</text>`;
    }
    case "clip": {
      const id = `clip-${clips.length}`;
      clips.push(
        `<clipPath id="${id}"><rect x="${round(shape.x)}" y="${round(shape.y)}" width="${round(shape.width)}" height="${round(shape.height)}"/></clipPath>`,
      );
      return `<g clip-path="url(#${id})">${shape.shapes.map((inner) => element(inner, clips)).join("\n")}</g>`;
    }
  }
}
