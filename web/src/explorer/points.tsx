/** The points of a plot as a table: the same data, for whoever reads better than looks. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Catalog } from "../data/catalog";
import type { CommitTable, Site } from "../data/site";
import { lowerBound } from "../plot/decimate";
import type { Line } from "../plot/scene";
import { date } from "../text/time";
import { grouped, quantity } from "../text/units";
import type { DataTable } from "../ui/export";
import { Change, Name } from "../ui/parts";
import { type Shown, useCommits } from "./histories";
import { sourceOf } from "./lines";
import { factsOf } from "./point";
import { intervalText, isWorse, relative } from "./tip";

/** Rows of a page of the table. */
const ROWS_A_PAGE = 50;

export interface Row {
  shown: number;
  index: number;
  position: number;
}

/** The points of the lines between two places of the x axis, newest first. */
export function rowsOf(shown: readonly Shown[], lines: readonly Line[], x: [number, number]): Row[] {
  const rows: Row[] = [];
  lines.forEach((line, number) => {
    const { position } = shown[number].history;
    for (let i = lowerBound(line.x, x[0]); i < line.x.length && line.x[i] <= x[1]; i++) {
      const index = sourceOf(line, i);
      rows.push({ shown: number, index, position: position[index] });
    }
  });
  return rows.sort((a, b) => b.position - a.position || a.shown - b.shown);
}

interface PointTableProps {
  site: Site;
  catalog: Catalog;
  shown: readonly Shown[];
  rows: Row[];
  id: string;
}

export function PointTable({ site, catalog, shown, rows, id }: PointTableProps): JSX.Element {
  const [page, setPage] = useState(0);
  const pages = Math.max(Math.ceil(rows.length / ROWS_A_PAGE), 1);
  const at = Math.min(page, pages - 1);
  const visible = rows.slice(at * ROWS_A_PAGE, (at + 1) * ROWS_A_PAGE);
  const projects = [...new Set(visible.map((row) => catalog.name("project", shown[row.shown].series)))];
  const positions = visible.map((row) => row.position);
  const range: [number, number] = positions.length === 0 ? [0, 0] : [Math.min(...positions), Math.max(...positions)];
  const commits = useCommits(site, projects, range, visible.length > 0);
  return (
    <div id={id}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div class="scroll" tabIndex={0} role="region" aria-label="Points">
        <table class="points">
          <thead>
            <tr>
              <th>commit</th>
              <th>date</th>
              <th>series</th>
              <th class="num">value</th>
              <th class="num">interval</th>
              <th class="num">change</th>
            </tr>
          </thead>
          <tbody>
            {visible.map((row) => (
              <PointRow
                key={`${row.shown} ${row.index}`}
                catalog={catalog}
                shown={shown[row.shown]}
                index={row.index}
                commits={commits.get(catalog.name("project", shown[row.shown].series))}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 ? <p class="muted">No points here.</p> : null}
      {pages > 1 ? (
        <p class="pager">
          <button type="button" class="quiet" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Newer
          </button>
          <span>
            page {at + 1} of {grouped(pages, 0)}
          </span>
          <button type="button" class="quiet" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            Older
          </button>
        </p>
      ) : null}
    </div>
  );
}

function PointRow(props: {
  catalog: Catalog;
  shown: Shown;
  index: number;
  commits: CommitTable | undefined;
}): JSX.Element {
  const { catalog, shown, index, commits } = props;
  const facts = factsOf(catalog, shown, index, commits);
  const { commit } = facts;
  return (
    <tr>
      <td class="commit-cell">
        {commit === null ? (
          grouped(facts.position, 0)
        ) : (
          <>
            <code>{commit.hash.slice(0, 8)}</code> <Name text={commit.title} />
          </>
        )}
      </td>
      <td class="nowrap">{date(commit?.unix_s)}</td>
      <td>
        <Name text={`${catalog.name("benchmark", shown.series)} ${catalog.name("variant", shown.series)}`} />
      </td>
      <td class="num">{quantity(facts.value, facts.unit)}</td>
      <td class="num">{intervalText(facts)}</td>
      <td class="num">
        <Change size={relative(facts)} worse={isWorse(facts)} />
      </td>
    </tr>
  );
}

/** All points shown, in base units, for a file. */
export function pointData(
  catalog: Catalog,
  shown: readonly Shown[],
  rows: readonly Row[],
  commits: ReadonlyMap<string, CommitTable>,
): DataTable {
  return {
    name: shown.length === 1 ? catalog.label(shown[0].series) : "series",
    columns: [
      "project",
      "machine",
      "benchmark",
      "variant",
      "phase",
      "metric",
      "unit",
      "position",
      "commit",
      "unix_s",
      "value",
      "low",
      "high",
      "run",
    ],
    rows: rows.map((row) => {
      const { history, series } = shown[row.shown];
      const commit = commits.get(catalog.name("project", series))?.get(row.position) ?? null;
      const number = (value: number) => (Number.isNaN(value) ? null : value);
      return [
        ...catalog.names(series),
        catalog.unit(series),
        row.position,
        commit?.hash ?? null,
        commit?.unix_s ?? null,
        number(history.value[row.index]),
        number(history.low[row.index]),
        number(history.high[row.index]),
        history.run[row.index] ?? null,
      ];
    }),
  };
}
