/** The JSON of the site's data, version 1, as `docs/src/site-format.md` has it. */

export interface Head {
  format: number;
  generated_unix_s: number;
  kymo: string;
  catalog: string | null;
  latest: string | null;
  incidents: string[];
  machines: string | null;
  benchmarks: string | null;
  runs: string[];
  projects: Project[];
}

export interface Project {
  name: string;
  branch: string | null;
  commits: number;
  repository: string | null;
  commit_url: string | null;
  range_url: string | null;
  commit_files: string[];
}

export interface CommitsFile {
  first: number;
  hashes: string[];
  unix_s: number[];
  titles: string[];
  authors: string[];
}

export interface MetricInfo {
  name: string;
  unit: string;
  direction: string;
}

export interface CatalogFile {
  projects: string[];
  machines: string[];
  benchmarks: string[];
  variants: string[];
  phases: string[];
  metrics: MetricInfo[];
  project: number[];
  machine: number[];
  benchmark: number[];
  variant: number[];
  phase: number[];
  metric: number[];
  canary: number[];
  groups: { first: number; count: number; tail: string | null }[];
}

type Column = (number | null)[];

export interface Latest {
  value: Column;
  low: Column;
  high: Column;
  position: Column;
  points: Column;
  change: Column;
  noise: Column;
}

export interface IncidentSeries {
  series: number;
  size: number;
  low: number | null;
  high: number | null;
  confidence: number | null;
  spark: (number | null)[] | null;
  spark_at: number | null;
}

export interface Commit {
  position: number;
  hash: string;
  title: string;
  author: string;
  unix_s: number;
}

export interface Decision {
  kind: string;
  reason: string | null;
  by: string | null;
  date: string | null;
}

export interface Confirmation {
  run: string;
  verdict: string;
  size: number | null;
  low: number | null;
  high: number | null;
}

export interface Incident {
  id: string;
  project: string;
  machine: string;
  state: string;
  first: number;
  last: number;
  at: number;
  opened_unix_s: number;
  size: number;
  worse: boolean | null;
  commits: Commit[];
  commits_total: number;
  series: IncidentSeries[];
  /** How many moved, where not all are listed. */
  series_total?: number;
  decision: Decision | null;
  history: { unix_s: number; text: string }[];
  reproduce: string | null;
  confirmations: Confirmation[];
}

export interface Floor {
  fingerprint: string;
  variant: string | null;
  benchmark: string | null;
  phase: string;
  metric: string;
  floor: number;
  sd: number | null;
  rounds: number | null;
  comparisons: number | null;
  flagged: number | null;
  unix_s: number | null;
}

export interface Epoch {
  fingerprint: string;
  first_unix_s: number;
  last_unix_s: number;
  runs: number;
  fields: Record<string, string>;
}

export interface Machine {
  name: string;
  epochs: Epoch[];
  floors: Floor[];
  last_run_unix_s: number | null;
  runs: number;
  noisy_of_last: [number, number] | null;
  remarks: string[];
}

export interface Benchmark {
  name: string;
  suite: string | null;
  description: string | null;
  source: string | null;
  license: string | null;
  modules: { sha256: string; bytes: number | null; first_unix_s: number | null }[];
  features: string[];
  args: string[];
}

export interface Run {
  id: string;
  label: string | null;
  project: string | null;
  commit: string | null;
  position: number | null;
  created_unix_s: number;
  duration_s: number | null;
  machine: string;
  fingerprint: string | null;
  variants: string[];
  benchmarks: number;
  outcomes: Record<string, number>;
  noise: string[];
  data: string | null;
}

export interface RunFile {
  id: string;
  commit: string | null;
  machine: string;
  fingerprint: string | null;
  command: string | null;
  variants: string[];
  paired: boolean;
  harness: string | null;
  notes: string[];
  /** The metrics of its cells; older publishers left them to the catalogue. */
  metrics?: MetricInfo[];
  parts: { benchmarks: string[]; file: string }[];
}

export interface Cell {
  benchmark: string;
  variant: number;
  phase: string;
  metric: string;
  outcome: string;
  reason: string | null;
  code: string | null;
  rounds: number[];
  costs: number[];
  samples: number[][];
}

export interface SegmentContext {
  fingerprint: string | null;
  module: string | null;
  build: string | null;
  code: string | null;
}

/** Contexts as columns: each text once, and four numbers a context; that of the code is one more, 0 for none. */
export interface ContextColumns {
  fingerprint: string[];
  module: string[];
  build: string[];
  code: string[];
  rows: number[];
}

export interface SegmentHeader {
  first: number;
  end: number;
  group: number;
  series: { bytes: number; quantum: number }[];
  contexts: SegmentContext[];
  runs: string[];
  older: { first: number; file: string }[];
}

/** Outcomes of failed measurements by their byte in a segment. */
export const OUTCOMES: Record<number, string> = {
  1: "unsupported",
  2: "invalid",
  3: "trapped",
  4: "wrong_output",
  5: "timed_out",
  6: "out_of_memory",
  7: "crashed",
  8: "failed",
};
