/** What is seen of the chosen series: heading, settings, plots or table, and what could not be shown. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Catalog } from "../data/catalog";
import type { CommitTable, Site } from "../data/site";
import type { Point } from "../plot/chart-keys";
import { palette } from "../plot/palette";
import type { Line } from "../plot/scene";
import type { ExplorerState, Pin } from "../route/explorer-state";
import { Actions } from "../ui/actions";
import { Failure, readyValue, useAsync, useSite } from "../ui/async";
import { badgePath } from "../ui/badge";
import { Name, PageHead } from "../ui/parts";
import { useTheme } from "../ui/theme";
import { Against } from "./against";
import { type Shown, useCommits, useHistories } from "./histories";
import { Legend } from "./legend";
import { buildLine, buildMarks, indexOf, sourceOf } from "./lines";
import { Panels, panelsFigure, panelsOf, wholeRange } from "./panels";
import { factsOf } from "./point";
import { PointTable, pointData, type Row, rowsOf } from "./points";
import { Settings } from "./settings";
import { PointTip, spokenPoint } from "./tip";

/** Commits are loaded for all points where there are no more positions than this, else for the point looked at. */
const COMMITS_AT_ONCE = 5000;

interface ViewProps {
  catalog: Catalog;
  series: number[];
  state: ExplorerState;
  update: (patch: Partial<ExplorerState>) => void;
  onHide: (series: number) => void;
}

/** Positions for which commits are wanted. */
function wantedCommits(shown: readonly Shown[], state: ExplorerState, looked: number | null): [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { history } of shown) {
    if (history.position.length === 0) continue;
    first = Math.min(first, history.position[0]);
    last = Math.max(last, history.position[history.position.length - 1]);
  }
  if (!Number.isFinite(first)) return [0, 0];
  if (state.x === "date" || last - first <= COMMITS_AT_ONCE) return [first, last];
  return looked === null ? [last - 1, last] : [looked - 1, looked];
}

/** The commits of all points shown: a file has them also where the page has not needed them yet. */
async function commitsOf(
  site: Site,
  catalog: Catalog,
  shown: readonly Shown[],
  rows: readonly Row[],
): Promise<ReadonlyMap<string, CommitTable>> {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { position } of rows) {
    first = Math.min(first, position);
    last = Math.max(last, position);
  }
  if (rows.length === 0) return new Map();
  const projects = [...new Set(shown.map((one) => catalog.name("project", one.series)))];
  return new Map(
    await Promise.all(projects.map(async (name) => [name, await site.commits(name, first, last)] as const)),
  );
}

/** The point looked at. Counted from the newest: older ones come in meanwhile, and lines before it may go. */
interface Looked {
  series: number;
  fromEnd: number;
}

function lookedOf(point: Point, shown: readonly Shown[], lines: readonly Line[]): Looked {
  const { series, history } = shown[point.line];
  return { series, fromEnd: history.position.length - 1 - sourceOf(lines[point.line], point.index) };
}

/** Where it is among those shown, and in the history. */
function lookedSource(looked: Looked, shown: readonly Shown[]): Point | null {
  const line = shown.findIndex((one) => one.series === looked.series);
  const index = line < 0 ? -1 : shown[line].history.position.length - 1 - looked.fromEnd;
  return index < 0 ? null : { line, index };
}

function lookedPoint(looked: Looked | null, shown: readonly Shown[], lines: readonly Line[]): Point | null {
  const source = looked === null ? null : lookedSource(looked, shown);
  if (source === null) return null;
  const index = lines[source.line].source?.indexOf(source.index) ?? source.index;
  return index < 0 ? null : { line: source.line, index };
}

