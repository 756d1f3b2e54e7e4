/** A figure shown in the page, as elements and never as markup, since names may hold anything. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Figure, outline, type Shape } from "./shapes";
import { markData, pathData } from "./svg";

/** Widths between which a figure is drawn; a narrower box scales it down. */
const WIDTH_MIN = 300;
const WIDTH_MAX = 1100;

/** A figure drawn for the width there is, so that its text stays as large as the page's. */
export function FigureBox({ make, label }: { make: (width: number) => Figure; label: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const measure = () => setWidth(Math.min(Math.max(Math.floor(element.clientWidth), WIDTH_MIN), WIDTH_MAX));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return <div ref={box}>{width === 0 ? null : <FigureView figure={make(width)} label={label} />}</div>;
}

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
            <ShapeView key={i} shape={inner} />
          ))}
        </g>
      );
  }
}
