/** The large plot: uPlot gives axes, cursor and zoom; our scene is drawn inside. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { useTheme } from "../ui/theme";
import { type XKind, xTicks, yAxisWidth, yTicks } from "./axes";
import { FONT, paint } from "./canvas";
import { chartKey, type Point } from "./chart-keys";
import { lowerBound, nearest } from "./decimate";
import { palette } from "./palette";
import { fromX, type Line, type Mark, type Scaling, scene, toX, toY } from "./scene";

export interface ChartProps {
  /** What screen readers call it. */
  label: string;
  /** Id of the table with the same data. */
  details: string;
  lines: Line[];
  marks: Mark[];
  xKind: XKind;
  unit: string;
  x: [number, number];
  y: [number, number];
  isLog: boolean;
  bands: boolean;
  height: number;
  /** The point under the cursor. */
  hover: Point | null;
  pinned: Point | null;
  onHover: (point: Point | null) => void;
  onZoom: (range: [number, number] | null) => void;
  onPin: (point: Point | null, isCompare: boolean) => void;
  tip: (point: Point, isPinned: boolean) => JSX.Element;
}

/** A click whose ends are farther apart is a drag. */
const CLICK_PIXELS = 4;

/** How far from a point the cursor may be, in pixels. */
const SNAP_PIXELS = 60;

function nearestPoint(lines: readonly Line[], scaling: Scaling, left: number, top: number): Point | null {
  let best: Point | null = null;
  let least = SNAP_PIXELS;
  const x = fromX(scaling, left);
  lines.forEach((line, number) => {
    const middle = nearest(line.x, x);
    // Neighbours may be nearer where points are dense: look a few pixels around.
    const reach = ((scaling.x1 - scaling.x0) / scaling.width) * 4;
    const from = Math.min(lowerBound(line.x, x - reach), Math.max(middle, 0));
    const to = Math.max(lowerBound(line.x, x + reach), middle + 1);
    for (let index = from; index < to; index++) {
      const dx = toX(scaling, line.x[index]) - left;
      const dy = toY(scaling, line.y[index]) - top;
      // Along x counts more: one looks for a commit first.
      const distance = Math.hypot(dx * 1.5, dy * 0.5);
      if (distance < least) {
        least = distance;
        best = { line: number, index };
      }
    }
  });
  return best;
}

function options(
  width: number,
  latest: { current: ChartProps },
  isDark: boolean,
  ready: (u: uPlot) => void,
): uPlot.Options {
  const colours = palette(isDark);
  const font = `12px ${FONT}`;
  const axis = { stroke: colours.muted, font, grid: { stroke: colours.grid, width: 1 } };
  const plotWidth = width - 80;
  const ticks = () => {
    const { xKind, x } = latest.current;
    return xTicks(xKind, x[0], x[1], plotWidth);
  };
  const values = () => {
    const { unit, y, isLog, height } = latest.current;
    return yTicks(unit, y[0], y[1], isLog, height - 60);
  };
  return {
    width,
    height: latest.current.height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: {
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          latest.current.onZoom(null);
          return null;
        },
      },
    },
    scales: {
      x: { time: false, range: () => latest.current.x },
      y: { distr: latest.current.isLog ? 3 : 1, range: () => latest.current.y },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { stroke: colours.grid },
        size: 36,
        splits: () => ticks().at,
        values: () => ticks().labels,
      },
      {
        ...axis,
        ticks: { show: false },
        size: () => yAxisWidth(values().labels),
        splits: () => values().at,
        values: () => values().labels,
        filter: (_u, splits) => splits,
      },
    ],
    series: [{}, { show: true, paths: () => null, points: { show: false } }],
    hooks: {
      draw: [ready],
      setSelect: [
        (u) => {
          const { left, width: wide } = u.select;
          if (wide < CLICK_PIXELS) return;
          const zoom: [number, number] = [u.posToVal(left, "x"), u.posToVal(left + wide, "x")];
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current.onZoom(zoom);
        },
      ],
    },
  };
}

/** Where the plot's inside lies, in CSS pixels. */
function scalingOf(u: uPlot, props: ChartProps): Scaling {
  const ratio = uPlot.pxRatio;
  return {
    x0: props.x[0],
    x1: props.x[1],
    y0: props.y[0],
    y1: props.y[1],
    isLog: props.isLog,
    left: u.bbox.left / ratio,
    top: u.bbox.top / ratio,
    width: u.bbox.width / ratio,
    height: u.bbox.height / ratio,
  };
}