/** The model of the plot: lines, marks, panels, all made from histories and the state in the URL. */
function usePlot({ catalog, series, state }: ViewProps, hover: Looked | null) {
  const site = useSite();
  const colours = palette(useTheme().isDark);
  const shown = useHistories(site, series);
  const [parts, setParts] = useState(1);
  const incidents = useAsync(() => site.incidents(parts), [site, parts]);
  const projects = [...new Set(series.map((one) => catalog.name("project", one)))];
  const source = hover === null ? null : lookedSource(hover, shown);
  const looked = source === null ? null : shown[source.line].history.position[source.index];
  const isAny = shown.some((one) => one.history.position.length > 0);
  const commits = useCommits(site, projects, wantedCommits(shown, state, looked ?? state.pin?.position ?? null), isAny);
  const key = shown.map((one) => `${one.series} ${one.history.position.length} ${one.isWhole}`).join();
  const reference = state.y === "reference" ? (state.pin?.position ?? null) : null;
  const byDate = state.x === "date" ? commits : null;
  const lines = useMemo(
    () => shown.map((one, i) => buildLine(catalog, one, i, state, commits, colours)),
    [catalog, key, state.x, state.y, reference, byDate, colours],
  );
  const marks = useMemo(
    () => buildMarks(catalog, shown, readyValue(incidents) ?? [], state, commits),
    [catalog, key, state.x, byDate, incidents],
  );
  const whole = useMemo(() => wholeRange(lines), [lines]);
  const x = state.zoom ?? whole;
  const panels = useMemo(
    () => panelsOf(lines, marks, state, x),
    [lines, marks, x[0], x[1], state.isLog, state.fromZero, state.clip, state.bands, state.view, state.sameScale],
  );
  const older = parts < site.head.incidents.length ? () => setParts(site.head.incidents.length) : null;
  return { site, colours, shown, commits, lines, whole, x, panels, incidents, older };
}

export function SeriesView(props: ViewProps): JSX.Element {
  const { catalog, series, state, update } = props;
  const [hover, setHover] = useState<Looked | null>(null);
  const plot = usePlot(props, hover);
  const { site, shown, commits, lines, x, panels } = plot;
  const hovered = lookedPoint(hover, shown, lines);
  const factsAt = (point: Point, other: Point | null) => {
    const one = shown[point.line];
    const against = other !== null && other.line === point.line ? sourceOf(lines[point.line], other.index) : null;
    const table = commits.get(catalog.name("project", one.series));
    return factsOf(catalog, one, sourceOf(lines[point.line], point.index), table, against);
  };
  const pointOf = (pin: Pin | null): Point | null => {
    if (pin === null || lines[pin.line] === undefined) return null;
    const index = indexOf(lines[pin.line], shown[pin.line], pin);
    return index === null ? null : { line: pin.line, index };
  };
  const pinned = pointOf(state.pin);
  const against = pointOf(state.against);
  const onHover = (point: Point | null) => setHover(point === null ? null : lookedOf(point, shown, lines));
  const onPin = (point: Point | null, isCompare: boolean) => {
    if (point === null) return update({ pin: null, against: null });
    const one = shown[point.line];
    const pin = { line: point.line, position: one.history.position[sourceOf(lines[point.line], point.index)] };
    return update(isCompare && pinned !== null ? { against: pin } : { pin, against: null });
  };
  const rows = useMemo(() => rowsOf(shown, lines, x), [lines, x[0], x[1]]);
  const title = series.length === 1 ? catalog.name("benchmark", series[0]) : `${series.length} series`;
  const isTable = state.view === "table";
  const onZoom = (range: [number, number] | null) => update({ zoom: range === null ? null : rounded(range) });
  return (
    <>
      <PageHead
        title={<Name text={title} />}
        plain={title}
        lead={series.length === 1 ? <Name text={catalog.names(series[0]).join(" · ")} /> : null}
      >
        <Actions
          table={async () => pointData(catalog, shown, rows, await commitsOf(site, catalog, shown, rows))}
          figure={() => panelsFigure(panels, state, x, plot.colours)}
          badge={{
            path: badgePath("project", catalog.name("project", series[0]), catalog.name("benchmark", series[0])),
            text: `performance of ${catalog.name("benchmark", series[0])}`,
          }}
        />
      </PageHead>
      <Settings state={state} update={update} isMany={series.length > 1} />
      <Problems shown={shown} catalog={catalog} commits={commits} />
      {plot.incidents.state === "failed" ? <Failure what="Change points" message={plot.incidents.message} /> : null}
      {plot.older === null ? null : (
        <button type="button" class="quiet" onClick={plot.older}>
          Mark older changes, too
        </button>
      )}
      {isTable ? null : (
        <Panels
          {...plot}
          state={state}
          hover={hovered}
          pinned={pinned}
          onHover={onHover}
          onPin={onPin}
          onZoom={onZoom}
          tip={(point, isPinned) => (
            <PointTip
              site={site}
              catalog={catalog}
              series={shown[point.line].series}
              facts={factsAt(point, isPinned ? null : pinned)}
              isPinned={isPinned}
              isAgainst={!isPinned && pinned !== null && pinned.line === point.line && pinned.index !== point.index}
            />
          )}
        />
      )}
      {pinned !== null && against !== null ? (
        <Against catalog={catalog} shown={shown} from={pinned} to={against} lines={lines} commits={commits} />
      ) : null}
      <Legend catalog={catalog} shown={shown} lines={lines} onHide={props.onHide} />
      <Spoken text={hovered === null ? "" : spokenPoint(catalog, shown[hovered.line].series, factsAt(hovered, null))} />
      {isTable ? (
        <PointTable site={site} catalog={catalog} shown={shown} rows={rows} id="points" />
      ) : (
        <details class="table-below">
          <summary>The same as a table</summary>
          <PointTable site={site} catalog={catalog} shown={shown} rows={rows} id="points" />
        </details>
      )}
    </>
  );
}

