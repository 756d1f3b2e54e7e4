/** One incident: what moved, by how much, when; who knows of it; which commits may have done it; how to see for oneself. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Catalog } from "../data/catalog";
import { link } from "../data/site";
import type { Incident, IncidentSeries, Project } from "../data/types";
import { plotFigure } from "../plot/axes";
import { lineStyle, palette } from "../plot/palette";
import { xRange, yRange } from "../plot/range";
import type { Line } from "../plot/scene";
import type { Figure } from "../plot/shapes";
import { Spark } from "../plot/spark";
import { encode, encodeParts, href } from "../route/params";
import { date, dateTime } from "../text/time";
import { counted, percent, percentInterval } from "../text/units";
import { Actions } from "../ui/actions";
import { readyValue, Show, useAsync, useSite } from "../ui/async";
import { badgePath } from "../ui/badge";
import { CopyButton } from "../ui/copy";
import { Change, Name, OutLink, PageHead, StateChip } from "../ui/parts";
import { useTheme } from "../ui/theme";
import { incidentTable, likeliest } from "./overview";

export function IncidentPage({ id }: { id: string }): JSX.Element {
  const site = useSite();
  const incident = useAsync(() => site.findIncident(id), [site, id]);
  return (
    <Show of={incident} what="The incident">
      {(found) =>
        found === null ? (
          <PageHead title={<Name text={id} />} plain={id} lead="There is no such incident on this site (any more)." />
        ) : (
          <IncidentView incident={found} />
        )
      }
    </Show>
  );
}

function IncidentView({ incident }: { incident: Incident }): JSX.Element {
  const site = useSite();
  const catalog = useAsync(() => site.catalog(), [site]);
  const colours = palette(useTheme().isDark);
  const known = readyValue(catalog);
  const commit = likeliest(incident);
  const main = incident.series[0];
  const figure = main?.spark?.length ? () => sparkFigure(incident, main, known, colours) : null;
  return (
    <>
      <PageHead
        kicker={<a href={href("overview")}>Incidents</a>}
        title={
          <>
            <Change size={incident.size} worse={incident.worse} />{" "}
            {commit === null ? <Name text={incident.id} /> : <Name text={commit.title} />}
          </>
        }
        plain={`${percent(incident.size)} ${incident.id}`}
        lead={
          <>
            <Name text={incident.id} />, <Name text={incident.project} /> on{" "}
            <a href={href("machine", incident.machine)}>
              <Name text={incident.machine} />
            </a>
            , opened {dateTime(incident.opened_unix_s)}{" "}
            <StateChip state={incident.state} decision={incident.decision?.kind ?? null} />
          </>
        }
      >
        <Actions
          table={() => incidentTable([incident])}
          figure={figure}
          badge={{ path: badgePath("project", incident.project), text: `performance of ${incident.project}` }}
        />
      </PageHead>
      <div class="columns">
        <div>
          <section>
            <h2>{counted(incident.series_total ?? incident.series.length, "series")} moved</h2>
            <Show of={catalog} what="The catalogue">
              {(found) => <Moved incident={incident} catalog={found} />}
            </Show>
          </section>
          <Culprits incident={incident} project={site.project(incident.project)} />
        </div>
        <div>
          {incident.reproduce === null ? null : <Reproduce command={incident.reproduce} />}
          <Confirmations incident={incident} />
          <Decision incident={incident} />
          <section>
            <h2>History</h2>
            <ol class="timeline">
              {incident.history.map((entry) => (
                <li key={`${entry.unix_s} ${entry.text}`}>
                  <span class="muted">{date(entry.unix_s)}</span> <Name text={entry.text} />
                </li>
              ))}
            </ol>
          </section>
        </div>
      </div>
    </>
  );
}

/** Series listed before a reader asks for all. */
const SERIES_SHOWN = 30;

function Moved({ incident, catalog }: { incident: Incident; catalog: Catalog }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const there = incident.series.filter((one) => one.series < catalog.size);
  const shown = isAll ? there : there.slice(0, SERIES_SHOWN);
  const keys = there.slice(0, 8).map((one) => encodeParts(catalog.names(one.series)));
  return (
    <>
      <ul class="moved">
        {shown.map((one) => {
          const isLower = catalog.metric(one.series).direction !== "higher";
          const worse = one.size === 0 ? null : one.size > 0 === isLower;
          return (
            <li key={one.series}>
              <a
                class="moved-row"
                href={href("explorer", null, {
                  s: encodeParts(catalog.names(one.series)),
                  pin: `0_${incident.at}`,
                })}
              >
                {one.spark === null ? (
                  <span class="spark" />
                ) : (
                  <Spark
                    values={one.spark}
                    at={one.spark_at}
                    worse={worse}
                    label={`Around the change: ${percent(one.size)}`}
                    width={140}
                    height={36}
                  />
                )}
                <span class="moved-name">
                  <Name text={catalog.name("benchmark", one.series)} />
                  <span class="muted">
                    <Name text={catalog.name("variant", one.series)} /> · {catalog.name("phase", one.series)}{" "}
                    {catalog.name("metric", one.series)}
                  </span>
                </span>
                <span class="moved-size">
                  <Change size={one.size} worse={worse} />
                  <span class="interval">{percentInterval(one.low, one.high)}</span>
                </span>
              </a>
            </li>
          );
        })}
      </ul>
      {shown.length < there.length ? (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show all {there.length}
        </button>
      ) : null}
      {(incident.series_total ?? 0) > incident.series.length ? (
        <p class="muted">Those that moved most are listed.</p>
      ) : null}
      {keys.length > 1 ? (
        <p>
          <a href={href("explorer", null, { s: keys.join(","), y: "first" })}>
            Show {keys.length < there.length ? `the first ${keys.length}` : "all"} on one plot
          </a>
        </p>
      ) : null}
    </>
  );
}

