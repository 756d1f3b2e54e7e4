/** What the live server says, below `api/v1`: the types of `crates/kymo-model/src/watch`. An absent field is `undefined`. */

export type JobReason = "comment" | "request" | "bisect" | "push" | "backfill";
export type JobState = "queued" | "running" | "finished" | "failed" | "cancelled";
export type Step = "fetch" | "prepare" | "build" | "measure" | "report";

/** The steps of a job, in order. */
export const STEPS: readonly Step[] = ["fetch", "prepare", "build", "measure", "report"];

export type JobEnd =
  | { kind: "measured" }
  | { kind: "failed"; step: Step; message: string }
  | { kind: "timed_out"; step: Step }
  | { kind: "out_of_memory"; step: Step }
  | { kind: "too_many_processes"; step: Step }
  | { kind: "disk_full"; step: Step }
  | { kind: "too_much_output"; step: Step }
  | { kind: "rejected"; message: string }
  | { kind: "lost" }
  | { kind: "cancelled" };

export interface Progress {
  step: Step;
  /** The part of the step that is done, from 0 to 1; nothing where nobody can say. */
  done?: number | null;
  text?: string;
}

export interface Estimate {
  /** Seconds. */
  starts_in: number;
  /** Seconds. */
  takes: number;
  /** Nine of ten past estimates of the duration were off by this factor or less. */
  off_by?: number | null;
  /** Past jobs that the estimate is from; 0 for a guess. */
  from_jobs: number;
}

export interface Job {
  id: number;
  project: string;
  commit: string;
  title?: string;
  tier: string;
  machine: string;
  reason: JobReason;
  asked_by: string;
  priority: number;
  state: JobState;
  ahead?: number | null;
  estimate?: Estimate | null;
  progress?: Progress | null;
  attempts: number;
  created_unix_s: number;
  started_unix_s?: number | null;
  ended_unix_s?: number | null;
  end?: JobEnd | null;
  runs?: string[];
  environment?: string | null;
}

export interface JobPage {
  items: Job[];
  /** What `after` takes for the next page; nothing on the last. */
  next?: string | null;
}

export interface LogPart {
  total_bytes: number;
  /** Bytes of the log before `text`. */
  offset: number;
  text: string;
}

export type MachineState = "idle" | "running" | "paused" | "silent" | "new";

/** A machine's fingerprint; an absent fact is not known. */
export interface MachineFacts {
  fingerprint: string;
  name: string;
  arch: string;
  os: string;
  cpu_model?: string | null;
  logical_cpus: number;
  physical_cores?: number | null;
  microcode?: string | null;
  kernel?: string | null;
  memory?: number | null;
  governor?: string | null;
  smt?: boolean | null;
  boost?: boolean | null;
  hypervisor?: string | null;
  container?: string | null;
}

export interface MachineReport {
  machine: MachineFacts;
  agent: string;
  session: string;
  disk_free: number;
  disk_size: number;
  paused_because?: string[];
  calibrated_unix_s?: number | null;
  floor_permille?: number | null;
}

export interface LiveMachine {
  name: string;
  state: MachineState;
  report?: MachineReport | null;
  heard_unix_s?: number | null;
  job?: number | null;
  queued: number;
  paused_by_operator?: string | null;
}

export type Role = "viewer" | "requester" | "operator" | "admin";

export interface Account {
  name: string;
  role: Role;
  external?: string | null;
  disabled?: boolean;
  created_unix_s: number;
}

export interface SessionAnswer {
  account: Account | null;
  csrf: string | null;
  providers: string[];
}

/** What an error says, by RFC 9457. */
export interface Problem {
  title?: string;
  detail?: string;
  status?: number;
}
