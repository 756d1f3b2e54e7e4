/** What machines do just now, above what the record says of them. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { LiveMachine, MachineReport } from "../data/live";
import { messageOf } from "../data/load";
import { encode, href } from "../route/params";
import { dateTime } from "../text/time";
import { counted, quantity, share } from "../text/units";
import { path } from "./client";
import { Ago } from "./clock";
import { Confirm } from "./dialog";
import { MachineLink } from "./job-parts";
import { MachineChip, PausedBecause } from "./machine-parts";
import { Plain, plain } from "./plain";
import { hasRole } from "./rights";
import { act, useSession } from "./session";
import { Live, sentence } from "./trouble";
import { usePath } from "./use-poll";

const EVERY_MS = 2000;

/** A disk with less than this share free is pointed out. */
const DISK_LOW = 0.1;

interface MachinesAnswer {
  items: LiveMachine[];
}

export function MachinesNow(): JSX.Element {
  const who = useSession()?.account?.name ?? "";
  const polled = usePath<MachinesAnswer>("/machines", () => EVERY_MS, who);
  return (
    <section aria-labelledby="now-title">
      <h2 id="now-title">Now</h2>
      <Live of={polled} what="what the machines do">
        {({ items }) =>
          items.length === 0 ? (
            <div class="blank">
              <p>No machine has a token yet. Make one here, and start the machine's agent with it there:</p>
              <code>kymo token add --machine NAME</code>
            </div>
          ) : (
            <ul class="machines-now">
              {items.map((machine) => (
                <MachineRow key={machine.name} machine={machine} onChanged={polled.again} />
              ))}
            </ul>
          )
        }
      </Live>
    </section>
  );
}

function MachineRow({ machine, onChanged }: { machine: LiveMachine; onChanged: () => void }): JSX.Element {
  const { report } = machine;
  return (
    <li>
      <div>
        <strong>
          <MachineLink name={machine.name} />
        </strong>
        <span class="muted block">
          <Plain text={report?.machine.cpu_model ?? report?.machine.arch ?? ""} />
        </span>
      </div>
      <div>
        <MachineChip machine={machine} />
        <Holds machine={machine} />
      </div>
      <div>
        <Waiting machine={machine} />
        <span class="muted block">
          <Heard machine={machine} />
        </span>
      </div>
      <div>{report ? <Disk report={report} /> : null}</div>
      <PauseButton machine={machine} onChanged={onChanged} />
      <PausedBecause machine={machine} />
    </li>
  );
}

function Holds({ machine }: { machine: LiveMachine }): JSX.Element | null {
  if (machine.job === null || machine.job === undefined) return null;
  return (
    <>
      {" "}
      <a href={href("job", String(machine.job))}>job {machine.job}</a>
    </>
  );
}

function Waiting({ machine }: { machine: LiveMachine }): JSX.Element {
  if (machine.queued === 0) return <>none waits</>;
  return <a href={href("queue", null, { machine: encode(machine.name) })}>{counted(machine.queued, "job")} waiting</a>;
}

function Heard({ machine }: { machine: LiveMachine }): JSX.Element {
  if (!machine.heard_unix_s) return <>never heard of</>;
  return (
    <>
      heard of <Ago unixS={machine.heard_unix_s} />
    </>
  );
}

function Disk({ report }: { report: MachineReport }): JSX.Element {
  const free = report.disk_size > 0 ? report.disk_free / report.disk_size : 1;
  return (
    <span class={free < DISK_LOW ? "worse" : undefined}>
      {quantity(report.disk_free, "B")} free
      <span class="muted block">
        of {quantity(report.disk_size, "B")}
        {free < DISK_LOW ? ", low" : ""}
      </span>
    </span>
  );
}

/** One machine, above its record. */
export function MachineNow({ name }: { name: string }): JSX.Element {
  const who = useSession()?.account?.name ?? "";
  const polled = usePath<MachinesAnswer>("/machines", () => EVERY_MS, who);
  return (
    <section aria-labelledby="now-title">
      <h2 id="now-title">Now</h2>
      <Live of={polled} what="what the machine does">
        {({ items }) => {
          const machine = items.find((one) => one.name === name);
          return machine === undefined ? (
            <p class="muted">This server has no agent's token for it.</p>
          ) : (
            <MachineFactsNow machine={machine} onChanged={polled.again} />
          );
        }}
      </Live>
    </section>
  );
}

