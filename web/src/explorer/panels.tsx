/** The plots of the explorer: one for all series of a unit, or one for each series. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type PlotDescription, plotFigure } from "../plot/axes";
import { Chart } from "../plot/chart";
import type { Point } from "../plot/chart-keys";
import type { Palette } from "../plot/palette";
import { canBeLog, xRange, yRange } from "../plot/range";
import type { Line, Mark } from "../plot/scene";
import { type Figure, stack } from "../plot/shapes";
import { Strip } from "../plot/strip";
import type { ExplorerState } from "../route/explorer-state";
import { Name } from "../ui/parts";

export interface Panel {
  title: string;
  /** Places of its lines among those shown. */
  members: number[];
  lines: Line[];
  marks: Mark[];
  unit: string;
  y: [number, number];
  isLog: boolean;
  /** Why the axis is not what was asked for. */
  note: string | null;
}

const UNIT_NAMES: Record<string, string> = { s: "time", B: "bytes", "1": "count", ratio: "ratio", "%": "change" };

export function panelsOf(
  lines: readonly Line[],
  marks: readonly Mark[],
  state: ExplorerState,
  x: [number, number],
): Panel[] {
  const groups = new Map<string, number[]>();
  lines.forEach((line, i) => {
    const key = state.view === "multiples" ? String(i) : line.unit;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const panels = [...groups.values()].map((members): Panel => {
    const own = members.map((i) => lines[i]);
    const isLog = state.isLog && canBeLog(own);
    const y = yRange(own, x[0], x[1], { isLog, fromZero: state.fromZero, clip: state.clip, bands: state.bands });
    return {
      title: state.view === "multiples" ? own[0].name : (UNIT_NAMES[own[0].unit] ?? own[0].unit),
      members,
      lines: own,
      marks: marks.filter((mark) => mark.members.some((one) => members.includes(one))),
      unit: own[0].unit,
      y,
      isLog,
      note: state.isLog && !isLog ? "A logarithmic axis needs values above zero; this one is linear." : null,
    };
  });
  return state.view === "multiples" && state.sameScale
    ? panels.map((panel) => ({ ...panel, y: shared(panels, panel) }))
    : panels;
}

function shared(panels: readonly Panel[], panel: Panel): [number, number] {
  const alike = panels.filter((other) => other.unit === panel.unit && other.isLog === panel.isLog);
  return [Math.min(...alike.map((other) => other.y[0])), Math.max(...alike.map((other) => other.y[1]))];
}

interface PanelsProps {
  panels: Panel[];
  lines: Line[];
  state: ExplorerState;
  x: [number, number];
  whole: [number, number];
  hover: Point | null;
  pinned: Point | null;
  onHover: (point: Point | null) => void;
  onPin: (point: Point | null, isCompare: boolean) => void;
  onZoom: (range: [number, number] | null) => void;
  tip: (point: Point, isPinned: boolean) => JSX.Element;
}

export function Panels(props: PanelsProps): JSX.Element {
  const { panels, state, x, whole, lines } = props;
  const isMany = state.view === "multiples";
  const first = panels[0];
  const stripY = useMemo(
    () => yRange(first.lines, whole[0], whole[1], { isLog: first.isLog, fromZero: false, clip: true, bands: false }),
    [lines, whole[0], whole[1], first.isLog, panels.length],
  );
  return (
    <>
      <div class={isMany ? "multiples" : ""}>
        {panels.map((panel) => {
          const inner = (point: Point | null): Point | null => {
            const line = point === null ? -1 : panel.members.indexOf(point.line);
            return point === null || line < 0 ? null : { line, index: point.index };
          };
          const outer = (point: Point | null): Point | null =>
            point === null ? null : { line: panel.members[point.line], index: point.index };
          return (
            <section key={panel.members.join(" ")} class="panel" aria-label={panel.title}>
              {panels.length > 1 ? (
                <h2 class="panel-title">
                  <Name text={panel.title} />
                </h2>
              ) : null}
              {panel.note === null ? null : (
                <p class="note" role="status">
                  {panel.note}
                </p>
              )}
              <Chart
                label={`${panel.title}: ${panel.lines.length === 1 ? panel.lines[0].name : `${panel.lines.length} series`}`}
                details="points"
                lines={panel.lines}
                marks={panel.marks}
                xKind={state.x}
                unit={panel.unit}
                x={x}
                y={panel.y}
                isLog={panel.isLog}
                bands={state.bands}
                height={isMany ? 220 : panels.length > 1 ? 280 : 400}
                hover={inner(props.hover)}
                pinned={inner(props.pinned)}
                onHover={(point) => props.onHover(outer(point))}
                onPin={(point, isCompare) => props.onPin(outer(point), isCompare)}
                onZoom={props.onZoom}
                tip={(point, isPinned) => props.tip(outer(point) as Point, isPinned)}
              />
            </section>
          );
        })}
      </div>
      <Strip lines={first.lines} x={whole} y={stripY} isLog={first.isLog} zoom={state.zoom} onZoom={props.onZoom} />
    </>
  );
}

export function wholeRange(lines: readonly Line[]): [number, number] {
  return xRange(lines);
}

/** The plots as one figure, for a file. */
export function panelsFigure(
  panels: readonly Panel[],
  state: ExplorerState,
  x: [number, number],
  palette: Palette,
): Figure {
  const figures = panels.map((panel) => {
    const plot: PlotDescription = {
      title: panel.lines.length === 1 ? panel.lines[0].name : `${panel.lines.length} series`,
      subtitle: subtitle(state, panel),
      lines: panel.lines,
      marks: panel.marks,
      xKind: state.x,
      xLabel: state.x === "commit" ? "commit of the main line" : "date of the commit",
      unit: panel.unit,
      x,
      y: panel.y,
      isLog: panel.isLog,
      bands: state.bands,
    };
    return plotFigure(plot, palette, 960, 360);
  });
  return stack(figures);
}

function subtitle(state: ExplorerState, panel: Panel): string {
  const relative = { absolute: "", first: "change to the first point", reference: "change to the pinned point" }[
    state.y
  ];
  const parts = [relative, state.bands ? "bands: 95 % intervals" : "", panel.isLog ? "logarithmic" : ""];
  return parts.filter(Boolean).join(" · ");
}
