/** From histories to lines: which x, and values absolute or relative. */

import type { Catalog } from "../data/catalog";
import type { CommitTable } from "../data/site";
import type { Incident } from "../data/types";
import { nearest } from "../plot/decimate";
import { lineStyle, type Palette } from "../plot/palette";
import type { Line, Mark } from "../plot/scene";
import type { ExplorerState, Pin } from "../route/explorer-state";
import { percent } from "../text/units";
import type { Shown } from "./histories";

type Commits = ReadonlyMap<string, CommitTable>;

/** The x of a position; NaN where the commit's time is wanted and not known. */
function placeOf(state: ExplorerState, commits: CommitTable | undefined): (position: number) => number {
  if (state.x === "commit") return (position) => position;
  return (position) => commits?.get(position)?.unix_s ?? Number.NaN;
}

/** What values are divided by: those of the first point, or of the point that is nearest to the reference. */
function baseOf(state: ExplorerState, shown: Shown): number | null {
  const { position, value } = shown.history;
  if (state.y === "absolute" || value.length === 0) return null;
  if (state.y === "first" || state.pin === null) return value[0];
  return value[nearest(position, state.pin.position)];
}

export function buildLine(
  catalog: Catalog,
  shown: Shown,
  number: number,
  state: ExplorerState,
  commits: Commits,
  palette: Palette,
): Line {
  const { history, series } = shown;
  const place = placeOf(state, commits.get(catalog.name("project", series)));
  const base = baseOf(state, shown);
  const change = (value: number) => (base === null ? value : 100 * (value / base - 1));
  const x = history.position.map(place);
  const line: Line = {
    name: catalog.label(series),
    unit: base === null ? catalog.unit(series) : "%",
    style: lineStyle(palette, number),
    x,
    y: base === null ? history.value : history.value.map(change),
    low: base === null ? history.low : history.low.map(change),
    high: base === null ? history.high : history.high.map(change),
    breaks: history.breaks.map((one) => one.index),
    failed: history.failed
      .map((one) => ({ x: place(one.position), outcome: one.outcome }))
      .filter((one) => !Number.isNaN(one.x)),
    isCanary: catalog.isCanary(series),
  };
  // Dates of a main line may run backwards (a rebase keeps the author's); the plot needs them ascending.
  return state.x === "date" ? byDate(line) : line;
}

/** The points that have a date, in its order. */
function byDate(line: Line): Line {
  const order: number[] = [];
  for (let i = 0; i < line.x.length; i++) if (!Number.isNaN(line.x[i])) order.push(i);
  order.sort((a, b) => line.x[a] - line.x[b] || a - b);
  const pick = (column: Float64Array) => Float64Array.from(order, (i) => column[i]);
  const places = new Map(order.map((source, place) => [source, place]));
  const breaks = line.breaks.map((index) => places.get(index) ?? -1).filter((index) => index > 0);
  const sorted = { ...line, x: pick(line.x), y: pick(line.y), low: pick(line.low), high: pick(line.high) };
  return { ...sorted, breaks: breaks.sort((a, b) => a - b), source: order };
}

/** Which point of the history the point of a line is. */
export function sourceOf(line: Line, index: number): number {
  return line.source?.[index] ?? index;
}

/** The place on a line of a pinned position; `null` where the line has nothing near. */
export function indexOf(line: Line, shown: Shown | undefined, pin: Pin): number | null {
  if (shown === undefined) return null;
  const at = nearest(shown.history.position, pin.position);
  // A commit without a measurement, as an incident may name one: the nearest that has one.
  if (at < 0) return null;
  const index = line.source === undefined ? at : line.source.indexOf(at);
  return index < 0 ? null : index;
}

/** Change points and breaks of the lines shown, each once. */
export function buildMarks(
  catalog: Catalog,
  shown: readonly Shown[],
  incidents: readonly Incident[],
  state: ExplorerState,
  commits: Commits,
): Mark[] {
  const marks = new Map<string, Mark>();
  for (const incident of incidents) {
    const sizes = new Map(incident.series.map((one) => [one.series, one.size]));
    const members = shown.flatMap((one, i) => (sizes.has(one.series) ? [i] : []));
    if (members.length === 0) continue;
    const size = sizes.get(shown[members[0]].series) as number;
    const place = placeOf(state, commits.get(incident.project));
    const x = place(incident.at);
    if (Number.isNaN(x)) continue;
    const range: [number, number] = [place(incident.first), place(incident.last)];
    const kind = incident.decision === null ? incident.state : `${incident.state}, ${incident.decision.kind}`;
    const hasRange = incident.last > incident.first && !range.some(Number.isNaN);
    marks.set(incident.id, {
      x,
      range: hasRange ? range : undefined,
      label: `${percent(size)} ${kind}`,
      kind: "incident",
      members,
    });
  }
  for (const [number, one] of shown.entries()) {
    const place = placeOf(state, commits.get(catalog.name("project", one.series)));
    for (const broken of one.history.breaks) {
      const after = place(one.history.position[broken.index]);
      const before = place(one.history.position[broken.index - 1]);
      const x = (before + after) / 2;
      const key = `${broken.kind} ${x} ${broken.text}`;
      const members = [...(marks.get(key)?.members ?? []), number];
      if (!Number.isNaN(x)) marks.set(key, { x, label: broken.text, kind: broken.kind, members });
    }
  }
  return [...marks.values()];
}
