/** One machine's part of the queue: the job that it runs, and those that wait for it, in order. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, LiveMachine } from "../data/live";
import { grouped } from "../text/units";
import { Ago, Fresh } from "./clock";
import { JobActions } from "./job-actions";
import { JobLink, JobWhat, MachineLink, Steps } from "./job-parts";
import { MachineChip, PausedBecause } from "./machine-parts";
import { Plain } from "./plain";
import { passes, type QueueFilter } from "./queue-filter";
import { reasonWords, runningWords, startWords, takesWords, triesWords, trustWords } from "./words";

/** Waiting jobs drawn before a reader asks for more. */
const ROWS_SHOWN = 50;

interface QueueOfMachineProps {
  name: string;
  jobs: Job[];
  machine: LiveMachine | null;
  filter: QueueFilter;
  atMs: number;
  onChanged: () => void;
}

export function QueueOfMachine({ name, jobs, machine, filter, atMs, onChanged }: QueueOfMachineProps): JSX.Element {
  const [rows, setRows] = useState(ROWS_SHOWN);
  const running = jobs.filter((job) => job.state === "running" && passes(job, filter));
  const queued = jobs.filter((job) => job.state === "queued");
  // The place in the whole queue, whatever the filter leaves of it.
  const waiting = queued.map((job, i) => ({ job, place: i + 1 })).filter(({ job }) => passes(job, filter));
  const total = Math.max(machine?.queued ?? 0, queued.length);
  return (
    <section class="queue-machine">
      <h2>
        <MachineLink name={name} />
        {machine === null ? null : (
          <span class="count">
            <MachineChip machine={machine} />
          </span>
        )}
        <span class="count">{total === 0 ? "none waits" : total === 1 ? "1 waits" : `${grouped(total, 0)} wait`}</span>
      </h2>
      {machine === null ? null : <PausedBecause machine={machine} />}
      {running.map((job) => (
        <RunningJob key={job.id} job={job} onChanged={onChanged} />
      ))}
      {waiting.length === 0 ? null : (
        <ol class="queue" aria-label="Waiting, in order">
          {waiting.slice(0, rows).map(({ job, place }) => (
            <WaitingJob key={job.id} job={job} place={place} machine={machine} atMs={atMs} onChanged={onChanged} />
          ))}
        </ol>
      )}
      {waiting.length > rows ? (
        <button type="button" onClick={() => setRows(rows + ROWS_SHOWN)}>
          Show more of {grouped(waiting.length, 0)}
        </button>
      ) : total > queued.length ? (
        <p class="muted">{grouped(total - queued.length, 0)} more wait after these.</p>
      ) : null}
    </section>
  );
}

function RunningJob({ job, onChanged }: { job: Job; onChanged: () => void }): JSX.Element {
  return (
    <div class="running-job">
      <div class="job-what">
        <JobLink job={job} />
        <JobWhat job={job} />
        <Who job={job} />
      </div>
      <div class="job-when">
        <strong>running</strong> <Fresh words={(nowS) => runningWords(job, nowS)} title={trustOf(job)} />
        {job.attempts > 1 ? <span class="muted block">{triesWords(job.attempts)}</span> : null}
      </div>
      <JobActions job={job} onChanged={onChanged} />
      <Steps progress={job.progress} />
    </div>
  );
}

interface WaitingJobProps {
  job: Job;
  place: number;
  machine: LiveMachine | null;
  atMs: number;
  onChanged: () => void;
}

function WaitingJob({ job, place, machine, atMs, onChanged }: WaitingJobProps): JSX.Element {
  const start = () => startWords(job.estimate, (Date.now() - atMs) / 1000, machine?.state ?? null);
  return (
    <li class="queue-row">
      <span class="job-place num">{grouped(place, 0)}</span>
      <div class="job-what">
        <JobLink job={job} />
        <JobWhat job={job} />
        <Who job={job} />
      </div>
      <div class="job-when" title={trustOf(job)}>
        <Fresh words={start} />
        {job.estimate ? <span class="muted block">{takesWords(job.estimate)}</span> : null}
      </div>
      <JobActions job={job} onChanged={onChanged} />
    </li>
  );
}

function trustOf(job: Job): string | undefined {
  return job.estimate ? trustWords(job.estimate) : undefined;
}

/** Why, and who asked. */
function Who({ job }: { job: Job }): JSX.Element {
  return (
    <span class="muted">
      for {reasonWords(job.reason)}, asked by <Plain text={job.asked_by} /> <Ago unixS={job.created_unix_s} />
      {job.attempts > 0 && job.state === "queued"
        ? `; tried ${job.attempts === 1 ? "once" : `${job.attempts} times`}`
        : ""}
    </span>
  );
}
