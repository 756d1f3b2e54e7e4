/** Two sides against each other: the verdict table of `kymo compare`, made in the page from the raw samples. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { distributionFigure } from "../compare/distribution";
import { judge, type Row, type Section, sections } from "../compare/judge";
import { SidePicker } from "../compare/picker";
import { loadSide, parseSide, type SideName } from "../compare/sides";
import { rowKey, type Sorting, type SortKey, VerdictTable } from "../compare/table";
import { intervalShown, ratioShown, unitsText, verdictText } from "../compare/words";
import type { Run } from "../data/types";
import { FigureBox } from "../plot/figure-view";
import { palette } from "../plot/palette";
import { setParams } from "../route/location";
import { decode, encode, encodeParts } from "../route/params";
import { date } from "../text/time";
import { ratioText, share } from "../text/units";
import { Actions } from "../ui/actions";
import { Show, useAsync, useSite } from "../ui/async";
import type { MadeBadge } from "../ui/badge";
import { CopyButton } from "../ui/copy";
import { type DataTable, fileName, toMarkdown } from "../ui/export";
import { Check, Filter, Name, PageHead, Select } from "../ui/parts";
import { useTheme } from "../ui/theme";

type Params = Record<string, string>;

export function ComparePage({ params }: { params: Params }): JSX.Element {
  const a = parseSide(params.a);
  const b = parseSide(params.b) ?? a;
  return (
    <>
      {a === null || b === null ? (
        <PageHead title="Compare" plain="Compare" lead="Two commits, two engines of one run, or two runs." />
      ) : (
        <Compared key={`${params.a} ${params.b}`} a={a} b={b} params={params} />
      )}
      <SidePicker a={a} b={parseSide(params.b)} isOpen={a === null} />
    </>
  );
}

function Compared({ a, b, params }: { a: SideName; b: SideName; params: Params }): JSX.Element {
  const site = useSite();
  const loaded = useAsync(async () => {
    const [left, right, machines, catalog] = await Promise.all([
      loadSide(site, a),
      loadSide(site, b),
      site.machines().catch(() => []),
      site.catalog().catch(() => null),
    ]);
    return { left, right, rows: judge(left.side, right.side, machines, catalog) };
  }, [site, encodeParts([a.run, a.variant ?? ""]), encodeParts([b.run, b.variant ?? ""])]);
  const isOneRun = a.run === b.run && a.variant === null && b.variant === null;
  const title = isOneRun ? (
    <>
      Engines of <Name text={a.run} />
    </>
  ) : (
    <>
      <SideTitle side={a} /> <span class="muted">against</span> <SideTitle side={b} />
    </>
  );
  if (loaded.state !== "ready") {
    return (
      <>
        <PageHead title={title} plain="Compare" />
        <Show of={loaded} what="The comparison">
          {() => null}
        </Show>
      </>
    );
  }
  const { rows, left, right } = loaded.value;
  const lead = (
    <>
      <RunFacts run={left.run} />
      {left.run.id === right.run.id ? null : (
        <>
          {" "}
          against <RunFacts run={right.run} />
        </>
      )}
    </>
  );
  const isPaired = left.side.run.id === right.side.run.id && left.side.run.paired;
  const isOtherMachine = left.side.run.fingerprint !== right.side.run.fingerprint;
  return (
    <Report rows={rows} params={params} title={title} lead={lead} command={commandOf(a, b)}>
      {isPaired ? null : (
        <p class="note">
          <strong>unpaired</strong>: these runs never ran together; a drift of the machine between them is not excluded.
          {isOtherMachine
            ? " The machines, or their states, differ: the difference is theirs as much as the variants'."
            : ""}
        </p>
      )}
      {[...left.side.run.notes, ...(left.run.id === right.run.id ? [] : right.side.run.notes)].map((note) => (
        <p key={note} class="note">
          <Name text={note} />
        </p>
      ))}
    </Report>
  );
}

function SideTitle({ side }: { side: SideName }): JSX.Element {
  return <Name text={side.variant === null ? side.run : `${side.variant} (${side.run})`} />;
}

/** When, of which commit and where a run was made. */
function RunFacts({ run }: { run: Run }): JSX.Element {
  return (
    <span>
      {date(run.created_unix_s)}, <Name text={run.project} />{" "}
      {run.commit === null ? "" : <code>{run.commit.slice(0, 8)}</code>} on <Name text={run.machine} />
    </span>
  );
}

