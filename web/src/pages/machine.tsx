/** Machines: what they are, how quiet they are, and what their changes cost the record. */

import type { ComponentChildren, JSX } from "preact";
import type { Epoch, Floor, Machine } from "../data/types";
import { FigureBox } from "../plot/figure-view";
import { palette } from "../plot/palette";
import { href } from "../route/params";
import { ago, date } from "../text/time";
import { counted, grouped, share } from "../text/units";
import { Actions } from "../ui/actions";
import { Show, useAsync, useSite } from "../ui/async";
import { badgePath } from "../ui/badge";
import { Name, PageHead } from "../ui/parts";
import { useTheme } from "../ui/theme";
import { epochsFigure, machinesWithEpochs } from "./epochs-figure";
import { aaBand, machineHealth } from "./health";

interface MachinePageProps {
  /** One machine, or all. */
  name: string | null;
  /** What the machines do just now, where somebody knows: shown below the head. */
  children?: ComponentChildren;
}

export function MachinePage({ name, children }: MachinePageProps): JSX.Element {
  const site = useSite();
  const machines = useAsync(() => site.machines(), [site]);
  return (
    <Show of={machines} what="The machines">
      {(found) => {
        if (name === null) return <MachineList machines={found}>{children}</MachineList>;
        const machine = found.find((one) => one.name === name);
        if (machine !== undefined) return <MachineView machine={machine}>{children}</MachineView>;
        const lead = children
          ? "Nothing in the record is from it yet."
          : "No machine of this name is known on this site.";
        return (
          <>
            <PageHead
              kicker={children ? <a href={href("machines")}>Machines</a> : null}
              title={<Name text={name} />}
              plain={name}
              lead={lead}
            />
            {children}
          </>
        );
      }}
    </Show>
  );
}

function MachineList({ machines, children }: { machines: Machine[]; children: ComponentChildren }): JSX.Element {
  const now = useSite().head.generated_unix_s;
  const colours = palette(useTheme().isDark);
  const dated = machinesWithEpochs(machines);
  const figure = (width: number) => epochsFigure(dated, colours, width);
  return (
    <>
      <PageHead title="Machines" plain="Machines" lead="What was measured on, and how far it can be trusted.">
        <Actions
          table={() => ({
            name: "machines",
            columns: ["name", "runs", "last_run_unix_s", "noisy", "of_last", "epochs"],
            rows: machines.map((one) => [
              one.name,
              one.runs,
              one.last_run_unix_s,
              one.noisy_of_last?.[0] ?? null,
              one.noisy_of_last?.[1] ?? null,
              one.epochs.length,
            ]),
          })}
          figure={dated.length === 0 ? null : () => figure(900)}
          badge={{ path: "badge/machines.svg", text: "machines" }}
        />
      </PageHead>
      {children}
      {children ? <h2>In the record</h2> : null}
      {machines.length === 0 ? <p class="blank">No machine is known yet: it is with its first run.</p> : null}
      <ul class="machines">
        {machines.map((machine) => {
          const health = machineHealth(machine);
          const epoch = newestEpoch(machine);
          return (
            <li key={machine.name}>
              <a href={href("machine", machine.name)}>
                <strong>
                  <Name text={machine.name} />
                </strong>
                <span class={`health health-${health.kind}`}>{health.text}</span>
                <span class="muted">
                  <Name text={epoch?.fields.cpu_model ?? ""} />
                </span>
                <span class="muted">
                  {counted(machine.runs, "run")}, last {ago(machine.last_run_unix_s, now)}
                </span>
              </a>
            </li>
          );
        })}
      </ul>
      {dated.length === 0 ? null : (
        <FigureBox make={figure} label="The epochs of the machines over time; each machine's page lists its own" />
      )}
    </>
  );
}

function newestEpoch(machine: Machine): Epoch | null {
  return machine.epochs.reduce<Epoch | null>(
    (best, one) => (best === null || one.last_unix_s >= best.last_unix_s ? one : best),
    null,
  );
}

function MachineView({ machine, children }: { machine: Machine; children: ComponentChildren }): JSX.Element {
  const now = useSite().head.generated_unix_s;
  const health = machineHealth(machine);
  const epoch = newestEpoch(machine);
  const colours = palette(useTheme().isDark);
  const figure = (width: number) => epochsFigure([machine], colours, width);
  return (
    <>
      <PageHead
        kicker={<a href={href("machines")}>Machines</a>}
        title={<Name text={machine.name} />}
        plain={machine.name}
        lead={
          <>
            <span class={`health health-${health.kind}`}>{health.text}</span> · {counted(machine.runs, "run")}, last{" "}
            {ago(machine.last_run_unix_s, now)}
          </>
        }
      >
        <Actions
          table={() => floorTable(machine)}
          figure={epoch === null ? null : () => figure(900)}
          badge={{ path: badgePath("machine", machine.name), text: `machine ${machine.name}` }}
        />
      </PageHead>
      {children}
      {machine.remarks.map((remark) => (
        <p key={remark} class="note">
          <Name text={remark} />
        </p>
      ))}
      <div class="columns">
        <section>
          <h2>Fingerprint</h2>
          {epoch === null ? <p class="muted">Not known.</p> : <Fields epoch={epoch} />}
        </section>
        <section>
          <h2>Epochs</h2>
          <p class="muted">A new fingerprint begins an epoch; points on both sides of one are never compared.</p>
          {epoch === null ? null : <FigureBox make={figure} label="The epochs over time; they are listed below" />}
          <Epochs epochs={machine.epochs} />
        </section>
      </div>
      <section>
        <h2>Noise floor</h2>
        <p class="muted">
          What two copies of one engine differ by on this machine. A verdict's margin is the larger of it and 1 %.
        </p>
        <Floors floors={machine.floors} current={epoch?.fingerprint ?? null} />
      </section>
    </>
  );
}

