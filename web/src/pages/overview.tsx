/** The overview: what changed lately, per project; the machines' health; first steps where nothing is stored yet. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Catalog } from "../data/catalog";
import type { Incident, Machine, Project } from "../data/types";
import { FigureBox } from "../plot/figure-view";
import { palette } from "../plot/palette";
import { Spark } from "../plot/spark";
import { href } from "../route/params";
import { ago, date } from "../text/time";
import { counted, grouped, percent, percentInterval } from "../text/units";
import { Actions } from "../ui/actions";
import { readyValue, Show, useAsync, useSite } from "../ui/async";
import type { DataTable } from "../ui/export";
import { Change, Name, OutLink, PageHead, StateChip } from "../ui/parts";
import { useTheme } from "../ui/theme";
import { changesFigure } from "./changes-figure";
import { machineHealth } from "./health";

/** Changes that make a plot; fewer are read faster in the list. */
const PLOTTED_MIN = 3;

export function OverviewPage(): JSX.Element {
  const site = useSite();
  const [parts, setParts] = useState(1);
  const incidents = useAsync(() => site.incidents(parts), [site, parts]);
  const catalog = useAsync(() => site.catalog(), [site]);
  const machines = useAsync(() => site.machines(), [site]);
  const colours = palette(useTheme().isDark);
  const { head } = site;
  const size = readyValue(catalog)?.size ?? null;
  if (head.projects.length === 0 && size === 0) return <FirstSteps />;
  const known = readyValue(incidents) ?? [];
  return (
    <>
      <PageHead
        title="What changed lately"
        plain="Overview"
        lead={`${counted(head.projects.length, "project")}${size === null ? "" : `, ${grouped(size, 0)} series`}, as of ${date(head.generated_unix_s)}`}
      >
        <Actions
          table={() => incidentTable(known)}
          figure={known.length === 0 ? null : () => changesFigure(known, colours, 900)}
          badge={{ path: "badge/site.svg", text: "performance" }}
        />
      </PageHead>
      <Show of={incidents} what="The incidents">
        {(found) => (
          <>
            {head.projects.map((project) => (
              <ProjectIncidents
                key={project.name}
                project={project}
                incidents={found.filter((incident) => incident.project === project.name)}
                catalog={readyValue(catalog)}
              />
            ))}
            {parts < head.incidents.length ? (
              <button type="button" onClick={() => setParts(parts + 1)}>
                Show older incidents
              </button>
            ) : null}
            {found.length < PLOTTED_MIN ? null : (
              <FigureBox
                make={(width) => changesFigure(found, colours, width)}
                label={`The sizes of ${counted(found.length, "change")} over time; the list above has them all`}
              />
            )}
          </>
        )}
      </Show>
      <section aria-labelledby="machines-title">
        <h2 id="machines-title">Machines</h2>
        <Show of={machines} what="The machines">
          {(found) => <MachineTable machines={found} />}
        </Show>
      </section>
      <section aria-labelledby="projects-title">
        <h2 id="projects-title">Projects</h2>
        <ProjectTable projects={head.projects} />
      </section>
    </>
  );
}

function FirstSteps(): JSX.Element {
  return (
    <>
      <PageHead title="Nothing is stored yet" plain="First steps" lead="Two commands put the first points here." />
      <ol class="steps">
        <li>
          Measure a commit and file it:
          <pre>
            <code>kymo run SUITE -e ENGINE --project P --commit C</code>
          </pre>
        </li>
        <li>
          Publish:
          <pre>
            <code>kymo site build</code>
          </pre>
        </li>
      </ol>
      <p>Then reload this page. With a few dozen commits, changes are found and listed here.</p>
    </>
  );
}

/** Incidents shown of one project before a reader asks for more. */
const SHOWN = 12;

function ProjectIncidents(props: { project: Project; incidents: Incident[]; catalog: Catalog | null }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const { project, incidents, catalog } = props;
  const shown = isAll ? incidents : incidents.slice(0, SHOWN);
  return (
    <section class="project">
      <h2>
        <Name text={project.name} />
        <span class="count">{incidents.length === 0 ? "" : counted(incidents.length, "incident")}</span>
      </h2>
      {incidents.length === 0 ? <p class="muted">No change was found in what is measured.</p> : null}
      {shown.length === 0 ? null : (
        <ul class="incidents">
          {shown.map((incident) => (
            <IncidentRow key={incident.id} incident={incident} catalog={catalog} />
          ))}
        </ul>
      )}
      {shown.length < incidents.length ? (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show all {incidents.length}
        </button>
      ) : null}
    </section>
  );
}

