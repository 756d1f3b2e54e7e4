/** Shapes on a canvas, in CSS pixels: the caller has scaled the context. */

import { type Figure, outline, type Shape } from "./shapes";

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

export function paint(context: CanvasRenderingContext2D, shapes: readonly Shape[]): void {
  for (const shape of shapes) {
    context.save();
    paintOne(context, shape);
    context.restore();
  }
}

function paintOne(context: CanvasRenderingContext2D, shape: Shape): void {
  switch (shape.kind) {
    case "line":
      context.strokeStyle = shape.stroke;
      context.lineWidth = shape.width;
      context.lineJoin = "round";
      if (shape.dash !== undefined) context.setLineDash(shape.dash);
      trace(context, shape.points);
      context.stroke();
      break;
    case "area":
      context.fillStyle = shape.fill;
      context.globalAlpha = shape.opacity;
      trace(context, shape.points);
      context.closePath();
      context.fill();
      break;
    case "mark":
      paintMark(context, shape);
      break;
    case "text":
      context.fillStyle = shape.fill;
      context.font = `${shape.bold ? "600 " : ""}${shape.size}px ${FONT}`;
      context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor;
      context.direction = "ltr";
      context.fillText(shape.text, shape.x, shape.y);
      break;
    case "clip":
      context.beginPath();
      context.rect(shape.x, shape.y, shape.width, shape.height);
      context.clip();
      paint(context, shape.shapes);
      break;
  }
}

function trace(context: CanvasRenderingContext2D, points: readonly number[]): void {
  context.beginPath();
  let isDown = false;
  for (let i = 0; i < points.length; i += 2) {
    if (Number.isNaN(points[i])) {
      isDown = false;
    } else if (isDown) {
      context.lineTo(points[i], points[i + 1]);
    } else {
      context.moveTo(points[i], points[i + 1]);
      isDown = true;
    }
  }
}

function paintMark(context: CanvasRenderingContext2D, mark: Extract<Shape, { kind: "mark" }>): void {
  context.translate(mark.x, mark.y);
  context.fillStyle = mark.fill;
  context.lineWidth = 1.5;
  if (mark.form === "cross") {
    const r = mark.size;
    context.strokeStyle = mark.fill;
    context.lineWidth = 2;
    trace(context, [-r, -r, r, r, Number.NaN, 0, -r, r, r, -r]);
    context.stroke();
    return;
  }
  const points = outline(mark.form, mark.size);
  if (points === null) {
    context.beginPath();
    context.arc(0, 0, mark.size, 0, 2 * Math.PI);
  } else {
    trace(context, points);
    context.closePath();
  }
  if (mark.form !== "ring") context.fill();
  if (mark.stroke !== undefined || mark.form === "ring") {
    context.strokeStyle = mark.stroke ?? mark.fill;
    context.stroke();
  }
}

/** The figure as a PNG, at twice its size so that it stays sharp. */
export function figurePng(figure: Figure): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const ratio = 2;
  canvas.width = figure.width * ratio;
  canvas.height = figure.height * ratio;
  const context = canvas.getContext("2d");
  if (context === null) return Promise.reject(new Error("this browser has no canvas"));
  context.scale(ratio, ratio);
  context.fillStyle = figure.background;
  context.fillRect(0, 0, figure.width, figure.height);
  paint(context, figure.shapes);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error("no picture could be made")) : resolve(blob)),
      "image/png",
    ),
  );
}
