/** A figure shown in the page, as elements and never as markup, since names may hold anything. */

import type { JSX } from "preact";
import { type Figure, outline, type Shape } from "./shapes";
import { markData, pathData } from "./svg";

export function FigureView({ figure, label }: { figure: Figure; label: string }): JSX.Element {
  return (
    <svg
      class="figure"
      viewBox={`0 0 ${figure.width} ${figure.height}`}
      width={figure.width}
      height={figure.height}
      role="img"
      aria-label={label}
    >
      {figure.shapes.map((shape, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shapes have no identity of their own
        <ShapeView key={i} shape={shape} />
      ))}
    </svg>
  );
}

function ShapeView({ shape }: { shape: Shape }): JSX.Element {
  switch (shape.kind) {
    case "line":
      return (
        <path
          d={pathData(shape.points)}
          fill="none"
          stroke={shape.stroke}
          stroke-width={shape.width}
          stroke-dasharray={shape.dash?.join(" ")}
          stroke-linejoin="round"
        />
      );
    case "area":
      return <path d={pathData(shape.points, true)} fill={shape.fill} fill-opacity={shape.opacity} />;
    case "mark": {
      const isOpen = outline(shape.form, shape.size) === null && shape.form !== "circle";
      const stroke = shape.stroke ?? (isOpen ? shape.fill : undefined);
      return <path d={markData(shape)} fill={isOpen ? "none" : shape.fill} stroke={stroke} stroke-width={1.5} />;
    }
    case "text":
      return (
        <text
          x={shape.x}
          y={shape.y}
          font-size={shape.size}
          text-anchor={shape.anchor}
          fill={shape.fill}
          font-weight={shape.bold ? 600 : undefined}
        >
          {shape.text}
        </text>
      );
    case "clip":
      return (
        <g>
          {shape.shapes.map((inner, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <ShapeView key={i} shape={inner} />
          ))}
        </g>
      );
  }
}