function Fields({ epoch }: { epoch: Epoch }): JSX.Element {
  return (
    <dl class="facts">
      <dt>fingerprint</dt>
      <dd>
        <code>{epoch.fingerprint}</code>
      </dd>
      {Object.entries(epoch.fields).map(([field, value]) => (
        <>
          <dt>{field.replace(/_/g, " ")}</dt>
          <dd>
            <Name text={value} />
          </dd>
        </>
      ))}
    </dl>
  );
}

function Epochs({ epochs }: { epochs: Epoch[] }): JSX.Element {
  const ordered = [...epochs].sort((a, b) => b.first_unix_s - a.first_unix_s);
  return (
    <ol class="timeline">
      {ordered.map((epoch, i) => (
        <li key={epoch.fingerprint}>
          <code>{epoch.fingerprint.slice(0, 8)}</code> {date(epoch.first_unix_s)} to {date(epoch.last_unix_s)},{" "}
          {counted(epoch.runs, "run")}
          <Differences now={epoch} before={ordered[i + 1]} />
        </li>
      ))}
    </ol>
  );
}

/** What made an epoch: the fields that are not as they were. */
function Differences({ now, before }: { now: Epoch; before: Epoch | undefined }): JSX.Element | null {
  if (before === undefined) return null;
  const changed = Object.keys({ ...before.fields, ...now.fields }).filter(
    (field) => before.fields[field] !== now.fields[field],
  );
  if (changed.length === 0) return null;
  return (
    <ul class="plain muted">
      {changed.map((field) => (
        <li key={field}>
          {field.replace(/_/g, " ")}: <Name text={before.fields[field]} /> → <Name text={now.fields[field]} />
        </li>
      ))}
    </ul>
  );
}

function Floors({ floors, current }: { floors: Floor[]; current: string | null }): JSX.Element {
  if (floors.length === 0) {
    return (
      <p class="blank">
        No floor was measured; margins are 1 %. Measure it on the machine with <code>kymo doctor --calibrate</code>.
      </p>
    );
  }
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>engine</th>
            <th>what</th>
            <th class="num">floor</th>
            <th class="num">A/A rate</th>
            <th>measured</th>
          </tr>
        </thead>
        <tbody>
          {floors.map((floor) => (
            <tr key={JSON.stringify([floor.fingerprint, floor.variant, floor.benchmark, floor.phase, floor.metric])}>
              <td>
                <Name text={floor.variant} />
              </td>
              <td>
                {floor.phase} {floor.metric}{" "}
                <span class="muted">
                  {floor.benchmark === null ? "all benchmarks" : <Name text={floor.benchmark} />}
                </span>
              </td>
              <td class="num">{share(Math.expm1(floor.floor))}</td>
              <td class="num">
                <AaRate floor={floor} />
              </td>
              <td>
                {date(floor.unix_s)}
                {floor.fingerprint === current ? "" : " (earlier epoch)"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AaRate({ floor }: { floor: Floor }): JSX.Element {
  const { flagged, comparisons } = floor;
  if (flagged === null || !comparisons) return <>—</>;
  const [low, high] = aaBand(comparisons);
  const rate = flagged / comparisons;
  return (
    <>
      {share(rate)}{" "}
      <span class="muted">
        {grouped(flagged, 0)} of {grouped(comparisons, 0)}
        {rate < low || rate > high ? ", outside what chance allows" : ""}
      </span>
    </>
  );
}

function floorTable(machine: Machine) {
  return {
    name: `${machine.name} floors`,
    columns: [
      "machine",
      "fingerprint",
      "variant",
      "benchmark",
      "phase",
      "metric",
      "floor_log",
      "sd_log",
      "rounds",
      "comparisons",
      "flagged",
      "unix_s",
    ],
    rows: machine.floors.map((one) => [
      machine.name,
      one.fingerprint,
      one.variant,
      one.benchmark,
      one.phase,
      one.metric,
      one.floor,
      one.sd,
      one.rounds,
      one.comparisons,
      one.flagged,
      one.unix_s,
    ]),
  };
}
