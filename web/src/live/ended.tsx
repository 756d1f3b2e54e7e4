/** The jobs that ended last, and older ones on request. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, JobPage, JobState } from "../data/live";
import { messageOf } from "../data/load";
import { setParams } from "../route/location";
import { dateTime, duration } from "../text/time";
import { Segmented } from "../ui/parts";
import { get, type Tagged, withQuery } from "./client";
import { Ago } from "./clock";
import { JobChip, JobEndText, JobLink, JobWhat, MachineLink } from "./job-parts";
import { plain } from "./plain";
import { passes, type QueueFilter } from "./queue-filter";
import { Live, sentence } from "./trouble";
import { usePoll } from "./use-poll";

const EVERY_MS = 10_000;
/** Jobs asked for at a time, of each end. */
const PAGE = 20;

const ENDS: readonly JobState[] = ["finished", "failed", "cancelled"];

/** What of one state was had: the newest page is asked for again and again, older ones once. */
type Pages = Partial<Record<JobState, JobPage>>;

interface EndedProps {
  filter: QueueFilter;
  /** Only this end; empty for all. */
  end: string;
  who: string;
}

export function Ended({ filter, end, who }: EndedProps): JSX.Element {
  const states = ENDS.filter((state) => end === "" || state === end);
  const address = (state: JobState, after: string | null) =>
    withQuery("/jobs", { project: filter.project, machine: filter.machine, state, after, limit: PAGE });
  const newest = usePoll<Pages>(asking(states, address), () => EVERY_MS, [who]);
  const [older, setOlder] = useState<Pages>({});
  const [said, setSaid] = useState("");
  const nextOf = (state: JobState) => (older[state] ?? newest.value?.[state])?.next ?? null;
  const isMore = states.some((state) => nextOf(state) !== null);
  const more = async () => {
    try {
      const found: Pages = { ...older };
      for (const state of states) {
        const after = nextOf(state);
        if (after === null) continue;
        const { value } = await get<JobPage>(address(state, after), null);
        found[state] = { items: [...(older[state]?.items ?? []), ...value.items], next: value.next };
      }
      setOlder(found);
      setSaid("");
    } catch (error) {
      setSaid(sentence(plain(messageOf(error))));
    }
  };
  return (
    <section class="ended" aria-labelledby="ended-title">
      <div class="settings">
        <h2 id="ended-title">Ended lately</h2>
        <Segmented
          label="Which ends"
          value={end}
          options={[["", "all"] as const, ["finished", "measured"], ["failed", "failed"], ["cancelled", "called off"]]}
          onChange={(next) => setParams({ end: next })}
        />
      </div>
      <Live of={newest} what="the jobs that ended">
        {(pages) => <EndedList jobs={merged(pages, older).filter((job) => passes(job, filter))} />}
      </Live>
      {isMore ? (
        <button type="button" onClick={more}>
          Load older ones
        </button>
      ) : null}
      {said === "" ? null : (
        <p class="failure" role="alert">
          {said}
        </p>
      )}
    </section>
  );
}

/** Asks for the newest page of each state, one after the other; what did not change costs little. */
function asking(states: readonly JobState[], address: (state: JobState, after: null) => string) {
  const before: Partial<Record<JobState, Tagged<JobPage>>> = {};
  return async (signal: AbortSignal): Promise<Pages> => {
    const pages: Pages = {};
    for (const state of states) {
      const answer = await get<JobPage>(address(state, null), before[state] ?? null, signal);
      before[state] = answer;
      pages[state] = answer.value;
    }
    return pages;
  };
}

/** All jobs once, those that ended last first. */
export function merged(newest: Pages, older: Pages): Job[] {
  const found = new Map<number, Job>();
  for (const pages of [older, newest]) {
    for (const page of Object.values(pages)) for (const job of page.items) found.set(job.id, job);
  }
  return [...found.values()].sort((a, b) => (b.ended_unix_s ?? 0) - (a.ended_unix_s ?? 0) || b.id - a.id);
}

function EndedList({ jobs }: { jobs: Job[] }): JSX.Element {
  if (jobs.length === 0) return <p class="blank">No such job has ended yet.</p>;
  return (
    <ul class="queue">
      {jobs.map((job) => (
        <li key={job.id} class="queue-row ended-row">
          <JobChip job={job} />
          <div class="job-what">
            <JobLink job={job} />
            <JobWhat job={job} />
            <span class={job.state === "failed" ? "job-end worse" : "job-end muted"}>
              <JobEndText job={job} />
            </span>
          </div>
          <div class="job-when">
            {job.ended_unix_s ? <Ago unixS={job.ended_unix_s} /> : null}
            <span class="muted block">
              on <MachineLink name={job.machine} />
              {job.started_unix_s && job.ended_unix_s ? (
                <span title={dateTime(job.started_unix_s)}>
                  , took {duration(Math.max(job.ended_unix_s - job.started_unix_s, 0))}
                </span>
              ) : null}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