function commandOf(a: SideName, b: SideName): string {
  const one = (side: SideName) => `'${side.run}${side.variant === null ? "" : `:${side.variant}`}'`;
  return a.run === b.run && a.variant === b.variant ? `kymo compare ${one(a)}` : `kymo compare ${one(a)} ${one(b)}`;
}

interface ReportProps {
  rows: Row[];
  params: Params;
  title: JSX.Element;
  lead: JSX.Element;
  command: string;
  children: (JSX.Element | null | JSX.Element[])[];
}

function sortingOf(params: Params): Sorting {
  const keys: SortKey[] = ["benchmark", "a", "b", "ratio", "verdict"];
  const key = keys.find((one) => one === params.sort?.replace(/^-/, "")) ?? "benchmark";
  return { key, isDown: params.sort?.startsWith("-") ?? false };
}

/** What is shown first: time where there is any. */
function defaultMetric(metrics: readonly string[]): string {
  return metrics.includes("wall_time") ? "wall_time" : (metrics[0] ?? "");
}

function Report({ rows, params, title, lead, command, children }: ReportProps): JSX.Element {
  const colours = palette(useTheme().isDark);
  const metrics = [...new Set(rows.map((row) => row.metric.name))];
  const metric = params.metric === undefined ? defaultMetric(metrics) : decode(params.metric);
  const phases = [...new Set(rows.map((row) => row.phase))];
  const phase = params.phase === undefined ? "" : decode(params.phase);
  const filter = decode(params.q ?? "").toLowerCase();
  const isOnly = params.sig === "1";
  const passes = (row: Row) =>
    row.benchmark.toLowerCase().includes(filter) &&
    (!isOnly || row.verdict?.kind === "faster" || row.verdict?.kind === "slower");
  const shown = useMemo(
    () =>
      sections(rows).filter(
        (one) => (metric === "all" || one.metric.name === metric) && (phase === "" || one.phase === phase),
      ),
    [rows, metric, phase],
  );
  const visible = shown.flatMap((section) => section.rows.filter(passes));
  const chosenKey = params.row === undefined ? null : decode(params.row);
  const chosen =
    visible.find((row) => rowKey(row) === chosenKey) ?? visible.find((row) => row.comparison !== null) ?? null;
  const figure = () => distributionFigure(chosen as Row, colours, 720);
  const deltas = [...new Set(rows.map((row) => row.delta))].sort((x, y) => x - y);
  return (
    <>
      <PageHead title={title} plain="Compare" lead={lead}>
        <Actions table={() => verdictData(visible)} figure={chosen === null ? null : figure} badge={badgeOf(chosen)} />
      </PageHead>
      {children}
      <div class="settings" role="group" aria-label="What is shown">
        <Filter label="Filter benchmarks" value={decode(params.q ?? "")} onInput={(q) => setParams({ q: encode(q) })} />
        <Select
          label="metric"
          value={metric}
          options={[...metrics.map((name) => [name, name] as const), ["all", "all"] as const]}
          onChange={(value) => setParams({ metric: encode(value) })}
        />
        <Select
          label="phase"
          value={phase}
          options={[["", "all"] as const, ...phases.map((name) => [name, name] as const)]}
          onChange={(value) => setParams({ phase: encode(value) })}
        />
        <Check label="only significant" checked={isOnly} onChange={(on) => setParams({ sig: on ? "1" : "" })} />
        <CopyButton text={() => reportMarkdown(shown, passes)} label="Copy as Markdown" />
        <CopyButton text={() => command} label="Copy command" />
      </div>
      {rows.length === 0 ? <p class="note">The two sides have no benchmark in common.</p> : null}
      <div class="compare">
        <div>
          {shown.map((section) => (
            <VerdictTable
              key={`${section.phase} ${section.metric.name} ${section.variants.join(" ")}`}
              section={section}
              rows={section.rows.filter(passes)}
              sorting={sortingOf(params)}
              chosen={chosen === null ? null : rowKey(chosen)}
              onSort={({ key, isDown }) => setParams({ sort: `${isDown ? "-" : ""}${key}` })}
              onChoose={(row) => setParams({ row: encode(rowKey(row)) })}
            />
          ))}
        </div>
        {chosen === null ? null : (
          <aside class="distribution" aria-label="Samples of the chosen row">
            <h2 class="visually-hidden">
              Samples of <Name text={chosen.benchmark} />
            </h2>
            <FigureBox
              make={(width) => distributionFigure(chosen, colours, width)}
              label={`Samples of ${chosen.benchmark}: ${verdictText(chosen)}`}
            />
            <p class="muted">
              Above, dots are samples, shapes are processes, the bar is the mean with its 95 % interval. Below, the
              share of processes at or under a value.
            </p>
            {chosen.notes.map((note) => (
              <p key={note} class="note">
                {note}
              </p>
            ))}
          </aside>
        )}
      </div>
      <p class="muted">
        <em>same</em>: within {deltas.map(share).join(" or ")}, the larger of 1 % and the machine's floor. Ratios are B
        over A. Intervals are 95 %, each for its own row; verdicts allow for {rows.length} rows (Benjamini-Hochberg, 5
        %).
      </p>
    </>
  );
}