function Culprits({ incident, project }: { incident: Incident; project: Project | null }): JSX.Element {
  const { commits, commits_total: total } = incident;
  const first = commits[0];
  const last = commits[commits.length - 1];
  const range =
    first && last && commits.length > 1 ? link(project?.range_url, { from: first.hash, to: last.hash }) : null;
  return (
    <section>
      <h2>{total === 1 ? "The commit" : `One of ${counted(total, "commit")}`}</h2>
      <ol class="culprits">
        {commits.map((commit) => (
          <li key={commit.hash} class={commit.position === incident.at ? "likeliest" : ""}>
            <OutLink to={link(project?.commit_url, { hash: commit.hash })}>
              <code>{commit.hash.slice(0, 8)}</code>
            </OutLink>
            <span>
              <Name text={commit.title} />
              <span class="muted">
                <Name text={commit.author} />, {date(commit.unix_s)}
                {commit.position === incident.at && total > 1 ? " · likeliest" : ""}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {commits.length < total ? <p class="muted">and {total - commits.length} more</p> : null}
      {range === null ? null : (
        <p>
          <OutLink to={range}>Log of the range</OutLink>
        </p>
      )}
    </section>
  );
}

function Reproduce({ command }: { command: string }): JSX.Element {
  return (
    <section>
      <h2>See for yourself</h2>
      <div class="command">
        <code>{command}</code>
        <CopyButton text={() => command} label="Copy" />
      </div>
    </section>
  );
}

function Confirmations({ incident }: { incident: Incident }): JSX.Element {
  return (
    <section>
      <h2>Confirmation</h2>
      {incident.confirmations.length === 0 ? (
        <p class="muted">Both ends were not measured against each other yet.</p>
      ) : (
        <ul class="plain">
          {incident.confirmations.map((one) => (
            <li key={one.run}>
              <strong>{one.verdict}</strong> {one.size === null ? "" : percent(one.size)}{" "}
              {percentInterval(one.low, one.high)}{" "}
              <a href={href("runs", null, { q: encode(one.run) })}>
                run <Name text={one.run} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Decision({ incident }: { incident: Incident }): JSX.Element {
  const { decision } = incident;
  return (
    <section>
      <h2>Decision</h2>
      {decision === null ? (
        <p class="muted">
          Nobody decided yet: <code>kymo ack</code>, <code>kymo expect</code> or <code>kymo ignore</code>.
        </p>
      ) : (
        <p>
          <strong>{decision.kind}</strong> <Name text={decision.reason} />{" "}
          <span class="muted">
            <Name text={decision.by} />, {decision.date}
          </span>
        </p>
      )}
    </section>
  );
}

/** The spark line of a series at full size, for a file. */
function sparkFigure(
  incident: Incident,
  moved: IncidentSeries,
  catalog: Catalog | null,
  colours: ReturnType<typeof palette>,
): Figure {
  const values = moved.spark ?? [];
  const kept = values.flatMap((value, i) => (value === null ? [] : [[i, 100 * (value - 1)]]));
  const nothing = new Float64Array(kept.length).fill(Number.NaN);
  const line: Line = {
    name: catalog === null || moved.series >= catalog.size ? incident.id : catalog.label(moved.series),
    unit: "%",
    style: lineStyle(colours, 0),
    x: Float64Array.from(kept, ([x]) => x),
    y: Float64Array.from(kept, ([, y]) => y),
    low: nothing,
    high: nothing,
    breaks: [],
    failed: [],
    isCanary: false,
  };
  const x = xRange([line]);
  const y = yRange([line], x[0], x[1], { isLog: false, fromZero: false, clip: false, bands: false });
  const label = `${percent(moved.size)} ${incident.state}`;
  const marks = moved.spark_at === null ? [] : [{ x: moved.spark_at, label, kind: "incident" as const, members: [0] }];
  return plotFigure(
    {
      title: incident.id,
      subtitle: "points around the change, relative to the first",
      lines: [line],
      marks,
      xKind: "commit",
      xLabel: "point",
      unit: "%",
      x,
      y,
      isLog: false,
      bands: false,
    },
    colours,
    800,
    300,
  );
}