function MachineFactsNow({ machine, onChanged }: { machine: LiveMachine; onChanged: () => void }): JSX.Element {
  const { report } = machine;
  return (
    <>
      <PausedBecause machine={machine} />
      <div class="columns">
        <div>
          <dl class="facts">
            <dt>state</dt>
            <dd>
              <MachineChip machine={machine} />
              <Holds machine={machine} />
            </dd>
            <dt>agent</dt>
            <dd>
              <Heard machine={machine} />
              {report ? (
                <>
                  , version <Plain text={report.agent} />
                </>
              ) : null}
            </dd>
            <dt>queue</dt>
            <dd>
              <Waiting machine={machine} />
            </dd>
            {report ? <Reported report={report} /> : null}
          </dl>
          <PauseButton machine={machine} onChanged={onChanged} />
        </div>
        {report ? <Facts report={report} /> : null}
      </div>
    </>
  );
}

function Reported({ report }: { report: MachineReport }): JSX.Element {
  const { calibrated_unix_s: calibrated, floor_permille: floor } = report;
  return (
    <>
      <dt>disk</dt>
      <dd>
        <Disk report={report} />
      </dd>
      <dt>calibration</dt>
      <dd>
        {calibrated ? (
          <>
            {dateTime(calibrated)}{" "}
            <span class="muted">
              (<Ago unixS={calibrated} />)
            </span>
            {typeof floor === "number" ? `, largest A/A floor ${share(floor / 1000)}` : ""}
          </>
        ) : (
          "never; margins are 1 %"
        )}
      </dd>
    </>
  );
}

/** The fingerprint as its agent measured it last; the record below has those of its epochs. */
function Facts({ report }: { report: MachineReport }): JSX.Element {
  const { machine } = report;
  const yes = (value: boolean | null | undefined) =>
    value === null || value === undefined ? null : value ? "on" : "off";
  const facts: [string, string | null | undefined][] = [
    ["fingerprint", machine.fingerprint],
    ["host name", machine.name],
    ["processor", machine.cpu_model],
    ["architecture", `${machine.arch} ${machine.os}`.trim()],
    ["logical CPUs", machine.logical_cpus > 0 ? String(machine.logical_cpus) : null],
    ["physical cores", machine.physical_cores ? String(machine.physical_cores) : null],
    ["memory", machine.memory ? quantity(machine.memory, "B") : null],
    ["kernel", machine.kernel],
    ["microcode", machine.microcode],
    ["governor", machine.governor],
    ["SMT", yes(machine.smt)],
    ["boost", yes(machine.boost)],
    ["hypervisor", machine.hypervisor],
    ["container", machine.container],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value ? (
          <>
            <dt>{name}</dt>
            <dd>
              <Plain text={value} />
            </dd>
          </>
        ) : null,
      )}
    </dl>
  );
}

/** Pause and resume, for operators. A running job goes on to its end. */
function PauseButton({ machine, onChanged }: { machine: LiveMachine; onChanged: () => void }): JSX.Element | null {
  const account = useSession()?.account ?? null;
  const [isAsking, setAsking] = useState(false);
  const [because, setBecause] = useState("");
  const [said, setSaid] = useState("");
  if (!hasRole(account, "operator")) return null;
  const isPaused = typeof machine.paused_by_operator === "string";
  const resume = async () => {
    try {
      await act("POST", path("machines", machine.name, "resume"));
      setSaid("");
      onChanged();
    } catch (error) {
      setSaid(sentence(plain(messageOf(error))));
    }
  };
  const label = <span class="visually-hidden"> {plain(machine.name)}</span>;
  return (
    <div class="job-actions">
      {isPaused ? (
        <button type="button" onClick={resume}>
          Resume{label}
        </button>
      ) : (
        <button type="button" onClick={() => setAsking(true)}>
          Pause{label}
        </button>
      )}
      {said === "" ? null : (
        <span class="job-said" role="alert">
          {said}
        </span>
      )}
      {isAsking ? (
        <Confirm
          title={`Pause ${plain(machine.name)}?`}
          doIt="Pause it"
          leaveIt="Leave it on"
          act={async () => {
            await act("POST", path("machines", machine.name, "pause"), { because });
            setBecause("");
            onChanged();
          }}
          onClose={() => setAsking(false)}
        >
          <p>It takes no more jobs until somebody resumes it. A job that runs goes on to its end.</p>
          <label class="field">
            <span>Why, for everybody to read</span>
            <input
              type="text"
              required
              maxLength={200}
              value={because}
              onInput={(event) => setBecause(event.currentTarget.value)}
            />
          </label>
        </Confirm>
      ) : null}
    </div>
  );
}