export function Chart(props: ChartProps): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [width, setWidth] = useState(0);
  const [scaling, setScaling] = useState<Scaling | null>(null);
  const { isDark } = useTheme();

  useLayoutEffect(() => {
    const element = root.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (width < 50 || root.current === null) return undefined;
    const drawn = (u: uPlot) => {
      const now = scalingOf(u, latest.current);
      const { lines, marks, bands } = latest.current;
      u.ctx.save();
      u.ctx.scale(uPlot.pxRatio, uPlot.pxRatio);
      paint(u.ctx, scene(lines, marks, now, { palette: palette(isDark), bands, labels: now.width > 420 }));
      u.ctx.restore();
      setScaling((known) => (JSON.stringify(known) === JSON.stringify(now) ? known : now));
    };
    const u = new uPlot(options(width, latest, isDark, drawn), dummy(latest.current), root.current);
    plot.current = u;
    const off = bindPointer(u, latest);
    return () => {
      off();
      u.destroy();
      plot.current = null;
    };
  }, [width, isDark, props.height, props.isLog, props.xKind, props.unit]);

  useEffect(() => {
    plot.current?.setData(dummy(latest.current), true);
  }, [props.lines, props.marks, props.bands, props.x[0], props.x[1], props.y[0], props.y[1]]);

  return (
    <div
      class="chart"
      role="group"
      aria-roledescription="chart"
      aria-label={`${props.label}. Arrow keys move along the points, Enter pins, Escape unpins, plus and minus zoom.`}
      aria-details={props.details}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is worked by keys
      tabIndex={0}
      onKeyDown={(event) => chartKey(event, latest.current)}
    >
      <div ref={root} class="chart-plot" style={{ height: `${props.height}px` }} />
      {scaling === null ? null : <Overlay {...props} scaling={scaling} width={width} />}
    </div>
  );
}

/** uPlot wants data; ours is drawn by the scene, since lines have their own commits. */
function dummy(props: ChartProps): uPlot.AlignedData {
  return [props.x, props.y];
}

function bindPointer(u: uPlot, latest: { current: ChartProps }): () => void {
  let down: [number, number] | null = null;
  const point = (event: MouseEvent): Point | null => {
    const box = u.over.getBoundingClientRect();
    const scaling = scalingOf(u, latest.current);
    const [left, top] = [event.clientX - box.left + scaling.left, event.clientY - box.top + scaling.top];
    return nearestPoint(latest.current.lines, scaling, left, top);
  };
  const moved = (event: MouseEvent) => latest.current.onHover(point(event));
  const left = () => latest.current.onHover(null);
  const pressed = (event: MouseEvent) => {
    down = [event.clientX, event.clientY];
  };
  const released = (event: MouseEvent) => {
    if (down === null) return;
    const far = Math.hypot(event.clientX - down[0], event.clientY - down[1]);
    down = null;
    if (far < CLICK_PIXELS) latest.current.onPin(point(event), event.shiftKey);
  };
  u.over.addEventListener("mousemove", moved);
  u.over.addEventListener("mouseleave", left);
  u.over.addEventListener("mousedown", pressed);
  u.over.addEventListener("mouseup", released);
  return () => {
    u.over.removeEventListener("mousemove", moved);
    u.over.removeEventListener("mouseleave", left);
    u.over.removeEventListener("mousedown", pressed);
    u.over.removeEventListener("mouseup", released);
  };
}

function Overlay(props: ChartProps & { scaling: Scaling; width: number }): JSX.Element {
  const { pinned, hover } = props;
  const isSame = pinned !== null && hover !== null && pinned.line === hover.line && pinned.index === hover.index;
  return (
    <>
      {pinned === null ? null : <Tip {...props} point={pinned} isPinned={true} />}
      {hover === null || isSame ? null : <Tip {...props} point={hover} isPinned={false} />}
    </>
  );
}

function Tip(
  props: ChartProps & { scaling: Scaling; width: number; point: Point; isPinned: boolean },
): JSX.Element | null {
  const { point, scaling, isPinned, width } = props;
  const line = props.lines[point.line];
  if (line === undefined || point.index >= line.x.length) return null;
  const x = toX(scaling, line.x[point.index]);
  if (x < scaling.left - 1 || x > scaling.left + scaling.width + 1) return null;
  const y = Math.min(Math.max(toY(scaling, line.y[point.index]), scaling.top), scaling.top + scaling.height);
  const side = x > width / 2 ? { right: `${Math.max(width - x + 14, 4)}px` } : { left: `${x + 14}px` };
  const isLow = y > scaling.top + scaling.height / 2;
  const place = isLow ? { bottom: `${props.height - y - 10}px` } : { top: `${Math.max(y - 20, 0)}px` };
  const narrow = width < 520 ? { left: "4px", right: "4px", top: `${scaling.top + scaling.height + 8}px` } : null;
  return (
    <>
      <span class="chart-dot" style={{ left: `${x}px`, top: `${y}px`, borderColor: line.style.colour }} />
      <div class={`tip${isPinned ? " tip-pinned" : ""}`} style={narrow ?? { ...side, ...place }}>
        {props.tip(point, isPinned)}
      </div>
    </>
  );
}