/** The chosen row as a badge; none where nothing was compared. */
function badgeOf(row: Row | null): MadeBadge | null {
  if (row === null || row.comparison === null) return null;
  const kind = row.verdict?.kind === "slower" ? "bad" : row.verdict?.kind === "faster" ? "good" : "plain";
  const short = row.benchmark.split("/").at(-1) ?? row.benchmark;
  return { left: short, right: verdictText(row), kind, file: fileName(`${row.benchmark} ${row.phase}`, "svg") };
}

function verdictData(rows: readonly Row[]): DataTable {
  const number = (value: number | undefined | null) => value ?? null;
  return {
    name: "comparison",
    columns: [
      "benchmark",
      "phase",
      "metric",
      "unit",
      "a",
      "b",
      "n",
      "mean_a",
      "mean_b",
      "ratio",
      "ratio_low",
      "ratio_high",
      "p",
      "q",
      "margin",
      "verdict",
      "same_code",
      "outcome_a",
      "outcome_b",
    ],
    rows: rows.map((row) => {
      const ci = row.comparison?.ci95;
      return [
        row.benchmark,
        row.phase,
        row.metric.name,
        row.metric.unit,
        row.variants[0],
        row.variants[1],
        number(row.comparison?.n),
        number(row.estimates[0]?.centre),
        number(row.estimates[1]?.centre),
        row.comparison === null ? null : ratioShown(row),
        ci ? Math.exp(ci.lo) : null,
        ci ? Math.exp(ci.hi) : null,
        number(row.comparison?.p),
        number(row.q),
        row.delta,
        row.verdict?.kind ?? null,
        row.isSameCode,
        row.cells[0]?.outcome ?? null,
        row.cells[1]?.outcome ?? null,
      ];
    }),
  };
}

function reportMarkdown(shown: readonly Section[], passes: (row: Row) => boolean): string {
  return shown
    .map((section) => {
      const rows = section.rows.filter(passes).map((row) => {
        const outcome = row.cells.find((cell) => cell !== null && cell.outcome !== "measured");
        const ratio =
          row.comparison === null ? unitsText(row) : `${ratioText(ratioShown(row))} (${intervalShown(row)})`;
        return [row.benchmark, outcome === undefined || outcome === null ? ratio : outcome.outcome, verdictText(row)];
      });
      const [a, b] = section.variants;
      const table = toMarkdown(["benchmark", `ratio, ${b} to ${a}`, "verdict"], rows);
      return `**${section.phase} ${section.metric.name}**\n\n${table}`;
    })
    .join("\n");
}
