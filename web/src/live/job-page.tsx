/** Everything of one job, with its log as it grows. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, LiveMachine } from "../data/live";
import { encodeParts, href } from "../route/params";
import { dateTime, duration } from "../text/time";
import { readyValue, useAsync, useSiteIfAny } from "../ui/async";
import { PageHead } from "../ui/parts";
import { path } from "./client";
import { Ago, Fresh } from "./clock";
import { JobActions } from "./job-actions";
import { CommitLink, JobChip, JobEndText, MachineLink, Steps } from "./job-parts";
import { LogView } from "./log-view";
import { MachineChip, PausedBecause } from "./machine-parts";
import { Plain, plain } from "./plain";
import { useSession } from "./session";
import { Live, loginHref } from "./trouble";
import { usePath } from "./use-poll";
import { aboutWords, isEnded, reasonWords, runningWords, startWords, triesWords, trustWords } from "./words";

const EVERY_MS = 2000;
const ENDED_EVERY_MS = 15_000;
const MACHINES_EVERY_MS = 10_000;

export function JobPage({ id }: { id: string }): JSX.Element {
  const number = Number(id);
  if (!/^[0-9]{1,15}$/.test(id)) {
    return <PageHead title="There is no such job" plain="No such job" lead="Jobs have numbers." />;
  }
  return <KnownJob id={number} />;
}

function KnownJob({ id }: { id: number }): JSX.Element {
  const session = useSession();
  const who = session?.account?.name ?? "";
  const polled = usePath<Job>(
    path("jobs", id),
    (job) => (job !== null && isEnded(job) ? ENDED_EVERY_MS : EVERY_MS),
    who,
  );
  const machines = usePath<{ items: LiveMachine[] }>("/machines", () => MACHINES_EVERY_MS, who);
  const job = polled.value;
  const machine = machines.value?.items.find((one) => one.name === job?.machine) ?? null;
  const kicker = <a href={href("queue")}>Queue</a>;
  if (job === null) {
    const isNone = polled.problem?.status === 404;
    return (
      <>
        <PageHead
          kicker={kicker}
          title={`Job ${id}`}
          plain={`Job ${id}`}
          lead={isNone ? "There is no such job." : ""}
        />
        {isNone ? null : (
          <Live of={polled} what="the job">
            {() => null}
          </Live>
        )}
      </>
    );
  }
  const ended = isEnded(job);
  return (
    <>
      <PageHead
        kicker={kicker}
        title={job.title ? <Plain text={job.title} /> : `Job ${id}`}
        plain={`Job ${id}: ${plain(job.title ?? "").slice(0, 100)}`}
        lead={
          <>
            <JobChip job={job} /> <Plain text={job.project} /> <CommitLink job={job} /> on{" "}
            <MachineLink name={job.machine} />, tier <Plain text={job.tier} />
          </>
        }
      />
      <Live of={polled} what="the job">
        {() => null}
      </Live>
      <Now job={job} machine={machine} atMs={polled.atMs} />
      <JobActions job={job} onChanged={polled.again} isFull />
      {session !== null && session.account === null ? (
        <p class="note">
          <a href={loginHref()}>Log in</a> to {ended ? "try it again" : "call it off"}.
        </p>
      ) : null}
      <section aria-labelledby="facts-title">
        <h2 id="facts-title">Facts</h2>
        <Facts job={job} />
      </section>
      <LogView job={id} isEnded={ended} who={who} />
    </>
  );
}

/** Where the job is just now, in the form that fits. */
function Now({ job, machine, atMs }: { job: Job; machine: LiveMachine | null; atMs: number }): JSX.Element {
  if (job.state === "running") {
    return (
      <div class="running-job job-now">
        <div class="job-when">
          <strong>running</strong> <Fresh words={(nowS) => runningWords(job, nowS)} />
        </div>
        <Steps progress={job.progress} />
      </div>
    );
  }
  if (job.state === "queued") {
    const ahead = job.ahead ?? null;
    return (
      <div class="running-job job-now">
        <p class="job-when">
          <strong>
            {ahead === null
              ? "waiting"
              : ahead === 0
                ? "next"
                : ahead === 1
                  ? "1 job is before it"
                  : `${ahead} jobs are before it`}
          </strong>
          , <Fresh words={() => startWords(job.estimate, (Date.now() - atMs) / 1000, machine?.state ?? null)} />
        </p>
        {machine === null || (machine.state !== "paused" && machine.state !== "silent") ? null : (
          <p>
            <MachineLink name={machine.name} /> <MachineChip machine={machine} />
          </p>
        )}
        {machine === null ? null : <PausedBecause machine={machine} />}
      </div>
    );
  }
  return (
    <p class={job.state === "failed" ? "failure job-end" : "running-job job-now job-end"}>
      <JobEndText job={job} />
    </p>
  );
}

