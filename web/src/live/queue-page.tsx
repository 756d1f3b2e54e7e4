/** The queue: what runs, what waits and when its turn comes, and what ended lately. */

import type { JSX } from "preact";
import type { Job, LiveMachine } from "../data/live";
import { setParams } from "../route/location";
import { decode, encode, href } from "../route/params";
import { counted, grouped } from "../text/units";
import { Actions } from "../ui/actions";
import { Filter, PageHead, Select } from "../ui/parts";
import { withQuery } from "./client";
import { Ended } from "./ended";
import { inert, Plain, plain } from "./plain";
import { passes, type QueueFilter } from "./queue-filter";
import { QueueOfMachine } from "./queue-machine";
import { useSession } from "./session";
import { Live } from "./trouble";
import { usePath } from "./use-poll";
import { isEnded } from "./words";

/** Jobs asked for: of all machines together, and of one. */
const JOBS_OF_ALL = 200;
const JOBS_OF_ONE = 500;

const QUEUE_EVERY_MS = 2000;
const MACHINES_EVERY_MS = 5000;

export function QueuePage({ params }: { params: Record<string, string> }): JSX.Element {
  const who = useSession()?.account?.name ?? "";
  const machine = decode(params.machine ?? "");
  const queue = usePath<{ items: Job[] }>(
    withQuery("/queue", { machine, limit: machine === "" ? JOBS_OF_ALL : JOBS_OF_ONE }),
    () => QUEUE_EVERY_MS,
    who,
  );
  const machines = usePath<{ items: LiveMachine[] }>("/machines", () => MACHINES_EVERY_MS, who);
  const filter = { text: decode(params.q ?? ""), project: decode(params.project ?? ""), machine };
  const jobs = (queue.value?.items ?? []).filter((job) => !isEnded(job));
  const known = machines.value?.items ?? [];
  return (
    <>
      <PageHead
        title="Queue"
        plain="Queue"
        lead={
          queue.value === null ? "" : leadOf(jobs, machine === "" ? known : known.filter((one) => one.name === machine))
        }
      >
        <Actions table={() => queueTable(jobs)} />
      </PageHead>
      <Filters filter={filter} jobs={jobs} machines={known} />
      <Live of={queue} what="the queue">
        {() => (
          <Machines
            jobs={jobs}
            machines={known}
            areMachinesKnown={machines.value !== null}
            filter={filter}
            atMs={queue.atMs}
            onChanged={queue.again}
          />
        )}
      </Live>
      <Ended
        key={JSON.stringify([filter.project, filter.machine, params.end])}
        filter={filter}
        end={params.end ?? ""}
        who={who}
      />
    </>
  );
}

function leadOf(jobs: readonly Job[], machines: readonly LiveMachine[]): string {
  const running = jobs.filter((job) => job.state === "running").length;
  const listed = jobs.length - running;
  // The server lists the first ones of a long queue; the machines know how many there are.
  const waiting = Math.max(
    listed,
    machines.reduce((sum, machine) => sum + machine.queued, 0),
  );
  if (running + waiting === 0) return "Nothing runs and nothing waits.";
  const waits = waiting === 0 ? "none waits" : `${waiting === 1 ? "1 waits" : `${grouped(waiting, 0)} wait`}`;
  return `${counted(running, "job")} ${running === 1 ? "runs" : "run"}, ${waits}.`;
}

function Filters(props: { filter: QueueFilter; jobs: Job[]; machines: LiveMachine[] }): JSX.Element {
  const { filter, jobs, machines } = props;
  const options = (names: string[], chosen: string, all: string): [string, string][] => {
    const found = [...new Set(chosen === "" ? names : [chosen, ...names])].sort();
    return [["", all], ...found.map((name): [string, string] => [name, plain(name.slice(0, 80))])];
  };
  return (
    <div class="settings">
      <Filter label="Filter jobs" value={filter.text} onInput={(q) => setParams({ q: encode(q) })} />
      <Select
        label="project"
        value={filter.project}
        options={options(
          jobs.map((job) => job.project),
          filter.project,
          "all",
        )}
        onChange={(project) => setParams({ project: encode(project) })}
      />
      <Select
        label="machine"
        value={filter.machine}
        options={options(
          [...jobs.map((job) => job.machine), ...machines.map((machine) => machine.name)],
          filter.machine,
          "all",
        )}
        onChange={(machine) => setParams({ machine: encode(machine) })}
      />
    </div>
  );
}