/** A range without digits that nobody set: the URL is read by people, too. */
function rounded([from, to]: [number, number]): [number, number] {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(to - from, 1e-9))));
  return [Number(from.toFixed(Math.min(digits, 9))), Number(to.toFixed(Math.min(digits, 9)))];
}

/** The value under the cursor for screen readers, once the cursor rests. */
function Spoken({ text }: { text: string }): JSX.Element {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {said}
    </p>
  );
}

interface ProblemsProps {
  shown: readonly Shown[];
  catalog: Catalog;
  commits: ReadonlyMap<string, CommitTable>;
}

function Problems({ shown, catalog, commits }: ProblemsProps): JSX.Element {
  const gaps = new Map<string, string>();
  for (const table of commits.values()) {
    for (const problem of table.problems) gaps.set(problem, `Some commits have no name and date: ${problem}.`);
  }
  for (const one of shown) {
    for (const gap of one.history.gaps) {
      gaps.set(gap.message, `Commits ${gap.first} to ${gap.end - 1} are not shown: ${gap.message}. The rest is.`);
    }
  }
  const failed = shown.reduce((sum, one) => sum + one.history.failed.length, 0);
  const isLoading = shown.some((one) => !one.isWhole);
  return (
    <>
      {shown
        .filter((one) => one.problem !== null)
        .map((one) => (
          <p key={one.series} class="failure" role="alert">
            <strong>
              <Name text={catalog.label(one.series)} /> cannot be shown.
            </strong>{" "}
            {one.problem}
          </p>
        ))}
      {[...gaps.values()].map((text) => (
        <p key={text} class="failure" role="alert">
          {text}
        </p>
      ))}
      {failed > 0 ? (
        <p class="note">
          <span class="worse">✕</span> {failed === 1 ? "One measurement" : `${failed} measurements`} failed: crosses at
          the foot of the plot.
        </p>
      ) : null}
      {isLoading ? (
        <p class="note" role="status">
          Loading older points …
        </p>
      ) : null}
    </>
  );
}
