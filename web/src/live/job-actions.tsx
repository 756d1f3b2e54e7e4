/** Calling off, trying again, reordering: only what the reader may, and what they were refused, in the server's words. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job } from "../data/live";
import { messageOf } from "../data/load";
import { path } from "./client";
import { Confirm } from "./dialog";
import { Plain, plain } from "./plain";
import { mayJob } from "./rights";
import { act, useSession } from "./session";
import { sentence } from "./trouble";

interface JobActionsProps {
  job: Job;
  /** The job as the server has it after the change. */
  onChanged: (job: Job) => void;
  /** Also what few need: the priority. */
  isFull?: boolean;
}

export function JobActions({ job, onChanged, isFull = false }: JobActionsProps): JSX.Element | null {
  const account = useSession()?.account ?? null;
  const [isAsking, setAsking] = useState(false);
  const [said, setSaid] = useState("");
  const mayCancel = mayJob(account, "cancel", job);
  const mayRetry = mayJob(account, "retry", job);
  const mayReorder = isFull && mayJob(account, "reorder", job);
  if (!mayCancel && !mayRetry && !mayReorder && !isAsking && said === "") return null;
  const changed = (next: Job) => {
    // To a running job the agent says the last word, with its next heartbeat.
    setSaid(next.state === "running" ? "Its machine is being told to stop." : "");
    onChanged(next);
  };
  const run = async (method: string, where: string, body?: unknown) => {
    try {
      changed(await act<Job>(method, where, body));
    } catch (error) {
      setSaid(sentence(plain(messageOf(error))));
    }
  };
  return (
    <div class="job-actions">
      {mayCancel ? (
        <button type="button" onClick={() => setAsking(true)}>
          Call off <span class="visually-hidden">job {job.id}</span>
        </button>
      ) : null}
      {mayRetry ? (
        <button type="button" onClick={() => run("POST", path("jobs", job.id, "retry"))}>
          Try again <span class="visually-hidden">job {job.id}</span>
        </button>
      ) : null}
      {mayReorder ? (
        <Priority key={job.priority} job={job} set={(priority) => run("PATCH", path("jobs", job.id), { priority })} />
      ) : null}
      {said === "" ? null : (
        <span class="job-said" role="alert">
          {said}
        </span>
      )}
      {isAsking ? (
        <Confirm
          title={`Call job ${job.id} off?`}
          doIt="Call it off"
          leaveIt="Keep it"
          act={async () => changed(await act<Job>("POST", path("jobs", job.id, "cancel")))}
          onClose={() => setAsking(false)}
        >
          <p>
            {job.title ? <Plain text={job.title} /> : <code>{job.commit.slice(0, 8)}</code>} on{" "}
            <Plain text={job.machine} />.{" "}
            {job.state === "running" ? "It is running: what it has not handed in is lost." : "It has not begun."}
          </p>
        </Confirm>
      ) : null}
    </div>
  );
}

/** The highest and, below zero, the lowest priority that the server takes. */
const PRIORITY_MAX = 1000;

function Priority({ job, set }: { job: Job; set: (priority: number) => Promise<void> }): JSX.Element {
  const [value, setValue] = useState(String(job.priority));
  const number = Number(value);
  const isGood = value.trim() !== "" && Number.isInteger(number) && Math.abs(number) <= PRIORITY_MAX;
  return (
    <form
      class="priority"
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood) void set(number);
      }}
    >
      <label>
        <span>Priority</span>
        <input
          type="number"
          step={1}
          min={-PRIORITY_MAX}
          max={PRIORITY_MAX}
          value={value}
          aria-describedby="priority-note"
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={!isGood || number === job.priority}>
        Set
      </button>
      <span id="priority-note" class="muted">
        higher comes first: comments have 50, requests 40, searches 30, new commits 20, back-fill 10
      </span>
    </form>
  );
}