function When({ unixS }: { unixS: number }): JSX.Element {
  return (
    <>
      {dateTime(unixS)}{" "}
      <span class="muted">
        (<Ago unixS={unixS} />)
      </span>
    </>
  );
}

function Facts({ job }: { job: Job }): JSX.Element {
  const [started, ended] = [job.started_unix_s, job.ended_unix_s];
  return (
    <dl class="facts">
      <dt>job</dt>
      <dd>{job.id}</dd>
      <dt>commit</dt>
      <dd>
        <CommitLink job={job} isWhole />
      </dd>
      <dt>why</dt>
      <dd>{reasonWords(job.reason)}</dd>
      <dt>asked by</dt>
      <dd>
        <Plain text={job.asked_by} />, <When unixS={job.created_unix_s} />
      </dd>
      <dt>priority</dt>
      <dd>{job.priority}</dd>
      {job.estimate ? (
        <>
          <dt>estimate</dt>
          <dd>
            {aboutWords(job.estimate)}. <span class="muted">{trustWords(job.estimate)}</span>
          </dd>
        </>
      ) : null}
      <dt>taken</dt>
      <dd>{job.attempts === 0 ? "not yet" : triesWords(job.attempts)}</dd>
      {started ? (
        <>
          <dt>started</dt>
          <dd>
            <When unixS={started} />
          </dd>
        </>
      ) : null}
      {ended ? (
        <>
          <dt>ended</dt>
          <dd>
            <When unixS={ended} />
            {started && started <= ended ? `, after ${duration(ended - started)}` : ""}
          </dd>
        </>
      ) : null}
      {job.environment ? (
        <>
          <dt>environment</dt>
          <dd>
            <code>
              <Plain text={job.environment} />
            </code>
          </dd>
        </>
      ) : null}
      <Runs job={job} />
    </dl>
  );
}

/** The runs in the record that the job made: links where the published site has them already. */
function Runs({ job }: { job: Job }): JSX.Element | null {
  const site = useSiteIfAny();
  const wanted = job.runs ?? [];
  const known = useAsync(
    async () => new Set(site === null || wanted.length === 0 ? [] : (await site.runs(2)).map((run) => run.id)),
    [site, wanted.join(" ")],
  );
  const [isAll, setAll] = useState(false);
  if (wanted.length === 0) return null;
  const published = readyValue(known);
  return (
    <>
      <dt>runs</dt>
      <dd>
        <ul class="plain">
          {(isAll ? wanted : wanted.slice(0, 20)).map((run) => (
            <li key={run}>
              <a href={href("compare", null, { a: encodeParts([run]) })}>
                <Plain text={run} />
              </a>
              {published === null || published.has(run) ? null : (
                <span class="muted"> not on the site as this page loaded it</span>
              )}
            </li>
          ))}
        </ul>
        {isAll || wanted.length <= 20 ? null : (
          <button type="button" class="quiet" onClick={() => setAll(true)}>
            Show all {wanted.length}
          </button>
        )}
      </dd>
    </>
  );
}
