/** Jobs, ends, estimates and machines in words. */

import type { Estimate, Job, JobEnd, JobReason, JobState, LiveMachine, MachineState, Step } from "../data/live";
import type { Health } from "../pages/health";
import { duration } from "../text/time";
import { counted } from "../text/units";

const REASONS: Record<JobReason, string> = {
  comment: "a comment on a pull request",
  request: "a request",
  bisect: "a search for the commit of a change",
  push: "a new commit on the branch",
  backfill: "a gap in the history",
};

export function reasonWords(reason: JobReason): string {
  return REASONS[reason] ?? reason;
}

const STATES: Record<JobState, string> = {
  queued: "waiting",
  running: "running",
  finished: "measured",
  failed: "failed",
  cancelled: "called off",
};

export function stateWords(state: JobState): string {
  return STATES[state] ?? state;
}

export function isEnded(job: Job): boolean {
  return job.state !== "queued" && job.state !== "running";
}

/** What each step does, as the beginning of a sentence. */
const DOING: Record<Step, string> = {
  fetch: "fetching the commit",
  prepare: "preparing the environment",
  build: "the build",
  measure: "the measurement",
  report: "handing in the results",
};

/** How a job ended: our words, and what the job itself said, which may be anything. */
export interface EndWords {
  words: string;
  said: string | null;
}

export function endWords(end: JobEnd, attempts: number): EndWords {
  const doing = "step" in end ? (DOING[end.step] ?? end.step) : "";
  switch (end.kind) {
    case "measured":
      return { words: "everything was measured that could be", said: null };
    case "failed":
      return { words: `${doing} failed`, said: end.message };
    case "timed_out":
      return { words: `${doing} took longer than its limit of time`, said: null };
    case "out_of_memory":
      return { words: `${doing} needed more memory than its limit`, said: null };
    case "too_many_processes":
      return { words: `${doing} wanted more processes than its limit`, said: null };
    case "disk_full":
      return { words: `${doing} filled its disk`, said: null };
    case "too_much_output":
      return { words: `${doing} wrote more output than its limit`, said: null };
    case "rejected":
      return { words: "the results were refused", said: end.message };
    case "lost":
      return { words: `given up after ${triesWords(attempts)}: the machine was lost each time`, said: null };
    case "cancelled":
      return { words: "called off", said: null };
    default:
      // A newer server may know more ends than this page.
      return { words: String((end as { kind: unknown }).kind).replace(/_/g, " "), said: null };
  }
}

export function triesWords(attempts: number): string {
  return attempts === 1 ? "1 try" : `${attempts} tries`;
}

/** `seconds` to what can be known of an estimate: `5 s`, `40 s`, `1 min 30 s`, `12 min`, `3 h 5 min`, `14 h`. */
export function roughly(seconds: number): string {
  const to = (step: number) => Math.max(Math.round(seconds / step), 1) * step;
  if (seconds < 58) return duration(to(5));
  if (seconds < 180) return duration(to(30));
  if (seconds < 3600) return duration(to(60));
  if (seconds < 36_000) return duration(to(300));
  return duration(to(3600));
}

/** From one estimate to another: `3 to 6 min`, `45 s to 2 min`. */
export function range(low: number, high: number): string {
  const from = roughly(low);
  const to = roughly(high);
  if (from === to) return to;
  const [number, unit, ...rest] = from.split(" ");
  const isShort = rest.length === 0 && to.split(" ").length === 2 && to.endsWith(` ${unit}`);
  return `${isShort ? number : from} to ${to}`;
}

/** Whether nothing is known: no such job has ended yet, and nobody guessed. */
export function isUnknown(estimate: Estimate): boolean {
  return estimate.from_jobs === 0 && !(estimate.takes > 0);
}

/** The factor within which nine of ten estimates were; nothing where too few jobs ended to say. */
function factorOf(estimate: Estimate): number | null {
  const off = estimate.off_by;
  return typeof off === "number" && off >= 1 && Number.isFinite(off) ? off : null;
}

/** How long a job takes: `takes about 4 min`. */
export function aboutWords(estimate: Estimate): string {
  if (isUnknown(estimate)) return "how long it takes is not known yet";
  return `takes about ${roughly(estimate.takes)}${estimate.from_jobs === 0 ? ", a guess" : ""}`;
}

/** How long a job takes, and between what nine of ten such jobs stayed: `takes about 4 min (3 to 6 min)`. */
export function takesWords(estimate: Estimate): string {
  const about = aboutWords(estimate);
  const off = estimate.from_jobs === 0 ? null : factorOf(estimate);
  const within = off === null ? "" : range(estimate.takes / off, estimate.takes * off);
  return within === "" || within === roughly(estimate.takes) ? about : `${about} (${within})`;
}

/** How far such estimates can be counted on. */
export function trustWords(estimate: Estimate): string {
  if (estimate.from_jobs === 0) return "No job like it has ended yet.";
  const from = `The estimate is from ${counted(estimate.from_jobs, "job")} like it`;
  const off = factorOf(estimate);
  if (off === null) return `${from}; too few have ended to say how far such estimates are off.`;
  const within = range(estimate.takes / off, estimate.takes * off);
  return `${from}; nine of ten estimates were within a factor of ${off.toFixed(off < 10 ? 1 : 0)}: ${within}.`;
}

/** When a waiting job starts, `sinceS` seconds after the server said so. */
export function startWords(
  estimate: Estimate | null | undefined,
  sinceS: number,
  machine: MachineState | null,
): string {
  const left = Math.max((estimate?.starts_in ?? 0) - sinceS, 0);
  if (machine === "new") return "starts once the machine has an agent";
  if (machine === "paused" || machine === "silent")
    return left > 60 ? `about ${roughly(left)} after the machine is back` : "starts once the machine is back";
  if (!estimate || (isUnknown(estimate) && estimate.starts_in <= 0)) return "when it starts is not known yet";
  return left < 3 ? "starts next" : `starts in about ${roughly(left)}`;
}

/** How far a running job is in time: `for 4 min of about 6 min`. */
export function runningWords(job: Job, nowS: number): string {
  const ran = Math.max(nowS - (job.started_unix_s ?? nowS), 0);
  const since = `for ${duration(ran)}`;
  const estimate = job.estimate;
  if (!estimate || isUnknown(estimate)) return since;
  const late = ran - estimate.takes;
  // An estimate that is known to be that wrong is no promise.
  if (late > estimate.takes * ((factorOf(estimate) ?? 1) - 1) && late > 30)
    return `${since}, longer than the ${roughly(estimate.takes)} that were estimated`;
  return `${since} of about ${roughly(estimate.takes)}`;
}

/** How long ago, to the second where it is short. */
export function agoWords(unixS: number, nowS: number): string {
  const seconds = Math.max(nowS - unixS, 0);
  return seconds < 1 ? "now" : `${duration(seconds < 7200 ? seconds : Math.round(seconds / 60) * 60)} ago`;
}

/** A machine's state, in the words and signs that the record's pages have for its health. */
export function machineWords(machine: LiveMachine): Health {
  switch (machine.state) {
    case "idle":
      return { kind: "good", text: "idle" };
    case "running":
      return { kind: "good", text: "running" };
    case "paused":
      return { kind: "fair", text: "paused" };
    case "silent":
      return { kind: "poor", text: "silent" };
    case "new":
      return { kind: "unknown", text: "never heard of" };
    default:
      return { kind: "unknown", text: String(machine.state) };
  }
}