interface MachinesProps {
  jobs: Job[];
  machines: LiveMachine[];
  areMachinesKnown: boolean;
  filter: QueueFilter;
  atMs: number;
  onChanged: () => void;
}

function Machines({ jobs, machines, areMachinesKnown, filter, atMs, onChanged }: MachinesProps): JSX.Element {
  const byMachine = new Map<string, Job[]>();
  for (const job of jobs) byMachine.set(job.machine, [...(byMachine.get(job.machine) ?? []), job]);
  const names = [...byMachine.keys()].sort();
  const shown = names.filter((name) => byMachine.get(name)?.some((job) => passes(job, filter)));
  if (jobs.length === 0) return <Nothing hasMachines={machines.length > 0 || !areMachinesKnown} />;
  if (shown.length === 0) return <p class="blank">No job that runs or waits passes the filter.</p>;
  const isAll = filter.text + filter.project + filter.machine === "";
  // A long queue of one machine leaves no room for those of others.
  const left = machines.filter((machine) => !byMachine.has(machine.name));
  const cut = left.filter((machine) => machine.queued > 0 || typeof machine.job === "number");
  const idle = left.length - cut.length;
  return (
    <>
      {shown.map((name) => (
        <QueueOfMachine
          key={name}
          name={name}
          jobs={byMachine.get(name) ?? []}
          machine={machines.find((machine) => machine.name === name) ?? null}
          filter={filter}
          atMs={atMs}
          onChanged={onChanged}
        />
      ))}
      {isAll && cut.length > 0 ? (
        <ul class="plain">
          {cut.map((machine) => (
            <li key={machine.name}>
              <a href={href("queue", null, { machine: encode(machine.name) })}>
                <Plain text={machine.name} />: {grouped(machine.queued, 0)} waiting
              </a>
            </li>
          ))}
        </ul>
      ) : null}
      {isAll && idle > 0 ? (
        <p class="muted">
          For <a href={href("machines")}>{counted(idle, "other machine")}</a> nothing runs and nothing waits.
        </p>
      ) : null}
    </>
  );
}

/** What to do where there is nothing to see. */
function Nothing({ hasMachines }: { hasMachines: boolean }): JSX.Element {
  return (
    <div class="blank">
      {hasMachines ? (
        <>
          <p>Nothing runs and nothing waits. Ask for a measurement of a commit:</p>
          <code>kymo request PROJECT COMMIT</code>
        </>
      ) : (
        <>
          <p>No machine is known yet. Make a token for one here, and start its agent with it there:</p>
          <code>kymo token add --machine NAME</code>
        </>
      )}
    </div>
  );
}

function queueTable(jobs: readonly Job[]) {
  return {
    name: "queue",
    columns: [
      "id",
      "machine",
      "state",
      "project",
      "commit",
      "title",
      "tier",
      "reason",
      "asked_by",
      "priority",
      "starts_in_s",
      "takes_s",
      "off_by",
      "from_jobs",
      "attempts",
      "created_unix_s",
    ],
    rows: jobs.map((job) => [
      job.id,
      job.machine,
      job.state,
      job.project,
      job.commit,
      job.title ? inert(job.title) : null,
      job.tier,
      job.reason,
      job.asked_by,
      job.priority,
      job.estimate?.starts_in ?? null,
      job.estimate?.takes ?? null,
      job.estimate?.off_by ?? null,
      job.estimate?.from_jobs ?? null,
      job.attempts,
      job.created_unix_s,
    ]),
  };
}
