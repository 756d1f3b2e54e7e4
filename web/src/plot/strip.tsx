/** The overview strip: all of the history in small, with the visible range marked; dragging there zooms. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTheme } from "../ui/theme";
import { paint } from "./canvas";
import { palette } from "./palette";
import { fromX, type Line, type Scaling, scene, toX } from "./scene";

interface StripProps {
  lines: Line[];
  x: [number, number];
  y: [number, number];
  isLog: boolean;
  zoom: [number, number] | null;
  onZoom: (range: [number, number] | null) => void;
}

const HEIGHT = 44;

export function Strip({ lines, x, y, isLog, zoom, onZoom }: StripProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const { isDark } = useTheme();
  const scaling: Scaling = {
    x0: x[0],
    x1: x[1],
    y0: y[0],
    y1: y[1],
    isLog,
    left: 0,
    top: 2,
    width,
    height: HEIGHT - 4,
  };

  useEffect(() => {
    const element = canvas.current?.parentElement as HTMLElement;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = width * ratio;
    element.height = HEIGHT * ratio;
    context.scale(ratio, ratio);
    const thin = lines.map((line) => ({ ...line, isCanary: true, failed: [] }));
    paint(context, scene(thin, [], scaling, { palette: palette(isDark), bands: false, labels: false }).slice(0, 1));
  }, [lines, width, isDark, x[0], x[1], y[0], y[1], isLog]);

  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return fromX(scaling, event.clientX - box.left);
  };
  const shown = drag ?? zoom;
  const left = shown === null ? 0 : Math.max(Math.min(toX(scaling, shown[0]), toX(scaling, shown[1])), 0);
  const right = shown === null ? width : Math.min(Math.max(toX(scaling, shown[0]), toX(scaling, shown[1])), width);
  return (
    <div
      class="strip"
      aria-hidden="true"
      onPointerDown={(event) => {
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        setDrag([at(event), at(event)]);
      }}
      onPointerMove={(event) => {
        if (drag !== null) setDrag([drag[0], at(event)]);
      }}
      onPointerUp={() => {
        if (drag === null) return;
        const [from, to] = drag[0] < drag[1] ? drag : [drag[1], drag[0]];
        setDrag(null);
        if (toX(scaling, to) - toX(scaling, from) > 4) onZoom([from, to]);
      }}
      onDblClick={() => onZoom(null)}
    >
      <canvas ref={canvas} />
      <span class="strip-shade" style={{ left: "0", width: `${Math.max(left, 0)}px` }} />
      <span class="strip-shade" style={{ left: `${right}px`, right: "0" }} />
    </div>
  );
}
