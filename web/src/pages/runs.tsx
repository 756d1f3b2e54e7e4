/** The runs, newest first. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { link } from "../data/site";
import type { Run } from "../data/types";
import { FigureBox } from "../plot/figure-view";
import { palette } from "../plot/palette";
import { setParams } from "../route/location";
import { decode, encode, encodeParts, href } from "../route/params";
import { dateTime, duration } from "../text/time";
import { counted, grouped } from "../text/units";
import { Actions } from "../ui/actions";
import { readyValue, Show, useAsync, useSite } from "../ui/async";
import { Filter, Name, OutLink, PageHead } from "../ui/parts";
import { useTheme } from "../ui/theme";
import { runsFigure, timedRuns } from "./runs-figure";

/** Rows drawn before a reader asks for more. */
const ROWS_SHOWN = 200;

/** Runs that make a plot; fewer are read faster in the table. */
const PLOTTED_MIN = 3;

export function RunsPage({ params }: { params: Record<string, string> }): JSX.Element {
  const site = useSite();
  const [parts, setParts] = useState(1);
  const [rows, setRows] = useState(ROWS_SHOWN);
  const runs = useAsync(() => site.runs(parts), [site, parts]);
  const filter = decode(params.q ?? "");
  const words = filter.toLowerCase().split(/\s+/);
  const text = (run: Run) =>
    [run.id, run.label, run.project, run.commit, run.machine, ...run.variants].join(" ").toLowerCase();
  const found = (readyValue(runs) ?? []).filter((run) => words.every((word) => text(run).includes(word)));
  const colours = palette(useTheme().isDark);
  const timed = timedRuns(found);
  const figure = (width: number) => runsFigure(timed, colours, width);
  const isMore = parts < site.head.runs.length;
  return (
    <>
      <PageHead
        title="Runs"
        plain="Runs"
        lead={runs.state === "ready" ? `${counted(found.length, "run")}${isMore ? " of the newest" : ""}` : ""}
      >
        <Actions
          table={() => runTable(found)}
          figure={timed.length === 0 ? null : () => figure(900)}
          badge={{ path: "badge/runs.svg", text: "the newest run" }}
        />
      </PageHead>
      <Filter label="Filter runs" value={filter} onInput={(q) => setParams({ q: encode(q) })} />
      {timed.length < PLOTTED_MIN ? null : (
        <FigureBox
          make={figure}
          label={`How long ${counted(timed.length, "run")} took, over time; the table has them all`}
        />
      )}
      <Show of={runs} what="The runs">
        {() => <RunTable runs={found.slice(0, rows)} />}
      </Show>
      {runs.state === "ready" && found.length === 0 ? (
        <p class="blank">{site.head.runs.length === 0 ? "No run is stored yet." : "No run passes the filter."}</p>
      ) : null}
      {found.length > rows ? (
        <button type="button" onClick={() => setRows(rows + ROWS_SHOWN)}>
          Show more
        </button>
      ) : isMore ? (
        <button type="button" onClick={() => setParts(parts + 1)}>
          Load older runs
        </button>
      ) : null}
    </>
  );
}

function RunTable({ runs }: { runs: Run[] }): JSX.Element {
  const site = useSite();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <div class="scroll" tabIndex={0} role="region" aria-label="Runs">
      <table>
        <thead>
          <tr>
            <th>run</th>
            <th>commit</th>
            <th>machine</th>
            <th>engines</th>
            <th class="num">benchmarks</th>
            <th>outcomes</th>
            <th class="num">took</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td class="nowrap">
                {run.data === null ? (
                  <span title="The samples of this run are not published">{dateTime(run.created_unix_s)}</span>
                ) : (
                  <a href={href("compare", null, { a: encodeParts([run.id]) })}>{dateTime(run.created_unix_s)}</a>
                )}
                <span class="muted block">
                  <Name text={run.label ?? run.id} />
                </span>
              </td>
              <td class="nowrap">
                <Name text={run.project} />{" "}
                {run.commit === null ? null : (
                  <OutLink to={link(site.project(run.project ?? "")?.commit_url, { hash: run.commit })}>
                    <code>{run.commit.slice(0, 8)}</code>
                  </OutLink>
                )}
                {run.commit !== null && run.position === null ? (
                  <span class="muted block">not on the main line</span>
                ) : null}
              </td>
              <td>
                <a href={href("machine", run.machine)}>
                  <Name text={run.machine} />
                </a>
              </td>
              <td class="wide">
                <Name text={run.variants.join(", ")} />
              </td>
              <td class="num">{grouped(run.benchmarks, 0)}</td>
              <td>
                <Outcomes run={run} />
              </td>
              <td class="num nowrap">{run.duration_s === null ? "—" : duration(run.duration_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Outcomes({ run }: { run: Run }): JSX.Element {
  const failed = Object.entries(run.outcomes).filter(([name]) => name !== "measured");
  return (
    <>
      {grouped(run.outcomes.measured ?? 0, 0)} measured
      {failed.length === 0 ? null : (
        <span class="muted block">
          {failed.map(([name, count]) => `${count} ${name.replace(/_/g, " ")}`).join(", ")}
        </span>
      )}
      {run.noise.length === 0 ? null : (
        <span class="worse block" title={run.noise.join("\n")}>
          noisy
        </span>
      )}
    </>
  );
}

function runTable(runs: readonly Run[]) {
  return {
    name: "runs",
    columns: [
      "id",
      "label",
      "project",
      "commit",
      "position",
      "created_unix_s",
      "duration_s",
      "machine",
      "fingerprint",
      "variants",
      "benchmarks",
      "measured",
      "noise",
    ],
    rows: runs.map((run) => [
      run.id,
      run.label,
      run.project,
      run.commit,
      run.position,
      run.created_unix_s,
      run.duration_s,
      run.machine,
      run.fingerprint,
      run.variants.join(" "),
      run.benchmarks,
      run.outcomes.measured ?? 0,
      run.noise.join("; "),
    ]),
  };
}