export function likeliest(incident: Incident): { hash: string; title: string } | null {
  return incident.commits.find((commit) => commit.position === incident.at) ?? incident.commits[0] ?? null;
}

function IncidentRow({ incident, catalog }: { incident: Incident; catalog: Catalog | null }): JSX.Element {
  const main = incident.series[0];
  const commit = likeliest(incident);
  const moved = incident.series_total ?? incident.series.length;
  const isKnown = catalog !== null && main !== undefined && main.series < catalog.size;
  return (
    <li>
      <a class="incident" href={href("incident", incident.id)}>
        <span class="incident-size">
          <Change size={incident.size} worse={incident.worse} />
          <span class="interval">{main ? percentInterval(main.low, main.high) : ""}</span>
        </span>
        {main?.spark ? (
          <Spark
            values={main.spark}
            at={main.spark_at}
            worse={incident.worse}
            label={`Around the change: ${percent(incident.size)}`}
          />
        ) : (
          <span class="spark" />
        )}
        <span class="incident-what">
          <span class="incident-name">
            {isKnown ? (
              <>
                <Name text={catalog.name("benchmark", main.series)} />
                <span class="muted">
                  {" "}
                  <Name text={catalog.name("variant", main.series)} /> · {catalog.name("phase", main.series)}{" "}
                  {catalog.name("metric", main.series)}
                </span>
              </>
            ) : (
              incident.id
            )}
          </span>
          <span class="incident-commit">
            {commit === null ? null : (
              <>
                <code>{commit.hash.slice(0, 8)}</code> <Name text={commit.title} />
              </>
            )}
            {incident.commits_total > 1 ? <span class="muted"> or one of {incident.commits_total} commits</span> : null}
          </span>
        </span>
        <span class="incident-meta">
          <StateChip state={incident.state} decision={incident.decision?.kind ?? null} />
          <span class="muted">
            {moved > 1 ? `${counted(moved, "series")} · ` : ""}
            {date(incident.opened_unix_s)}
          </span>
        </span>
      </a>
    </li>
  );
}

export function incidentTable(incidents: readonly Incident[]): DataTable {
  return {
    name: "incidents",
    columns: [
      "id",
      "project",
      "machine",
      "state",
      "decision",
      "size",
      "low",
      "high",
      "first",
      "last",
      "series",
      "opened_unix_s",
    ],
    rows: incidents.map((one) => [
      one.id,
      one.project,
      one.machine,
      one.state,
      one.decision?.kind ?? null,
      one.size,
      one.series[0]?.low ?? null,
      one.series[0]?.high ?? null,
      one.first,
      one.last,
      one.series_total ?? one.series.length,
      one.opened_unix_s,
    ]),
  };
}

function MachineTable({ machines }: { machines: Machine[] }): JSX.Element {
  const now = useSite().head.generated_unix_s;
  if (machines.length === 0) return <p class="muted">No machine is known yet.</p>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>machine</th>
            <th>health</th>
            <th class="num">runs</th>
            <th class="num">noisy of last</th>
            <th>last run</th>
          </tr>
        </thead>
        <tbody>
          {machines.map((machine) => {
            const health = machineHealth(machine);
            return (
              <tr key={machine.name}>
                <td>
                  <a href={href("machine", machine.name)}>
                    <Name text={machine.name} />
                  </a>
                </td>
                <td>
                  <span class={`health health-${health.kind}`}>{health.text}</span>
                </td>
                <td class="num">{grouped(machine.runs, 0)}</td>
                <td class="num">{machine.noisy_of_last === null ? "—" : machine.noisy_of_last.join(" / ")}</td>
                <td>{ago(machine.last_run_unix_s, now)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function ProjectTable({ projects }: { projects: Project[] }): JSX.Element {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>project</th>
            <th>branch</th>
            <th class="num">commits</th>
            <th>repository</th>
            <th>
              <span class="visually-hidden">series</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {projects.map((project) => (
            <tr key={project.name}>
              <td>
                <Name text={project.name} />
              </td>
              <td>
                <Name text={project.branch} />
              </td>
              <td class="num">{grouped(project.commits, 0)}</td>
              <td>
                <OutLink to={/^https?:\/\//.test(project.repository ?? "") ? project.repository : null}>
                  <Name text={project.repository?.replace(/^https?:\/\//, "")} />
                </OutLink>
              </td>
              <td class="nowrap">
                <a href={href("explorer", null, { project: encodeURIComponent(project.name) })}>
                  All series<span class="visually-hidden"> of {project.name}</span>
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
