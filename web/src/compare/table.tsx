/** The verdict table of one phase and metric. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { grouped, plusMinus, quantity, ratioDecimals, ratioText } from "../text/units";
import { Name } from "../ui/parts";
import type { Estimate, Row, Section } from "./judge";
import { countsText, intervalShown, ratioShown, toneOf, unitsText, verdictText } from "./words";

export type SortKey = "benchmark" | "a" | "b" | "ratio" | "verdict";

export interface Sorting {
  key: SortKey;
  isDown: boolean;
}

/** Rows of a table that are drawn before a reader asks for all. */
const ROWS_SHOWN = 300;

const ORDER: Record<string, number> = { slower: 0, faster: 1, inconclusive: 2, same: 3 };

export function sorted(rows: readonly Row[], { key, isDown }: Sorting): Row[] {
  const value = (row: Row): number | string => {
    switch (key) {
      case "benchmark":
        return row.benchmark;
      case "a":
        return row.estimates[0]?.centre ?? Number.POSITIVE_INFINITY;
      case "b":
        return row.estimates[1]?.centre ?? Number.POSITIVE_INFINITY;
      case "ratio":
        return row.comparison === null ? Number.POSITIVE_INFINITY : ratioShown(row);
      case "verdict":
        return (ORDER[row.verdict?.kind ?? ""] ?? 4) - Math.min(Math.abs(row.comparison?.diffLog ?? 0) / 100, 0.99);
    }
  };
  const keyed = rows.map((row) => ({ row, at: value(row) }));
  keyed.sort((x, y) => (x.at < y.at ? -1 : x.at > y.at ? 1 : x.row.benchmark < y.row.benchmark ? -1 : 1));
  if (isDown) keyed.reverse();
  return keyed.map((one) => one.row);
}

export function rowKey(row: Row): string {
  return JSON.stringify([row.benchmark, row.phase, row.metric.name, row.variants]);
}

interface TableProps {
  section: Section;
  rows: Row[];
  sorting: Sorting;
  chosen: string | null;
  onSort: (sorting: Sorting) => void;
  onChoose: (row: Row) => void;
}

const COLUMNS: [SortKey, string, boolean][] = [
  ["benchmark", "benchmark", false],
  ["a", "A", true],
  ["b", "B", true],
  ["ratio", "ratio", true],
  ["verdict", "verdict", false],
];

export function VerdictTable({ section, rows, sorting, chosen, onSort, onChoose }: TableProps): JSX.Element {
  const [isAll, setAll] = useState(false);
  const ordered = sorted(rows, sorting);
  const shown = isAll ? ordered : ordered.slice(0, ROWS_SHOWN);
  const [a, b] = section.variants;
  return (
    <section class="verdicts" aria-label={`${section.phase} ${section.metric.name}, ${a} and ${b}`}>
      <h2>
        {section.phase} <span class="muted">{section.metric.name}</span>
        {a === b ? (
          <span class="count">
            <Name text={a} />
          </span>
        ) : (
          <span class="count">
            A <Name text={a} />, B <Name text={b} />
          </span>
        )}
      </h2>
      <MeanLine section={section} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div class="scroll" tabIndex={0} role="region" aria-label={`Table of ${section.phase} ${section.metric.name}`}>
        <table>
          <thead>
            <tr>
              {COLUMNS.map(([key, title, isNumber]) => (
                <th
                  key={key}
                  class={isNumber ? "num" : ""}
                  aria-sort={sorting.key === key ? (sorting.isDown ? "descending" : "ascending") : "none"}
                >
                  <button
                    type="button"
                    class="sort"
                    onClick={() => onSort({ key, isDown: sorting.key === key && !sorting.isDown })}
                  >
                    {title}
                    <span aria-hidden="true">{sorting.key === key ? (sorting.isDown ? " ↓" : " ↑") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <VerdictRow
                key={rowKey(row)}
                row={row}
                isChosen={rowKey(row) === chosen}
                onChoose={() => onChoose(row)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 ? <p class="muted">No row passes the filter.</p> : null}
      {shown.length < rows.length ? (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show all {rows.length} rows
        </button>
      ) : null}
    </section>
  );
}

function MeanLine({ section }: { section: Section }): JSX.Element {
  const { mean, rows, metric } = section;
  const counts = countsText(rows);
  if (mean === null) return <p class="mean">{counts}</p>;
  const sign = metric.direction === "higher" ? -1 : 1;
  const ratio = Math.exp(sign * mean.meanLog);
  const ends = [mean.ci95.lo, mean.ci95.hi].map((end) => Math.exp(sign * end)).sort((x, y) => x - y);
  const decimals = ratioDecimals(ratio);
  const method =
    mean.dof === null
      ? ""
      : mean.method === "satterthwaite"
        ? "interval from each benchmark's spread"
        : "interval from common rounds";
  return (
    <p class="mean">
      Geometric mean <strong class="num">{ratioText(ratio)}</strong>
      {mean.dof === null ? null : (
        <span class="num">
          {" "}
          [{grouped(ends[0], decimals)}, {grouped(ends[1], decimals)}]
        </span>
      )}{" "}
      <span class="muted">
        of {rows.filter((row) => row.comparison !== null).length} ratios{method === "" ? "" : `, ${method}`}
      </span>
      {counts === "" ? null : <span> · {counts}</span>}
    </p>
  );
}

function estimateText(estimate: Estimate | null, unit: string): JSX.Element | string {
  if (estimate === null) return "";
  const half = estimate.ci95 === null ? null : Math.sqrt(estimate.ci95.hi / estimate.ci95.lo) - 1;
  return (
    <>
      {quantity(estimate.centre, unit)}
      {half === null || half === 0 ? null : <span class="muted"> {plusMinus(half)}</span>}
    </>
  );
}

function VerdictRow({ row, isChosen, onChoose }: { row: Row; isChosen: boolean; onChoose: () => void }): JSX.Element {
  const outcome = row.cells.find((cell) => cell !== null && cell.outcome !== "measured");
  return (
    <tr class={isChosen ? "chosen" : ""}>
      <td>
        <button type="button" class="link" aria-pressed={isChosen} onClick={onChoose}>
          <Name text={row.benchmark} />
        </button>
      </td>
      <td class="num">{estimateText(row.estimates[0], row.metric.unit)}</td>
      <td class="num">{estimateText(row.estimates[1], row.metric.unit)}</td>
      {outcome ? (
        <td colSpan={2} class="outcome">
          {outcome.outcome.replace(/_/g, " ")}
          {outcome.reason === null ? "" : ": "}
          {outcome.reason === null ? null : <Name text={outcome.reason} />}
        </td>
      ) : (
        <>
          <td class="num">
            {row.comparison === null ? (
              unitsText(row)
            ) : (
              <>
                {ratioText(ratioShown(row))} <span class="muted interval-cell">{intervalShown(row)}</span>
              </>
            )}
          </td>
          <td>
            <span class={`verdict verdict-${toneOf(row)}`}>{verdictText(row)}</span>
            {row.notes.length === 0 ? null : (
              <span class="row-note" title={row.notes.join("\n")}>
                {row.notes.some((note) => note.startsWith("unpaired")) ? " unpaired" : " note"}
              </span>
            )}
          </td>
        </>
      )}
    </tr>
  );
}
