/** What the queue and a job's own page both show of a job. */

import type { JSX } from "preact";
import type { Job, Progress } from "../data/live";
import { STEPS } from "../data/live";
import { link } from "../data/site";
import { href } from "../route/params";
import { useSiteIfAny } from "../ui/async";
import { OutLink } from "../ui/parts";
import { Plain } from "./plain";
import { endWords, stateWords } from "./words";

/** A commit's short hash, as a link to its page where the record knows one for the project. */
export function CommitLink({ job, isWhole = false }: { job: Job; isWhole?: boolean }): JSX.Element {
  const site = useSiteIfAny();
  const hash = /^[0-9a-f]+$/i.test(job.commit) ? job.commit : "";
  return (
    <OutLink to={hash === "" ? null : link(site?.project(job.project)?.commit_url, { hash })}>
      <code title={job.commit}>
        <Plain text={isWhole ? job.commit : job.commit.slice(0, 8)} />
      </code>
    </OutLink>
  );
}

/** The commit's title as the link to the job; its number where no title is known. */
export function JobLink({ job }: { job: Job }): JSX.Element {
  return (
    <a class="job-title" href={href("job", String(job.id))}>
      {job.title ? <Plain text={job.title} /> : `Job ${job.id}`}
    </a>
  );
}

export function MachineLink({ name }: { name: string }): JSX.Element {
  return (
    <a href={href("machine", name)}>
      <Plain text={name} />
    </a>
  );
}

/** `wasmtime 1a2b3c4d · tier full`. */
export function JobWhat({ job }: { job: Job }): JSX.Element {
  return (
    <span class="muted">
      <Plain text={job.project} /> <CommitLink job={job} /> · tier <Plain text={job.tier} /> · job {job.id}
    </span>
  );
}

export function JobChip({ job }: { job: Job }): JSX.Element {
  const kind = /^[a-z]+$/.test(job.state) ? job.state : "other";
  return <span class={`chip chip-${kind}`}>{stateWords(job.state)}</span>;
}

/** The steps, and how far the one is that is being done. */
export function Steps({ progress }: { progress: Progress | null | undefined }): JSX.Element {
  const at = progress ? STEPS.indexOf(progress.step) : -1;
  const done = progress?.done;
  const isKnown = typeof done === "number" && done >= 0 && done <= 1;
  return (
    <div class="job-steps">
      <ol class="steps-line" aria-label="Steps">
        {STEPS.map((step, i) => (
          <li key={step} class={i < at ? "step-done" : undefined} aria-current={i === at ? "step" : undefined}>
            {step}
            {i < at ? <span class="visually-hidden"> done</span> : null}
            {i === at && isKnown ? ` ${Math.floor(100 * done)} %` : null}
          </li>
        ))}
      </ol>
      {progress && isKnown ? <progress aria-label={`${progress.step}, share done`} max={1} value={done} /> : null}
      {progress?.text ? (
        <p class="job-doing">
          <Plain text={progress.text} />
        </p>
      ) : null}
    </div>
  );
}

/** How a job ended. */
export function JobEndText({ job }: { job: Job }): JSX.Element {
  if (!job.end) return <>{stateWords(job.state)}</>;
  const { words, said } = endWords(job.end, job.attempts);
  return (
    <>
      {words}
      {said ? (
        <>
          : <Plain text={said} />
        </>
      ) : null}
    </>
  );
}
